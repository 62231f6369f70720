#include "pixel_weights.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {

namespace {

constexpr int kMostPoints = 32;
constexpr std::int64_t kNodeStep = 8;  // pixels between measured areas
constexpr float kMissingPixel = std::numeric_limits<float>::quiet_NaN();

double pixel_side(const GeoTransform& transform) { return std::sqrt(transform.pixel_area()); }

/// Raster pixels that lie side by side in one pixel of the lattice, around the middle of the raster.
int points_along(const GeoTransform& lattice, const std::string& crs, const Frame& raster) {
  const Extent all = raster.extent();
  const Point middle =
      CrsTransform(raster.crs, crs).apply(Point{(all.xmin + all.xmax) / 2, (all.ymin + all.ymax) / 2});
  if (!std::isfinite(middle.x) || !std::isfinite(middle.y)) return 1;
  const Point pixel = lattice.to_pixel(middle);
  const Point first = lattice.to_map({pixel.x - 0.5, pixel.y - 0.5});
  const Point second = lattice.to_map({pixel.x + 0.5, pixel.y + 0.5});
  Extent one;
  one.add(first);
  one.add(second);
  const Extent there = reproject(one, CrsTransform(crs, raster.crs));
  if (there.empty()) return 1;
  const double ratio = std::sqrt(there.width() * there.height()) / pixel_side(raster.transform);
  // 3.0000001 is three: the ratio of two lattices of one CRS is only as exact as their numbers.
  return std::clamp(static_cast<int>(std::ceil(ratio - 1e-3)), 1, kMostPoints);
}

}  // namespace

PixelWeights::PixelWeights(const PixelWeighting& weighting, const GeoTransform& lattice,
                           const std::string& crs, BlockCache& cache)
    : weighting_(weighting), lattice_(lattice), geographic_(is_geographic(crs)) {
  if (!weighting.ground_area) {
    to_raster_.emplace(crs, weighting.raster.frame.crs);
    reader_.emplace(weighting.raster, parse_mask("none"), cache);
    points_ = points_along(lattice, crs, weighting.raster.frame);
    return;
  }
  ground_.emplace(crs);
}

void PixelWeights::read(const Window& window, Tile& out) {
  out.reset(window, 1);
  if (weighting_.ground_area) {
    read_areas(window, out);
  } else {
    read_raster(window, out);
  }
}

double PixelWeights::area_at(std::int64_t col, std::int64_t row) const {
  const auto x = static_cast<double>(col), y = static_cast<double>(row);
  return ground_->square_metres({{{{lattice_.to_map({x, y + 1}), lattice_.to_map({x + 1, y + 1}),
                                    lattice_.to_map({x + 1, y}), lattice_.to_map({x, y})}}}});
}

void PixelWeights::read_areas(const Window& window, Tile& out) {
  float* to = out.plane(0).data();
  if (geographic_ && lattice_.axis_aligned()) {  // along a parallel all pixels are alike
    for (std::int64_t row = window.row; row < window.row_end(); ++row, to += window.width) {
      std::fill_n(to, window.width, static_cast<float>(area_at(window.col, row)));
    }
    return;
  }
  const auto before = [](std::int64_t n) { return (n >= 0 ? n : n - kNodeStep + 1) / kNodeStep * kNodeStep; };
  const std::int64_t first = before(window.col), nodes = (before(window.col_end()) - first) / kNodeStep + 2;
  std::vector<double> upper(static_cast<std::size_t>(nodes)), lower(upper.size());
  std::int64_t at = std::numeric_limits<std::int64_t>::min();
  for (std::int64_t row = window.row; row < window.row_end(); ++row, to += window.width) {
    if (before(row) != at) {
      at = before(row);
      for (std::size_t k = 0; k < upper.size(); ++k) {
        const std::int64_t col = first + static_cast<std::int64_t>(k) * kNodeStep;
        upper[k] = area_at(col, at);
        lower[k] = area_at(col, at + kNodeStep);
      }
    }
    const double down = static_cast<double>(row - at) / kNodeStep;
    for (std::int64_t n = 0; n < window.width; ++n) {
      const std::int64_t col = window.col + n;
      const auto k = static_cast<std::size_t>((col - first) / kNodeStep);
      const double across = static_cast<double>((col - first) % kNodeStep) / kNodeStep;
      const double top = upper[k] + (upper[k + 1] - upper[k]) * across;
      const double bottom = lower[k] + (lower[k + 1] - lower[k]) * across;
      to[n] = static_cast<float>(top + (bottom - top) * down);
    }
  }
}

void PixelWeights::read_raster(const Window& window, Tile& out) {
  // Blocks, so that the raster's window under a turned one stays small.
  const std::int64_t wide = std::max(1, 256 / points_), high = std::max(1, 64 / points_);
  for (std::int64_t row = window.row; row < window.row_end(); row += high) {
    for (std::int64_t col = window.col; col < window.col_end(); col += wide) {
      sample_block(intersect(Window{col, row, wide, high}, window), window, out.plane(0));
    }
  }
}

void PixelWeights::sample_block(const Window& block, const Window& window, std::span<float> plane) {
  const Frame& frame = weighting_.raster.frame;
  const double step = 1.0 / points_;
  places_.clear();
  for (std::int64_t row = block.row; row < block.row_end(); ++row) {
    for (std::int64_t col = block.col; col < block.col_end(); ++col) {
      for (int i = 0; i < points_ * points_; ++i) {
        places_.push_back(lattice_.to_map({static_cast<double>(col) + (i % points_ + 0.5) * step,
                                           static_cast<double>(row) + (i / points_ + 0.5) * step}));
      }
    }
  }
  to_raster_->apply(places_);
  const Extent all = frame.extent();
  Extent box;
  for (Point& p : places_) {
    // The raster's own turn of the globe.
    if (to_raster_->turn() > 0 && std::isfinite(p.x)) {
      p.x -= to_raster_->turn() * std::round((p.x - (all.xmin + all.xmax) / 2) / to_raster_->turn());
    }
    p = frame.transform.to_pixel(p);
    p = {std::floor(p.x), std::floor(p.y)};
    const bool inside = p.x >= 0 && p.y >= 0 && p.x < static_cast<double>(frame.width) &&
                        p.y < static_cast<double>(frame.height);
    if (inside) {
      box.add(p);
    } else {
      p.x = std::numeric_limits<double>::quiet_NaN();
    }
  }
  const bool some = box.xmin <= box.xmax;
  if (some) {
    const Window there{static_cast<std::int64_t>(box.xmin), static_cast<std::int64_t>(box.ymin),
                       static_cast<std::int64_t>(box.xmax - box.xmin) + 1,
                       static_cast<std::int64_t>(box.ymax - box.ymin) + 1};
    const std::string name = weighting_.raster.bands.front().name;
    reader_->read(std::span(&name, 1), there, raster_);
  }
  std::size_t k = 0;
  for (std::int64_t row = block.row; row < block.row_end(); ++row) {
    float* to = plane.data() + (row - window.row) * window.width + (block.col - window.col);
    for (std::int64_t col = 0; col < block.width; ++col) {
      double sum = 0;
      int found = 0;
      for (int i = 0; i < points_ * points_; ++i) {
        const Point p = places_[k++];
        if (std::isnan(p.x)) continue;
        const float value = raster_.view(0).at(static_cast<std::int64_t>(p.x) - raster_.window().col,
                                               static_cast<std::int64_t>(p.y) - raster_.window().row);
        if (!is_number(value)) continue;
        if (value < 0) refuse_negative(value);
        sum += static_cast<double>(value);
        ++found;
      }
      to[col] = found == 0 ? kMissingPixel : static_cast<float>(sum / found);
    }
  }
}

void PixelWeights::refuse_negative(float value) const {
  throw Error(ErrorKind::input,
              weighting_.raster.bands.front().path + ": a weight cannot be negative, and " +
                  number_text(static_cast<double>(value)) +
                  " occurs; if it stands for a missing value, say so: --weight FILE,nodata=" +
                  number_text(static_cast<double>(value)));
}

void leave_out_unweighted(const Tile& weights, Tile& values) {
  const std::span<const float> weight = weights.plane(0);
  for (std::size_t q = 0; q < values.planes(); ++q) {
    float* value = values.plane(q).data();
    for (std::size_t k = 0; k < weight.size(); ++k)
      value[k] = std::isnan(weight[k]) ? kMissingPixel : value[k];
  }
}

void gather_weighted(const Coverage& coverage, const Tile& values, const Tile& weights,
                     Gathering& gathering) {
  const Window& window = values.window();
  const View<const float> second = weights.view(0);
  std::vector<float> product, kept;
  for (std::size_t zone = 0; zone < coverage.zones(); ++zone) {
    const auto spans = coverage.spans(zone);
    std::uint32_t& next = gathering.next_span(zone);
    for (; next < spans.size() && spans[next].row < window.row_end(); ++next) {
      const Span& span = spans[next];
      const auto count = static_cast<std::size_t>(span.count);
      const std::int64_t row = span.row - window.row, col = span.col - window.col;
      product.assign(second.row(row) + col, second.row(row) + col + span.count);
      for (std::size_t k = 0; span.weights != Span::kFull && k < count; ++k) {
        product[k] *= coverage.weights()[span.weights + k];
      }
      for (std::size_t q = 0; q < gathering.quantities(); ++q) {
        const float* value = values.view(q).row(row) + col;
        kept.assign(value, value + span.count);
        for (std::size_t k = 0; k < count; ++k) kept[k] = product[k] > 0 ? kept[k] : kMissingPixel;
        gathering.collector(zone, q).add_run(kept.data(), product.data(), span.count);
      }
    }
  }
}

void samples_of(const Coverage& coverage, const Span& span, const View<const float>& values,
                const std::optional<View<const float>>& weights, const Window& window,
                std::vector<Sample>& samples) {
  samples.clear();
  const std::int64_t row = span.row - window.row, col = span.col - window.col;
  const float* value = values.row(row) + col;
  for (std::int32_t k = 0; k < span.count; ++k) {
    if (!is_number(value[k])) continue;
    float weight = 1;
    if (weights) weight = weights->row(row)[col + k];
    if (span.weights != Span::kFull)
      weight *= coverage.weights()[span.weights + static_cast<std::uint32_t>(k)];
    if (weight > 0) samples.push_back({value[k], weight});
  }
}

}  // namespace isotherm

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <unordered_map>

#include "blocks.h"
#include "bucket_search.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/model/weights.h"
#include "lattice.h"
#include "point_tree.h"

namespace isotherm {

namespace {

constexpr double kEarthRadius = 6371008.8;  // mean radius of the WGS 84 ellipsoid, metres
constexpr double kVertexSteps = 1e8;        // of the extent: half a millimetre for a city of 50 km

void require_places(std::span<const Point> points) {
  for (std::size_t row = 0; row < points.size(); ++row) {
    if (!std::isfinite(points[row].x) || !std::isfinite(points[row].y)) {
      throw Error(ErrorKind::input,
                  "row " + std::to_string(row + 1) + " has no place, so it has no neighbours");
    }
  }
  if (points.size() >= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw Error(ErrorKind::input, "more rows than weights can number");
  }
}

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

struct Vertex {
  std::int64_t x, y;
  auto operator<=>(const Vertex&) const = default;
};
/// One vertex, or an edge from the smaller to the larger.
struct Feature {
  Vertex a, b;
  bool operator==(const Feature&) const = default;
};
struct FeatureHash {
  std::size_t operator()(const Feature& f) const {
    std::uint64_t h = 0;
    for (std::int64_t v : {f.a.x, f.a.y, f.b.x, f.b.y})
      h = mix(h + 0x9E3779B97F4A7C15U + static_cast<std::uint64_t>(v));
    return h;
  }
};

}  // namespace

Weights nearest_neighbours(std::span<const Point> points, int k, bool degrees, int threads) {
  require_places(points);
  const auto wanted = static_cast<std::size_t>(std::max(k, 0));
  if (k < 1 || wanted >= points.size()) {
    throw Error(ErrorKind::input, std::to_string(k) + " nearest neighbours cannot be found among " +
                                      std::to_string(points.size()) + " rows");
  }
  Weights weights;
  weights.starts.resize(points.size() + 1);
  for (std::size_t row = 0; row <= points.size(); ++row)
    weights.starts[row] = static_cast<std::int64_t>(row * wanted);
  weights.columns.resize(points.size() * wanted);
  weights.values.assign(weights.columns.size(), 1.0);
  if (!degrees) {
    if (const auto lattice = lattice_of(points)) {
      lattice_neighbours(*lattice, wanted, threads, weights.columns);
      return weights;
    }
    if (bucket_neighbours(points, wanted, threads, weights.columns)) return weights;
  }
  const PointTree tree(places_of(points, degrees));
  for_blocks(points.size(), threads, [&](std::size_t, std::size_t first, std::size_t end) {
    std::vector<PointTree::Found> found;
    for (std::size_t row = first; row < end; ++row) {
      tree.nearest(row, wanted, found);
      std::int32_t* const out = weights.columns.data() + row * wanted;
      for (std::size_t n = 0; n < wanted; ++n) out[n] = found[n].row;
      std::sort(out, out + wanted);
    }
  });
  return weights;
}

namespace {

/// All others within a distance, each with the value that `value` gives its share of that distance.
template <class Value>
Weights band(std::span<const Point> points, double distance, bool degrees, int threads, const Value& value) {
  require_places(points);
  if (!(distance > 0)) throw Error(ErrorKind::usage, "a distance band needs a distance above 0");
  double reach = distance;
  if (degrees) reach = 2 * std::sin(std::min(distance / kEarthRadius, std::numbers::pi) / 2);
  const PointTree tree(places_of(points, degrees));
  struct Block {
    std::vector<std::size_t> degrees;
    std::vector<std::int32_t> columns;
    std::vector<double> values;
  };
  std::vector<Block> blocks(block_count(points.size()));
  for_blocks(points.size(), threads, [&](std::size_t number, std::size_t first, std::size_t end) {
    Block& block = blocks[number];
    std::vector<PointTree::Found> found;
    for (std::size_t row = first; row < end; ++row) {
      tree.within(row, reach * reach, found);
      std::sort(found.begin(), found.end(),
                [](const PointTree::Found& a, const PointTree::Found& b) { return a.row < b.row; });
      block.degrees.push_back(found.size());
      for (const PointTree::Found& other : found) {
        const double straight = std::sqrt(other.square);
        const double share = degrees ? 2 * kEarthRadius * std::asin(std::min(straight / 2, 1.0)) / distance
                                     : straight / distance;
        block.columns.push_back(other.row);
        block.values.push_back(value(std::min(share, 1.0)));
      }
    }
  });
  Weights weights;
  for (const Block& block : blocks) {
    for (std::size_t count : block.degrees)
      weights.starts.push_back(weights.starts.back() + static_cast<std::int64_t>(count));
    weights.columns.insert(weights.columns.end(), block.columns.begin(), block.columns.end());
    weights.values.insert(weights.values.end(), block.values.begin(), block.values.end());
  }
  return weights;
}

constexpr std::array<KernelShapeRow, 3> kShapes{{
    {KernelShape::triangular, "triangular"},
    {KernelShape::epanechnikov, "epanechnikov"},
    {KernelShape::gaussian, "gaussian"},
}};

}  // namespace

Weights neighbours_within(std::span<const Point> points, double distance, bool degrees, int threads) {
  return band(points, distance, degrees, threads, [](double) { return 1.0; });
}

std::span<const KernelShapeRow> kernel_shapes() { return kShapes; }

Weights kernel_weights(std::span<const Point> points, double bandwidth, KernelShape shape, bool degrees,
                       int threads) {
  switch (shape) {
    case KernelShape::triangular:
      return band(points, bandwidth, degrees, threads, [](double t) { return 1 - t; });
    case KernelShape::epanechnikov:
      return band(points, bandwidth, degrees, threads, [](double t) { return 0.75 * (1 - t * t); });
    default:
      return band(points, bandwidth, degrees, threads, [](double t) { return std::exp(-t * t / 2); });
  }
}

Weights contiguous(std::span<const MultiPolygon> outlines, Contiguity kind) {
  Extent all;
  for (const MultiPolygon& outline : outlines) all = unite(all, extent_of(outline));
  const double step = std::max(all.width(), all.height()) / kVertexSteps;
  if (!(step > 0)) throw Error(ErrorKind::input, "contiguity needs polygons, and there are none");
  const auto vertex = [&](Point p) {
    return Vertex{std::llround((p.x - all.xmin) / step), std::llround((p.y - all.ymin) / step)};
  };
  std::unordered_map<Feature, std::vector<std::int32_t>, FeatureHash> owners;
  for (std::size_t row = 0; row < outlines.size(); ++row) {
    for (const Polygon& polygon : outlines[row]) {
      for (const Ring& ring : polygon.rings) {
        for (std::size_t k = 0; k < ring.size(); ++k) {
          const Vertex a = vertex(ring[k]), b = vertex(ring[k + 1 == ring.size() ? 0 : k + 1]);
          const Feature feature =
              kind == Contiguity::queen ? Feature{a, a} : Feature{std::min(a, b), std::max(a, b)};
          std::vector<std::int32_t>& list = owners[feature];
          if (list.empty() || list.back() != static_cast<std::int32_t>(row))
            list.push_back(static_cast<std::int32_t>(row));
        }
      }
    }
  }
  std::vector<std::vector<std::int32_t>> lists(outlines.size());
  for (const auto& [feature, rows] : owners) {
    for (std::int32_t a : rows) {
      for (std::int32_t b : rows) {
        if (a != b) lists[static_cast<std::size_t>(a)].push_back(b);
      }
    }
  }
  for (std::vector<std::int32_t>& list : lists) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
  return binary_weights(lists);
}

}  // namespace isotherm

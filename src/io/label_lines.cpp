#include "label_lines.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>
#include <utility>

#include "isotherm/core/error.h"

namespace isotherm {

namespace {

void widen(const std::byte* stored, const StoredBand& facts, std::span<std::int64_t> out) {
  with_type(facts.type, [&](auto value) {
    if constexpr (!std::is_integral_v<decltype(value)>) {
      throw Error(ErrorKind::internal, facts.name() + ": labels are whole numbers");
    } else {
      for (std::int64_t& label : out) {
        std::memcpy(&value, stored, sizeof value);
        stored += sizeof value;
        if (!std::in_range<std::int64_t>(value)) {
          throw Error(ErrorKind::input, facts.name() + ": holds the label " + std::to_string(value) +
                                            ", which is larger than the largest number of a zone");
        }
        label = static_cast<std::int64_t>(value);
      }
    }
  });
}

std::optional<std::int64_t> nodata_label(GDALRasterBand& band) {
  int there = 0;
  if (band.GetRasterDataType() == GDT_Int64) {
    const std::int64_t value = band.GetNoDataValueAsInt64(&there);
    return there != 0 ? std::optional(value) : std::nullopt;
  }
  if (band.GetRasterDataType() == GDT_UInt64) {
    const std::uint64_t value = band.GetNoDataValueAsUInt64(&there);
    return there != 0 && std::in_range<std::int64_t>(value) ? std::optional(static_cast<std::int64_t>(value))
                                                            : std::nullopt;
  }
  const double value = band.GetNoDataValue(&there);
  constexpr double kBeyond = 4294967296.0;  // of 32 bits; NaN fails every comparison
  return there != 0 && value == std::floor(value) && std::abs(value) <= kBeyond
             ? std::optional(static_cast<std::int64_t>(value))
             : std::nullopt;
}

std::string needed_memory(std::size_t bytes) { return std::to_string((bytes >> 20) + 1) + "M"; }

/// One band of a LabelDataset. Requests come line by line; no block is ever asked for, so none is cached.
class LabelBand : public GDALRasterBand {
 public:
  LabelBand(LabelDataset& owner, LabelLines& lines, bool mask) : lines_(lines), mask_(mask), owner_(owner) {
    nRasterXSize = nBlockXSize = static_cast<int>(lines.facts().width);
    nRasterYSize = static_cast<int>(lines.facts().height);
    nBlockYSize = 1;
    eDataType = mask ? GDT_Byte : GDT_Int64;
  }

 protected:
  CPLErr IReadBlock(int, int row, void* to) override { return give(row, to, eDataType); }
  CPLErr IRasterIO(GDALRWFlag, int first, int row, int width, int height, void* to, int, int,
                   GDALDataType type, GSpacing, GSpacing, GDALRasterIOExtraArg*) override {
    const bool a_line = first == 0 && width == nRasterXSize && height == 1;
    return a_line ? give(row, to, type) : CE_Failure;
  }

 private:
  CPLErr give(int row, void* to, GDALDataType type) {
    try {
      const std::span<const std::int64_t> labels = lines_.line(row);
      if (mask_) {
        there_.resize(labels.size());
        std::ranges::transform(labels, there_.begin(), [](std::int64_t label) {
          return static_cast<std::uint8_t>(label != 0 ? 255 : 0);
        });
        GDALCopyWords64(there_.data(), GDT_Byte, 1, to, type, GDALGetDataTypeSizeBytes(type), nRasterXSize);
      } else {
        GDALCopyWords64(labels.data(), GDT_Int64, sizeof(std::int64_t), to, type,
                        GDALGetDataTypeSizeBytes(type), nRasterXSize);
      }
      return CE_None;
    } catch (...) {  // GDAL's own code lies between here and whoever catches
      owner_.trouble = std::current_exception();
      return CE_Failure;
    }
  }

  LabelLines& lines_;
  bool mask_;
  LabelDataset& owner_;
  std::vector<std::uint8_t> there_;
};

}  // namespace

LabelLines::LabelLines(GDALDataset& source, const std::string& path, const RunContext& context)
    : context_(context), band_(*source.GetRasterBand(1)), raster_(path), facts_(raster_.facts(1)) {
  const auto across = static_cast<std::size_t>(facts_.blocks_across());
  const std::size_t row_bytes = facts_.plane_bytes() * across;
  if (row_bytes > context.memory) {
    throw Error(ErrorKind::input,
                path + ": a row of its blocks (" + std::to_string(across) + " of " +
                    std::to_string(facts_.block_width) + " x " + std::to_string(facts_.block_height) +
                    " pixels) does not fit into --memory; give --memory " + needed_memory(row_bytes) +
                    ", or rewrite it in smaller blocks (gdal_translate -co TILED=YES)");
  }
  const int flags = band_.GetMaskFlags();
  if ((flags & GMF_NODATA) != 0) {
    nodata_ = nodata_label(band_);
  } else {
    masked_ = (flags & GMF_ALL_VALID) == 0;
  }
  labels_.resize(static_cast<std::size_t>(facts_.width));
  above_.resize(labels_.size());
}

void LabelLines::load_blocks(int row) {
  const std::int64_t block_row = row / facts_.block_height;
  if (block_row == block_row_) return;
  blocks_.clear();
  for (std::int64_t x = 0; x < facts_.blocks_across(); ++x)
    blocks_.push_back(raster_.read(facts_, x, block_row));
  block_row_ = block_row;
}

void LabelLines::drop_masked(int row) {
  if (nodata_) std::ranges::replace(labels_, *nodata_, std::int64_t{0});
  if (!masked_) return;
  mask_.resize(labels_.size());
  const int width = static_cast<int>(facts_.width);
  clear_gdal_error();
  if (band_.GetMaskBand()->RasterIO(GF_Read, 0, row, width, 1, mask_.data(), width, 1, GDT_Byte, 0, 0,
                                    nullptr) != CE_None) {
    throw Error(ErrorKind::input, facts_.name() + ": its mask cannot be read: " + last_gdal_error());
  }
  for (std::size_t k = 0; k < labels_.size(); ++k) labels_[k] = mask_[k] == 0 ? 0 : labels_[k];
}

void LabelLines::count_pieces() {
  for (std::size_t first = 0; first < labels_.size();) {
    std::size_t end = first;
    bool goes_on = false;
    for (; end < labels_.size() && labels_[end] == labels_[first]; ++end)
      goes_on |= above_[end] == labels_[first];
    if (!goes_on && labels_[first] != 0) ++pieces_;
    first = end;
  }
  if (pieces_ > most_pieces_) refuse_pieces();
}

void LabelLines::refuse_pieces() const {
  throw Error(ErrorKind::input,
              facts_.path + ": its labels fall into more than " + std::to_string(pieces_) +
                  " pieces, whose outlines would take more than four times --memory; if it is a map "
                  "of zones, give more --memory, or remove its specks (gdal_sieve.py)");
}

std::span<const std::int64_t> LabelLines::line(int row) {
  if (row == row_) return labels_;
  context_.stop.check();
  load_blocks(row);
  std::swap(labels_, above_);
  const std::int64_t inside = row - block_row_ * facts_.block_height;
  const std::size_t row_bytes = static_cast<std::size_t>(facts_.block_width) * size_of(facts_.type);
  for (std::size_t x = 0; x < blocks_.size(); ++x) {
    const std::size_t first = x * static_cast<std::size_t>(facts_.block_width);
    const std::size_t count = std::min(static_cast<std::size_t>(facts_.block_width), labels_.size() - first);
    widen(blocks_[x].plane(facts_) + static_cast<std::size_t>(inside) * row_bytes, facts_,
          std::span(labels_).subspan(first, count));
  }
  drop_masked(row);
  if (row == 0) {
    pieces_ = 0;
    std::ranges::fill(above_, 0);
  }
  count_pieces();
  row_ = row;
  return labels_;
}

LabelDataset::LabelDataset(LabelLines& lines) {
  nRasterXSize = static_cast<int>(lines.facts().width);
  nRasterYSize = static_cast<int>(lines.facts().height);
  SetBand(1, new LabelBand(*this, lines, false));  // GDAL's to delete
  SetBand(2, new LabelBand(*this, lines, true));
}

}  // namespace isotherm

// A raster of zone labels line by line, as GDAL's tracer of polygons asks for it, in bounded memory.
//
// GDAL's own way holds blocks in a cache for the whole process, of which the lines of one row of blocks are
// all that is needed. Here that row is held and nothing else. Pixels of nodata or of a mask are no zone: they
// are 0.
#pragma once

#include <gdal_priv.h>

#include <cstdint>
#include <exception>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "isotherm/core/run_context.h"
#include "raw_raster.h"

namespace isotherm {

class LabelLines {
 public:
  /// `source` is the open file of `path`, which must outlive this. Throws Error(input) when a row of its
  /// blocks does not fit into the memory budget.
  LabelLines(GDALDataset& source, const std::string& path, const RunContext& context);

  /// Labels of one line, good until the next is asked for. Throws Error.
  std::span<const std::int64_t> line(int row);
  /// From so many pieces on, line() throws: counted are runs of a label that continue nothing of the line
  /// above.
  void refuse_more_than(std::size_t pieces) { most_pieces_ = pieces; }
  [[noreturn]] void refuse_pieces() const;
  const StoredBand& facts() const { return facts_; }

 private:
  void load_blocks(int row);
  void drop_masked(int row);
  void count_pieces();

  const RunContext& context_;
  GDALRasterBand& band_;
  RawRaster raster_;
  StoredBand facts_;
  bool masked_ = false;  ///< by a raster of its own
  std::optional<std::int64_t> nodata_;
  std::vector<RawBlock> blocks_;
  std::int64_t block_row_ = -1;
  int row_ = -1;
  std::vector<std::int64_t> labels_, above_;
  std::vector<std::uint8_t> mask_;
  std::size_t pieces_ = 0, most_pieces_ = std::numeric_limits<std::size_t>::max();
};

/// The same for GDAL, in pixels and lines: band 1 holds the labels, band 2 is 255 where there is one. What
/// goes wrong is an error of GDAL's, and kept in `trouble` to be thrown behind it.
class LabelDataset : public GDALDataset {
 public:
  explicit LabelDataset(LabelLines& lines);
  GDALRasterBand& labels() { return *GetRasterBand(1); }
  GDALRasterBand& mask() { return *GetRasterBand(2); }
  std::exception_ptr trouble;
};

}  // namespace isotherm

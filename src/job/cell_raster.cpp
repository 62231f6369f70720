#include "cell_raster.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/raster_writer.h"

namespace isotherm {

namespace {

constexpr float kMissingPixel = std::numeric_limits<float>::quiet_NaN();

double side_of(const Grid& grid) {
  if (const auto* tile = std::get_if<TileGrid>(&grid.kind())) return tile->side();
  return std::get<SquareGrid>(grid.kind()).side();
}

Frame frame_of(const CellLattice& cells) {
  const Ring ring = cells.grid.outline(cells.range.at(0));
  Extent first;
  for (const Point& p : ring) first.add(p);
  const double side = side_of(cells.grid);
  Frame frame;
  frame.width = cells.range.i_count;
  frame.height = cells.range.j_count;
  frame.transform = GeoTransform({first.xmin, side, 0, first.ymax, 0, -side});
  frame.crs = cells.crs;
  return frame;
}

/// Columns of values: numbers that are not about the cell itself. Of whole numbers these are counts of
/// features.
std::vector<std::size_t> value_columns(const TableSchema& schema) {
  std::vector<std::size_t> columns;
  for (std::size_t k = 0; k < schema.columns.size(); ++k) {
    const ColumnInfo& info = schema.columns[k];
    const bool about_cell = info.name == "area_m2" || info.name == "share";
    const bool counts = info.type == ColumnType::integer && info.name.ends_with("_count");
    if (counts || (info.type == ColumnType::real && !about_cell)) columns.push_back(k);
  }
  return columns;
}

class CellRaster : public RowSink {
 public:
  CellRaster(const std::string& path, const RasterOptions& options, const TableSchema& schema,
             std::size_t id_column, const CellLattice& cells, const RunContext& context)
      : cells_(cells),
        id_column_(id_column),
        columns_(value_columns(schema)),
        frame_(frame_of(cells)),
        writer_(path, frame_, bands_of(schema), options, context),
        row_values_(columns_.size(),
                    std::vector<float>(static_cast<std::size_t>(frame_.width), kMissingPixel)) {}

  Prepared prepare(Table batch) const override {
    Prepared prepared;
    prepared.rows = batch.rows();
    prepared.table = std::move(batch);
    return prepared;
  }
  bool uses_geometry() const override { return false; }

  void write(Prepared&& batch) override {
    for (std::size_t k = 0; k < batch.rows; ++k) {
      const Cell cell = Grid::cell_of(batch.table.columns[id_column_].integers()[k]);
      const std::int64_t row = (std::int64_t{cell.j} - cells_.range.j_north) * cells_.range.j_step;
      if (row < row_) throw Error(ErrorKind::internal, "cells of a raster came out of order");
      while (row_ < row) flush();
      const auto col = static_cast<std::size_t>(column_of(cell));
      for (std::size_t c = 0; c < columns_.size(); ++c) {
        const Column& column = batch.table.columns[columns_[c]];
        row_values_[c][col] = column.info.type == ColumnType::integer
                                  ? static_cast<float>(column.integers()[k])
                                  : static_cast<float>(column.reals()[k]);
      }
    }
  }

  void finish() override {
    while (row_ < frame_.height) flush();
    writer_.finish();
  }

 private:
  std::vector<RasterBand> bands_of(const TableSchema& schema) const {
    std::vector<RasterBand> bands;
    for (const std::size_t k : columns_) {
      const ColumnInfo& info = schema.columns[k];
      bands.push_back({info.name, info.description, info.unit, 0, 0});
    }
    return bands;
  }
  std::int64_t column_of(Cell cell) const {
    std::int64_t column = std::int64_t{cell.i} - cells_.range.i_first;
    // Past the antimeridian, cells carry the number of the other side.
    if (const auto* square = std::get_if<SquareGrid>(&cells_.grid.kind()); square != nullptr) {
      if (const auto turn = square->turn()) column = ((column % *turn) + *turn) % *turn;
    }
    if (column < 0 || column >= frame_.width)
      throw Error(ErrorKind::internal, "a cell lies outside its raster");
    return column;
  }
  void flush() {
    std::vector<const float*> planes;
    for (const std::vector<float>& values : row_values_) planes.push_back(values.data());
    writer_.write(row_, 1, planes);
    for (std::vector<float>& values : row_values_) std::ranges::fill(values, kMissingPixel);
    ++row_;
  }

  CellLattice cells_;
  std::size_t id_column_;
  std::vector<std::size_t> columns_;
  Frame frame_;
  RasterWriter writer_;
  std::vector<std::vector<float>> row_values_;  ///< of the row of cells at work, by band
  std::int64_t row_ = 0;
};

}  // namespace

std::optional<CellLattice> cell_lattice(const ZoneSource& zones, std::int32_t factor) {
  if (!zones.is_lattice() || std::holds_alternative<HexGrid>(zones.grid()->kind())) return std::nullopt;
  CellLattice cells{*zones.grid(), *zones.range(), zones.crs()};
  if (factor == 1) return cells;
  const auto& square = std::get<SquareGrid>(zones.grid()->kind());
  cells.grid = Grid(SquareGrid(square.side() * factor, square.origin()));
  // The range is a whole number of parents, whose numbers divide evenly.
  const std::int32_t j_south = cells.range.j_north - cells.range.j_count + 1;
  cells.range.i_first /= factor;
  cells.range.i_count /= factor;
  cells.range.j_count /= factor;
  cells.range.j_north = j_south / factor + cells.range.j_count - 1;
  return cells;
}

bool is_cell_raster(const std::string& path, const std::string& format) {
  const std::string word = lower(trim(format)), name = lower(path);
  if (!word.empty()) return word == "gtiff" || word == "cog" || word == "tif" || word == ".tif";
  return name.ends_with(".tif") || name.ends_with(".tiff");
}

std::unique_ptr<RowSink> open_cell_raster(const std::string& path, const TableOutput& output,
                                          const TableSchema& schema, const std::optional<CellLattice>& cells,
                                          const RunContext& context) {
  if (!cells) {
    throw Error(ErrorKind::usage, path +
                                      ": a raster holds square cells (--zones square:100 or tile:17); "
                                      "hexagons and polygons go into a table, such as .gpkg");
  }
  if (output.wkt) throw Error(ErrorKind::usage, path + ": --wkt adds outlines to CSV, not to a raster");
  const auto id = std::ranges::find(schema.columns, "cell_id", &ColumnInfo::name);
  if (id == schema.columns.end()) {
    throw Error(ErrorKind::usage,
                path + ": a raster is made by the cells' numbers; leave cell_id in --columns");
  }
  RasterOptions options;
  options.cog = lower(trim(output.format)) == "cog";
  return std::make_unique<CellRaster>(path, options, schema,
                                      static_cast<std::size_t>(id - schema.columns.begin()), *cells, context);
}

}  // namespace isotherm

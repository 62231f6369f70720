// The outputs of a zonal table: one file, or one per slot where the path is a template ("c_{date}.csv").
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cell_raster.h"
#include "isotherm/engine/zonal.h"
#include "isotherm/io/table_writer.h"
#include "isotherm/job/inputs.h"
#include "zonal_table.h"

namespace isotherm {

/// What some formats want to know beside the rows.
struct ZonalOutputFacts {
  std::vector<std::pair<std::string, std::string>> about;  ///< for the dictionary of a workbook
  std::optional<CellLattice> cells;                        ///< for rasters of cells; nothing: no squares
};

class ZonalOutputs {
 public:
  /// Opens them all at once. Throws Error(usage) when the template does not fit the table, and what
  /// open_table throws.
  ZonalOutputs(const TableOutput& output, const TableSchema& schema, std::span<const Slot> slots, bool wide,
               const RunContext& context, ZonalOutputFacts facts = {});

  /// Rows of some slots, with or without outlines.
  using Rows = std::function<Table(std::span<const std::size_t> slots, bool geometry)>;
  /// May be called in several threads at once.
  ZonalRows prepare(const Rows& rows) const;
  void write(ZonalRows&& rows);
  void finish();
  std::span<const std::string> paths() const { return paths_; }

 private:
  void open_split(const TableOutput& output, const TableSchema& schema, std::span<const Slot> slots,
                  const RunContext& context);
  void open(const std::string& path, const TableOutput& output, const TableSchema& schema,
            const RunContext& context);

  ZonalOutputFacts facts_;
  std::vector<std::unique_ptr<RowSink>> sinks_;
  std::vector<std::vector<std::size_t>> groups_;  ///< slots of each output
  std::vector<std::string> paths_;
};

}  // namespace isotherm

// The kinds of RowSink, one function each; table_writer.cpp chooses.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "isotherm/core/run_context.h"
#include "isotherm/io/table_writer.h"

namespace isotherm {

/// `sequence`: one feature a line, no collection around them.
std::unique_ptr<RowSink> open_geojson(const std::string& path, const TableSchema& schema,
                                      const TableOptions& options, bool sequence, const RunContext& context);
std::unique_ptr<RowSink> open_csv(const std::string& path, const TableSchema& schema,
                                  const TableOptions& options, const RunContext& context);
/// Rows of a sheet of Excel, its head included.
inline constexpr std::uint32_t kRowsOfASheet = 1048576;
std::unique_ptr<RowSink> open_xlsx(const std::string& path, const TableSchema& schema,
                                   const TableOptions& options, const RunContext& context,
                                   std::uint32_t rows_per_sheet = kRowsOfASheet);
std::unique_ptr<RowSink> open_gdal_table(const std::string& path, const TableSchema& schema,
                                         const TableOptions& options, const std::string& driver,
                                         const RunContext& context);
std::unique_ptr<RowSink> open_geopackage(const std::string& path, const TableSchema& schema,
                                         const TableOptions& options, const RunContext& context);

}  // namespace isotherm

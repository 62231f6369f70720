// What tests of tables share: a quiet place to run in, and a small table.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "isotherm/core/run_context.h"
#include "isotherm/core/table.h"
#include "unit/io/tiny_raster.h"

namespace isotherm::testing_support {

/// Everything a RunContext refers to.
struct Place {
  KeptLog log;
  NoProgress progress;
  StopToken stop;
  RunContext context(int threads = 1, bool overwrite = false) {
    return {threads, std::size_t{1} << 30, overwrite, log, progress, stop};
  }
};

inline Ring box(double xmin, double ymin, double xmax, double ymax) {
  return {{xmin, ymin}, {xmax, ymin}, {xmax, ymax}, {xmin, ymax}};
}

/// Two rows: a unit square with every value there, and a row where all is missing.
inline Table small_table(const std::string& crs = "EPSG:4326") {
  TableSchema schema;
  schema.columns = {{"zone", ColumnType::text, "", ""},
                    {"id", ColumnType::integer, "", ""},
                    {"lst", ColumnType::real, "K", ""},
                    {"date", ColumnType::date, "", ""}};
  schema.has_geometry = true;
  schema.crs = crs;
  Table table = make_table(schema);
  table.columns[0].texts() = {"a \"quoted\", name", std::nullopt};
  table.columns[1].integers() = {7, kMissingInteger};
  table.columns[2].reals() = {300.25, std::numeric_limits<double>::quiet_NaN()};
  table.columns[3].texts() = {"2021-06-14", std::nullopt};
  table.geometry = {{{{box(7, 51, 8, 52)}}}, {}};
  return table;
}

inline TableSchema schema_of(const Table& table) {
  TableSchema schema = table.schema();
  schema.has_geometry = !table.geometry.empty();
  return schema;
}

}  // namespace isotherm::testing_support

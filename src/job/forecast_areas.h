// Sums of the cells of areas, added up while the table streams by: what is held grows with areas and times,
// not with cells.
#pragma once

#include "forecast_series.h"
#include "isotherm/core/run_context.h"

namespace isotherm {

/// `job.id` names the areas' column; empty: all cells are one area. Holds at most `most_bytes` (0: any) of
/// sums and as much of the table at once; throws Error.
AreaSums read_area_sums(const ForecastJob& job, Log& log, std::size_t most_bytes);

/// The type of a column of names whose pieces have these types.
ColumnType joined_type(ColumnType one, ColumnType other);

/// Drops what is said again by every piece of a table.
class SilentLog : public Log {
 public:
  void write(LogLevel, std::string_view) override {}
};

}  // namespace isotherm

// Temperature of the climate by years, model by model, out of a table or of fields at the cells.
//
// Times stand in a column `period` ("2041-2060") or `year`. Scenarios are columns ("RCP8.5 (32)") or values
// of a column `scenario`, `exp` or `experiment`; names compare by letters and digits alone, without what
// stands in brackets, and rows of "historical" belong to every scenario. A column `model` tells models apart
// (runs of one model are averaged).
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/core/geometry.h"
#include "isotherm/core/run_context.h"
#include "isotherm/core/table.h"
#include "isotherm/io/climate_field.h"
#include "isotherm/job/scenario.h"

namespace isotherm {

/// "RCP8.5 (32)" as "rcp85".
std::string plain_scenario(std::string_view name);
/// "2050" or "2041-2060". Throws Error(usage) that names the option.
YearSpan parse_years(const std::string& text, const std::string& option);

class ClimateTable {
 public:
  ClimateTable(const Table& table, const std::string& path, const std::string& scenario,
               const std::string& value);

  /// Temperatures by model.
  ClimateTable(std::string path, std::map<std::string, std::map<YearSpan, double>> models);

  /// What each model that knows both says about the years less the base; without a base the numbers are
  /// changes as they stand. A single year of a table of periods is the period that has it nearest its middle
  /// (of equals the shorter); in a table of years it is the mean over `window` years around it, of which half
  /// must be there. Throws Error(input) when no model knows them, and when a change is beyond 50 degrees.
  std::vector<double> change(const YearSpan& years, const std::optional<YearSpan>& base, int window) const;
  std::size_t models() const { return models_.size(); }

 private:
  double value(const std::map<YearSpan, double>& model, const YearSpan& years, int window) const;
  [[noreturn]] void refuse_years(const YearSpan& years, const std::optional<YearSpan>& base, bool knows_base,
                                 bool knows_years, int window) const;
  std::string path_;
  std::map<std::string, std::map<YearSpan, double>> models_;
};

/// The climate at cells: of a table one for all, of fields one for the cells that read the same spot.
struct ClimateAtCells {
  std::vector<ClimateTable> climates;
  std::vector<std::size_t> of_cell;
};

/// One table, or fields and rasters: FILE, MODEL=FILE, PERIOD=FILE or MODEL:PERIOD=FILE. Files of one model
/// are joined, and years that several of them know averaged. `cells` are centres, in the CRS given, of
/// `count` cells; empty when there are none. Throws Error.
ClimateAtCells read_climate(const ScenarioJob& job, std::span<const Point> cells, std::size_t count,
                            const std::string& crs, Log& log);

}  // namespace isotherm

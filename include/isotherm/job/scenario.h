// The scenario job: what the fitted model expects of cells in years to come, when the climate warms as a
// climate model says, drivers go on as they did and plans change them.
//
// The temperature change is one of the air, as a mean over a region or the globe. It reaches the surface
// temperature either as a column of the model (`temperature`) or added with a stated response. What is known
// of neither is in the answer as uncertainty, part by part. docs/methods/scenario.md has the formulas.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/core/run_context.h"
#include "isotherm/job/inputs.h"
#include "isotherm/job/weights.h"

namespace isotherm {

struct ScenarioJob {
  std::string fit;  ///< result document of regress
  CellTable cells;  ///< with the columns of the model; a row per cell, or per cell and period
  std::string model;
  std::string period;     ///< take the fit to this period; empty: that of the cells' last period
  WeightsInputs weights;  ///< empty: as the fit says
  bool mean_effects = false;

  std::vector<std::string>
      deltas;               ///< a table of temperatures or their changes, or fields: [MODEL:][PERIOD=]FILE
  std::string scenario;     ///< column or value that names it: "rcp85"
  std::string delta_value;  ///< column (or variable) of the temperatures; empty: the usual names
  std::string base;  ///< "2021", "1986-2005"; "none": numbers are changes; empty: the cells' last period
  int window = 20;   ///< years that are averaged where the table has every year
  std::vector<std::string> years;
  std::string temperature;     ///< column of the model that the change is added to; empty: see response
  std::string response = "1";  ///< surface degrees per degree of air; "0.8:0.2" with its standard deviation

  std::string drivers = "auto";      ///< forecasting model of the drivers, or "keep"
  std::vector<std::string> changes;  ///< rules, in their order
  std::string from = "observed";     ///< scenario_starts()
  std::vector<std::string> quantiles{"0.1", "0.5", "0.9"};
  int draws = 100;
  int seed = 1;
  TableOutput output;
};

/// What the change is added to.
struct ScenarioStart {
  std::string_view name;
  std::string_view help;
};
std::span<const ScenarioStart> scenario_starts();

/// Writes the table. Throws Error.
void run(const ScenarioJob& job, const RunContext& context);

}  // namespace isotherm

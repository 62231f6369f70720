// Hot and cold spots: spatial autocorrelation of a column, for the whole map and cell by cell.
#pragma once

#include <string>
#include <vector>

#include "isotherm/core/run_context.h"
#include "isotherm/job/weights.h"

namespace isotherm {

struct HotspotJob {
  CellTable cells;
  std::string value;  ///< column
  std::string by;     ///< column of periods, each a map of its own; empty: all rows are one
  WeightsInputs weights;
  std::vector<std::string> stats{"gi_star"};
  int permutations = 0;
  int seed = 1;
  bool false_discovery = false;  ///< add rates adjusted for many tests, and judge by them
  bool bonferroni = false;       ///< add p times the number of tests; judge by them without false_discovery
  std::string rural;             ///< reference of the heat island: "ring:FROM:TO" or a condition; empty: none
  std::string elevation;         ///< column of metres: reference cells near a cell's own elevation
  double elevation_band_m = 50;
  bool utfvi = false;   ///< urban thermal field variance index and its classes
  std::string output;   ///< table; empty: only the global statistics are printed
  std::string summary;  ///< JSON with the global statistics; empty: none
};

/// Prints the global statistics per period and writes the table of cells. Throws Error.
void run(const HotspotJob& job, const RunContext& context);

}  // namespace isotherm

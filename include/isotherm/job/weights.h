// Spatial weights as options, and as a file of their own.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "isotherm/core/run_context.h"

namespace isotherm {

struct WeightsRow {
  std::string_view name;  ///< as it is written: "knn:K"
  std::string_view help;
};
/// What a specification of weights may be.
std::span<const WeightsRow> weights_rows();

struct WeightsInputs {
  std::string spec;        ///< one of weights_rows(), or a .gal or .gwt file; empty: none
  bool binary = false;     ///< not row-standardised
  bool symmetric = false;  ///< a link wherever there is one in either direction
};

/// The table whose rows are cells.
struct CellTable {
  std::string path;
  std::string layer;
  std::string crs;
  std::string id;  ///< column that names cells; empty: the first of cell_id, id, zone
};

struct WeightsJob {
  CellTable cells;
  WeightsInputs weights;
  std::string output;  ///< .gal or .gwt
};

/// Weights of the cells of a table; where a cell has several rows the first counts. Throws Error.
void run(const WeightsJob& job, const RunContext& context);

}  // namespace isotherm

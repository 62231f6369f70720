// Explaining a column of a table by others: linear models, spatial lags of the columns that explain, fixed
// effects.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/core/run_context.h"
#include "isotherm/job/weights.h"

namespace isotherm {

/// What stays constant inside a group and is taken out.
enum class EffectKind { none, area, cell, period, cell_and_period };

/// A model that --model can name; docs/methods/regression.md defines each.
struct RegressModel {
  std::string_view name;
  std::string_view help;
  bool lags;           ///< with the lag of every numeric term
  EffectKind effects;  ///< cell and period effects are fitted over all periods at once
  bool pooled() const { return effects != EffectKind::none && effects != EffectKind::area; }
};
std::span<const RegressModel> regress_models();

struct RegressJob {
  CellTable cells;
  std::string formula;
  std::string by;    ///< column of periods; empty: all rows are one
  std::string area;  ///< column of areas, for area effects
  std::vector<std::string> models{"ols"};
  WeightsInputs weights;
  std::string covariance = "classical";
  std::string cluster;    ///< column; empty: the cell
  std::string fill;       ///< number that replaces missing values; empty: rows are left out
  std::string output;     ///< JSON with everything; empty: none
  std::string residuals;  ///< table of fitted values and residuals; empty: none
};

/// Prints the table of R2, periods by models, and writes what was asked for. Throws Error.
void run(const RegressJob& job, const RunContext& context);

}  // namespace isotherm

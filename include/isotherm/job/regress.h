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

/// How a model is estimated, where that is neither least squares nor, for lag and error, maximum likelihood.
enum class Estimator { usual, lag_moments, error_moments, random_effects, local };

/// A model that --model can name; docs/methods/regression.md defines each.
struct RegressModel {
  std::string_view name;
  std::string_view help;
  bool lags;           ///< with the lag of every numeric term
  EffectKind effects;  ///< cell and period effects are fitted over all periods at once
  bool lag = false;    ///< with the lag of the response, by maximum likelihood
  bool error = false;  ///< with errors that depend on the neighbours', by maximum likelihood
  Estimator estimator = Estimator::usual;
  bool dependent() const { return lag || error; }
  bool by_moments() const {
    return estimator == Estimator::lag_moments || estimator == Estimator::error_moments;
  }
  bool needs_weights() const { return lags || dependent() || by_moments(); }
  bool pooled() const {
    return (effects != EffectKind::none && effects != EffectKind::area) ||
           estimator == Estimator::random_effects;
  }
};
std::span<const RegressModel> regress_models();

/// What --table may be.
struct TableStyleWord {
  std::string_view name;
  std::string_view help;
};
std::span<const TableStyleWord> table_style_words();

struct RegressJob {
  CellTable cells;
  std::string formula;
  std::string by;    ///< column of periods; empty: all rows are one
  std::string area;  ///< column of areas, for area effects
  std::vector<std::string> models{"ols"};
  WeightsInputs weights;
  std::string log_determinant = "auto";  ///< a name of log_determinant_methods()
  std::string covariance = "classical";
  std::string cluster;                       ///< column; empty: the cell
  double cutoff_m = 0;                       ///< of covariance "conley"
  int impact_draws = 1000;                   ///< for intervals of impacts beside the delta method; 0: none
  int seed = 1;                              ///< of these draws
  std::string kernel = "bisquare";           ///< of local models: a name of local_kernels()
  std::string bandwidth = "knn";             ///< of local models: "knn", "knn:60", "distance:500:5000"
  std::string bandwidth_criterion = "aicc";  ///< what a search makes least: a name of bandwidth_criteria()
  std::string cross_validation;              ///< "blocks:10"; empty: none
  std::string fill;            ///< number that replaces missing values; empty: rows are left out
  std::string table = "text";  ///< how tables are printed: text, md, latex
  std::string output;          ///< JSON with everything; empty: none
  std::string residuals;       ///< table of fitted values and residuals; empty: none
};

/// Prints the table of R2, periods by models, and writes what was asked for. Throws Error.
void run(const RegressJob& job, const RunContext& context);

}  // namespace isotherm

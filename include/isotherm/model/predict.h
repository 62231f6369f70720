// A fitted model applied to rows of a table.
//
// Predictors, in the words of Goulard, Laurent and Thomas-Agnan (2017), About predictions in spatial
// autoregressive models: optimal and almost optimal strategies, Spatial Economic Analysis 12, 304-325:
//   reduced    TC, trend corrected: (I - rho W)^-1 (X b + effects). Needs no y; the choice for new cells and
//              changed drivers, where what a cell gains spreads to its neighbours. Without rho X b + effects.
//   trend      X b + effects alone, without what the neighbours give
//   signal     TS, trend plus signal: X b + effects + rho W y, for error models X b + effects + lambda W (y -
//              X b - effects). Needs the y of all rows: the fitted value in sample.
// (I - rho W)^-1 v is the sum of rho^k W^k v, added until a term is below 1e-14 of the sum.
//
// The standard error is that of the expected value (not of a new observation: add sigma2) by the delta method
// from the covariance of coefficients and rho; effects and lambda count as known.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "isotherm/core/table.h"
#include "isotherm/model/fitted.h"

namespace isotherm {

enum class Predictor { reduced, trend, signal };
struct PredictorRow {
  Predictor predictor;
  std::string_view name;
  std::string_view help;
};
std::span<const PredictorRow> predictors();

struct PredictChoice {
  Predictor predictor = Predictor::reduced;
  const Weights* weights = nullptr;  ///< of the rows; needed when the model has lags
  std::span<const double> response;  ///< y of the rows; needed by signal
  bool standard_errors = false;
  bool mean_effects = false;  ///< the mean effect for groups the fit did not meet, instead of NaN
};

struct Prediction {
  std::vector<double> value;           ///< NaN where an effect is not known, unless the mean stands in
  std::vector<double> standard_error;  ///< empty when not asked for
  std::size_t unknown_effects = 0;     ///< rows whose group the fit did not meet
};

/// Columns of the table that a prediction reads, each once.
std::vector<std::string> columns_of(const FittedModel& model);

/// `rows` have all of columns_of(model); one period at a time where the model has lags. Throws Error(usage)
/// when weights or y are needed and not given, Error(input) when the series does not converge (|rho| times
/// the largest eigenvalue of W is 1 or more).
Prediction predict(const FittedModel& model, const Table& table, std::span<const std::size_t> rows,
                   const PredictChoice& choice);

/// What a change of the table makes of the prediction: value and standard error of the difference after less
/// before. Effects cancel, also those not known. For reduced and trend; Error(usage) for signal.
Prediction predict_change(const FittedModel& model, const Table& before, const Table& after,
                          std::span<const std::size_t> rows, const PredictChoice& choice);

/// (I - rho W)^-1 v. Throws Error(input) when rho is so large for these weights that effects do not fade.
std::vector<double> spatial_multiplier(const Weights& weights, double rho, std::vector<double> v);
/// The same for a fit's rho or lambda; an error names the model and its period.
std::vector<double> multiplied(const FittedModel& model, const Weights& weights, double rho,
                               std::vector<double> v);

}  // namespace isotherm

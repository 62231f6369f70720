#include "isotherm/model/predict.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <unordered_map>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "table_numbers.h"

namespace isotherm {

namespace {

constexpr std::array<PredictorRow, 3> kPredictors{{
    {Predictor::reduced, "reduced", "(I - rho W)^-1 (X b + effects): what a cell gains spreads; needs no y"},
    {Predictor::trend, "trend", "X b + effects, without what neighbours give"},
    {Predictor::signal, "signal", "trend plus the neighbours' part of the observed y: the fitted value"},
}};

constexpr double kSmallestTerm = 1e-14;  // of the sum so far
constexpr int kMostTerms = 50000;        // rho 0.999 needs 32000

double largest(const std::vector<double>& values) {
  double most = 0;
  for (double v : values) most = std::max(most, std::abs(v));
  return most;
}

const Weights& require_weights(const FittedModel& model, const PredictChoice& choice) {
  if (choice.weights != nullptr) return *choice.weights;
  throw Error(ErrorKind::usage, "model " + model.model + " needs weights; give for example --weights knn:8");
}

/// The sum of a row's effects; NaN where a group is not known.
std::vector<double> effects_of(const FittedModel& model, const Table& table,
                               std::span<const std::size_t> rows, bool mean_effects, std::size_t& unknown) {
  std::vector<double> sum(rows.size(), 0.0);
  std::vector<char> met(rows.size(), 1);
  for (const FittedEffects& effects : model.effects) {
    std::unordered_map<std::string_view, double> known;
    for (std::size_t k = 0; k < effects.names.size(); ++k) known.emplace(effects.names[k], effects.values[k]);
    const Column& column = column_named(table, effects.column);
    for (std::size_t k = 0; k < rows.size(); ++k) {
      const auto found = known.find(text_at(column, rows[k]));
      if (found == known.end()) met[k] = 0;
      sum[k] += found != known.end() ? found->second
                : mean_effects       ? effects.mean
                                     : std::numeric_limits<double>::quiet_NaN();
    }
  }
  unknown = static_cast<std::size_t>(std::count(met.begin(), met.end(), 0));
  return sum;
}

/// sqrt(g' V g) per row, g the derivatives.
std::vector<double> delta_errors(const std::vector<std::vector<double>>& derivatives,
                                 const SquareMatrix& covariance) {
  std::vector<double> errors(derivatives.empty() ? 0 : derivatives[0].size());
  for (std::size_t row = 0; row < errors.size(); ++row) {
    double sum = 0;
    for (std::size_t a = 0; a < derivatives.size(); ++a) {
      for (std::size_t b = 0; b < derivatives.size(); ++b)
        sum += derivatives[a][row] * covariance.at(a, b) * derivatives[b][row];
    }
    errors[row] = std::sqrt(std::max(sum, 0.0));
  }
  return errors;
}

/// trend + rho W y, or trend + lambda W (y - trend).
void add_signal(const FittedModel& model, const PredictChoice& choice, std::vector<double>& value) {
  if (!model.rho && !model.lambda) return;
  if (choice.response.size() != value.size())
    throw Error(ErrorKind::usage, "the predictor signal needs the observed values of every row");
  const Weights& weights = require_weights(model, choice);
  std::vector<double> around(choice.response.begin(), choice.response.end());
  std::vector<double> result = value;
  if (model.rho) {
    const std::vector<double> lagged = lag(weights, around);
    for (std::size_t k = 0; k < value.size(); ++k) {
      result[k] += *model.rho * lagged[k];
      around[k] -= *model.rho * lagged[k];
    }
  }
  if (model.lambda) {
    for (std::size_t k = 0; k < value.size(); ++k) around[k] -= value[k];
    const std::vector<double> lagged = lag(weights, around);
    for (std::size_t k = 0; k < value.size(); ++k) result[k] += *model.lambda * lagged[k];
  }
  value = std::move(result);
}

}  // namespace

bool FittedModel::has_lags() const {
  return rho || lambda || std::any_of(columns.begin(), columns.end(), [](const ColumnRecipe& recipe) {
           return std::any_of(recipe.begin(), recipe.end(),
                              [](const RecipePart& part) { return part.lagged; });
         });
}

std::span<const PredictorRow> predictors() { return kPredictors; }

std::vector<std::string> columns_of(const FittedModel& model) {
  std::vector<std::string> names = columns_of(model.columns);
  for (const FittedEffects& effects : model.effects) {
    if (std::find(names.begin(), names.end(), effects.column) == names.end()) names.push_back(effects.column);
  }
  return names;
}

std::vector<double> spatial_multiplier(const Weights& weights, double rho, std::vector<double> v) {
  std::vector<double> sum = v;
  double before = largest(v);
  for (int term = 1; term <= kMostTerms && before > 0; ++term) {
    v = lag(weights, v);
    for (std::size_t k = 0; k < v.size(); ++k) {
      v[k] *= rho;
      sum[k] += v[k];
    }
    const double size = largest(v);
    if (!std::isfinite(size)) break;
    // Terms fall at least like |rho| for rows that add to 1; the rest of the series is about size / (1 -
    // |rho|).
    if (size <= kSmallestTerm * (1 - std::min(std::abs(rho), 0.999)) * largest(sum)) return sum;
    before = size;
  }
  if (before == 0) return sum;
  throw Error(ErrorKind::input, "the effects of neighbours on neighbours do not fade (rho " +
                                    number_text(rho) + " is too large for these weights)");
}

std::vector<double> multiplied(const FittedModel& model, const Weights& weights, double rho,
                               std::vector<double> v) {
  try {
    return spatial_multiplier(weights, rho, std::move(v));
  } catch (const Error& error) {
    const bool of_period = !model.by.empty() && model.period != "all";
    throw Error(error.kind(), "model " + model.model +
                                  (of_period ? ", " + model.by + " " + model.period : "") + ": " +
                                  error.what());
  }
}

Prediction predict(const FittedModel& model, const Table& table, std::span<const std::size_t> rows,
                   const PredictChoice& choice) {
  const Weights* weights = model.has_lags() ? &require_weights(model, choice) : nullptr;
  Prediction prediction;
  prediction.value = effects_of(model, table, rows, choice.mean_effects, prediction.unknown_effects);
  std::vector<std::vector<double>> derivatives;
  for (std::size_t j = 0; j < model.columns.size(); ++j) {
    std::vector<double> column = values_of(model.columns[j], table, rows, weights);
    for (std::size_t k = 0; k < rows.size(); ++k) prediction.value[k] += model.coefficients[j] * column[k];
    if (choice.standard_errors) derivatives.push_back(std::move(column));
  }
  const bool spreads = choice.predictor == Predictor::reduced && model.rho && *model.rho != 0;
  if (spreads) {
    if (prediction.unknown_effects > 0 && !choice.mean_effects) {
      throw Error(ErrorKind::input, std::to_string(prediction.unknown_effects) +
                                        " rows have an effect that model " + model.model +
                                        " does not know, and what they give to their neighbours with it");
    }
    prediction.value = multiplied(model, *weights, *model.rho, std::move(prediction.value));
  }
  if (choice.standard_errors) {
    if (spreads)
      for (std::vector<double>& column : derivatives)
        column = multiplied(model, *weights, *model.rho, std::move(column));
    if (model.rho) {
      // d value / d rho = (I - rho W)^-1 W value; of trend alone there is none, of signal W y.
      std::vector<double> slope(rows.size(), 0.0);
      if (spreads) slope = multiplied(model, *weights, *model.rho, lag(*weights, prediction.value));
      if (choice.predictor == Predictor::signal && choice.response.size() == rows.size())
        slope = lag(*weights, choice.response);
      derivatives.push_back(std::move(slope));
    }
    prediction.standard_error = delta_errors(derivatives, model.covariance);
    for (std::size_t k = 0; k < rows.size(); ++k) {
      if (std::isnan(prediction.value[k]))
        prediction.standard_error[k] = std::numeric_limits<double>::quiet_NaN();
    }
  }
  if (choice.predictor == Predictor::signal) add_signal(model, choice, prediction.value);
  return prediction;
}

Prediction predict_change(const FittedModel& model, const Table& before, const Table& after,
                          std::span<const std::size_t> rows, const PredictChoice& choice) {
  if (choice.predictor == Predictor::signal) {
    throw Error(
        ErrorKind::usage,
        "the predictor signal keeps the observed values of the neighbours, so it cannot say what a change "
        "of the drivers makes; use reduced or trend");
  }
  const Weights* weights = model.has_lags() ? &require_weights(model, choice) : nullptr;
  const bool spreads = choice.predictor == Predictor::reduced && model.rho && *model.rho != 0;
  Prediction difference;
  difference.value.assign(rows.size(), 0.0);
  std::vector<std::vector<double>> derivatives;
  for (std::size_t j = 0; j < model.columns.size(); ++j) {
    std::vector<double> column = values_of(model.columns[j], after, rows, weights);
    const std::vector<double> old = values_of(model.columns[j], before, rows, weights);
    for (std::size_t k = 0; k < rows.size(); ++k) {
      column[k] -= old[k];
      difference.value[k] += model.coefficients[j] * column[k];
    }
    if (!choice.standard_errors) continue;
    if (spreads) column = multiplied(model, *weights, *model.rho, std::move(column));
    derivatives.push_back(std::move(column));
  }
  if (spreads) difference.value = multiplied(model, *weights, *model.rho, std::move(difference.value));
  if (!choice.standard_errors) return difference;
  if (model.rho) {
    std::vector<double> slope(rows.size(), 0.0);
    if (spreads) slope = multiplied(model, *weights, *model.rho, lag(*weights, difference.value));
    derivatives.push_back(std::move(slope));
  }
  difference.standard_error = delta_errors(derivatives, model.covariance);
  return difference;
}

}  // namespace isotherm

#include "regress_cv.h"

#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "isotherm/core/text.h"
#include "isotherm/model/folds.h"
#include "isotherm/model/predict.h"
#include "regress_local.h"

namespace isotherm {

namespace {

constexpr long long kMostFolds = 1000;

/// Some periods that a model is fitted to together, their rows one after the other.
struct Part {
  std::vector<std::size_t> periods;
  std::vector<std::size_t> rows;
  Weights weights;
};

Part part_of(const Regression& regression, std::vector<std::size_t> periods) {
  Part part{std::move(periods), {}, {}};
  std::vector<Weights> weights;
  for (std::size_t k : part.periods) {
    const RegressPeriod& period = regression.periods[k];
    part.rows.insert(part.rows.end(), period.rows.begin(), period.rows.end());
    if (period.weights.rows() > 0) weights.push_back(period.weights);
  }
  part.weights = joined(weights);
  return part;
}

/// The rows of a part that are (not) in a fold, as positions in it.
std::vector<std::size_t> positions(const Part& part, std::span<const std::size_t> folds, std::size_t fold,
                                   bool in) {
  std::vector<std::size_t> kept;
  for (std::size_t k = 0; k < part.rows.size(); ++k) {
    if ((folds[part.rows[k]] == fold) == in) kept.push_back(k);
  }
  return kept;
}

/// Predictions for the rows of a fold, by position in the part.
void predict_fold(const Regression& regression, const RegressModel& model, const Part& part,
                  std::span<const std::size_t> folds, std::size_t fold, std::vector<double>& predicted,
                  const RunContext& context) {
  const std::vector<std::size_t> held = positions(part, folds, fold, true);
  if (held.empty()) return;
  if (model.estimator == Estimator::local) {
    std::vector<char> flags(part.rows.size(), 0);
    for (std::size_t k : held) flags[k] = 1;
    const std::vector<double> values =
        predict_local(regression, model, part.periods.front(), part.rows, part.weights, flags, context);
    for (std::size_t k : held) predicted[k] = values[k];
    return;
  }
  const std::vector<std::size_t> others = positions(part, folds, fold, false);
  std::vector<std::size_t> rows;
  for (std::size_t k : others) rows.push_back(part.rows[k]);
  const bool weighted = part.weights.rows() > 0;
  Weights weights;
  if (weighted) {
    weights = kept_weights(part.weights, others);
    if (!regression.job.weights.binary) standardise(weights);
  }
  const FittedModel fitted = fit_part(regression, model, part.periods, std::move(rows), weights, context);
  PredictChoice choice;
  choice.weights = weighted ? &part.weights : nullptr;
  choice.mean_effects = true;
  const Prediction all = predict(fitted, regression.cells.table, part.rows, choice);
  for (std::size_t k : held) predicted[k] = all.value[k];
}

double score(std::span<const double> y, std::span<const double> predicted) {
  double mean = 0, total = 0, rest = 0;
  for (double v : y) mean += v / static_cast<double>(y.size());
  for (std::size_t k = 0; k < y.size(); ++k) {
    total += (y[k] - mean) * (y[k] - mean);
    rest += (y[k] - predicted[k]) * (y[k] - predicted[k]);
  }
  return 1 - rest / total;
}

/// Per period of the part.
std::vector<double> scores_of(const Regression& regression, const RegressModel& model, const Part& part,
                              std::span<const std::size_t> folds, std::size_t count,
                              const RunContext& context) {
  std::vector<double> predicted(part.rows.size(), kMissing);
  for (std::size_t fold = 0; fold < count; ++fold) {
    context.stop.check();
    try {
      predict_fold(regression, model, part, folds, fold, predicted, context);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::input) throw;
      const bool of_period = !regression.job.by.empty() && part.periods.size() == 1;
      context.log.warning(
          "cross-validation of " + std::string(model.name) +
          (of_period ? ", " + regression.job.by + " " + regression.periods[part.periods.front()].name : "") +
          ", block " + std::to_string(fold + 1) + ": " + error.what());
      return std::vector<double>(part.periods.size(), kMissing);
    }
  }
  const std::vector<double> y = response_of(regression.formula, regression.cells.table, part.rows);
  std::vector<double> scores;
  std::size_t first = 0;
  for (std::size_t k : part.periods) {
    const std::size_t size = regression.periods[k].rows.size();
    scores.push_back(score(std::span(y).subspan(first, size), std::span(predicted).subspan(first, size)));
    first += size;
  }
  return scores;
}

/// The fold of every row of the table that takes part.
std::vector<std::size_t> folds_of_rows(const Regression& regression, std::size_t count) {
  std::vector<std::size_t> rows;
  std::vector<Point> places;
  for (const RegressPeriod& period : regression.periods) {
    for (std::size_t row : period.rows) {
      rows.push_back(row);
      places.push_back(regression.cells.anchors[row]);
    }
  }
  const std::vector<std::size_t> folds = block_folds(places, count);
  std::vector<std::size_t> result(regression.cells.table.rows(), count);
  for (std::size_t k = 0; k < rows.size(); ++k) result[rows[k]] = folds[k];
  return result;
}

}  // namespace

std::size_t folds_of(const std::string& text) {
  const std::vector<std::string> parts = split(text, ':');
  const auto number =
      parts.size() == 2 && lower(parts[0]) == "blocks" ? parse_integer(parts[1]) : std::nullopt;
  if (!number || *number < 2 || *number > kMostFolds) {
    throw Error(ErrorKind::usage, "--cv '" + text + "': write blocks:N, as blocks:10, with 2 to " +
                                      std::to_string(kMostFolds) + " blocks");
  }
  return static_cast<std::size_t>(*number);
}

std::vector<std::vector<double>> cross_validated(const Regression& regression, const RunContext& context) {
  const std::size_t count = folds_of(regression.job.cross_validation);
  if (regression.cells.anchors.empty()) {
    throw Error(ErrorKind::input,
                "--cv needs places: the table has neither geometry nor columns x, y (or lon, lat)");
  }
  const std::vector<std::size_t> folds = folds_of_rows(regression, count);
  std::vector<std::vector<double>> scores;
  for (const RegressModel* model : regression.models) {
    std::vector<double> of_model;
    if (model->pooled()) {
      std::vector<std::size_t> all(regression.periods.size());
      for (std::size_t k = 0; k < all.size(); ++k) all[k] = k;
      of_model = scores_of(regression, *model, part_of(regression, all), folds, count, context);
    } else {
      for (std::size_t k = 0; k < regression.periods.size(); ++k)
        of_model.push_back(
            scores_of(regression, *model, part_of(regression, {k}), folds, count, context).front());
    }
    scores.push_back(std::move(of_model));
  }
  return scores;
}

}  // namespace isotherm

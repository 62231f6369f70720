#include "isotherm/job/predict.h"

#include <algorithm>
#include <set>

#include "cell_places.h"
#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "isotherm/core/rows.h"
#include "isotherm/core/text.h"
#include "isotherm/io/fit_json.h"
#include "isotherm/io/table_writer.h"
#include "isotherm/model/change.h"
#include "isotherm/model/model_formula.h"
#include "isotherm/model/predict.h"
#include "kept_columns.h"
#include "regress_tables.h"
#include "used_changes.h"
#include "weights_source.h"

namespace isotherm {

namespace {

constexpr int kDigits = 10;  // of computed numbers in text

/// Rows of one period and the fit that serves them.
struct Group {
  std::vector<std::size_t> rows;
  const FittedModel* model = nullptr;
};

struct Results {
  std::vector<double> predicted, error, before, change, change_error;
};

void add_new(const std::vector<std::string>& from, std::vector<std::string>& names) {
  for (const std::string& name : from) {
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
}

/// Columns whose rows must be complete.
std::vector<std::string> needed_columns(const std::vector<const FittedModel*>& models,
                                        const PredictJob& job) {
  std::vector<std::string> names;
  for (const FittedModel* model : models) {
    add_new(columns_of(*model), names);
    if (job.predictor == "signal") add_new({model->response.column}, names);
  }
  return names;
}

std::vector<Group> groups_of(const FitDocument& document, const PredictJob& job, const Table& table,
                             std::span<const std::size_t> rows, bool periods) {
  std::vector<Group> groups;
  for (PeriodRows& period : rows_by_period(table, periods ? document.by : "", rows)) {
    const FittedModel& model = fit_asked(document, job.model, job.period, periods ? period.name : "");
    groups.push_back({std::move(period.rows), &model});
  }
  return groups;
}

void put(const std::vector<double>& values, std::span<const std::size_t> rows, std::vector<double>& column) {
  for (std::size_t k = 0; k < values.size(); ++k) column[rows[k]] = values[k];
}

std::size_t predict_group(const Group& group, const PredictJob& job, const ReadTable& cells,
                          const Table& changed, const WeightsSource* source, Results& results,
                          const RunContext& context) {
  context.stop.check();
  const FittedModel& model = *group.model;
  Weights weights;
  if (source != nullptr) weights = source->of_rows(group.rows, context);
  const Predictor predictor = row_named(predictors(), job.predictor, "predictor").predictor;
  PredictChoice choice{predictor, source != nullptr ? &weights : nullptr, {}, true, job.mean_effects};
  std::vector<double> observed;
  if (predictor == Predictor::signal) {
    observed = values_of({model.response}, cells.table, group.rows, nullptr);
    choice.response = observed;
  }
  const Prediction after = predict(model, changed, group.rows, choice);
  put(after.value, group.rows, results.predicted);
  put(after.standard_error, group.rows, results.error);
  if (!job.changes.empty()) {
    put(predict(model, cells.table, group.rows, choice).value, group.rows, results.before);
    const Prediction difference = predict_change(model, cells.table, changed, group.rows, choice);
    put(difference.value, group.rows, results.change);
    put(difference.standard_error, group.rows, results.change_error);
  }
  return after.unknown_effects;
}

Column real_column(const std::string& name, const std::string& help, const std::vector<double>& values,
                   std::span<const std::size_t> rows) {
  Column column = make_column({name, ColumnType::real, "", help, kDigits});
  for (std::size_t row : rows) column.reals().push_back(values[row]);
  return column;
}

void write_rows(const PredictJob& job, const FitDocument& document, const ReadTable& cells,
                const Table& changed, std::span<const std::size_t> rows, const RecipePart& response,
                const Results& results, const std::vector<Change>& changes, const RunContext& context) {
  Table table = kept_table(cells, rows, {job.cells.id, document.by, response.column});
  for (const Change& change : changes) {
    Column after = picked(changed.columns[*changed.find(change.column())], rows);
    if (const auto kept = table.find(change.column())) {
      table.columns[*kept] = std::move(after);
    } else {
      table.columns.push_back(std::move(after));
    }
  }
  table.columns.push_back(
      real_column("predicted", "expected value of the response", results.predicted, rows));
  table.columns.push_back(
      real_column("std_error", "standard error of that expectation", results.error, rows));
  if (!changes.empty()) {
    table.columns.push_back(
        real_column("predicted_before", "expected before the change", results.before, rows));
    table.columns.push_back(real_column("change", "predicted less predicted_before", results.change, rows));
    table.columns.push_back(
        real_column("change_std_error", "standard error of change", results.change_error, rows));
  }
  write_whole(job.output, std::move(table), context);
}

/// The fits that could serve: of the model asked for.
std::vector<const FittedModel*> possible_fits(const FitDocument& document, const PredictJob& job) {
  std::vector<const FittedModel*> models;
  std::set<std::string> names;
  for (const FittedModel& fit : document.fits) {
    names.insert(fit.model);
    if (job.model.empty() || fit.model == job.model) models.push_back(&fit);
  }
  if (models.empty() && !document.local.empty()) fit_named(document, job.model, "");  // says why it cannot be
  if (names.empty()) throw Error(ErrorKind::input, job.fit + ": holds no fit that can be applied");
  if (models.empty() || (job.model.empty() && names.size() > 1)) {
    const std::vector<std::string> list(names.begin(), names.end());
    throw Error(ErrorKind::usage,
                (job.model.empty() ? "the document holds several models; choose one with --model"
                                   : "the document holds no model '" + job.model + "'") +
                    std::string("; there are ") + join(list, ", ") + suggestion(job.model, list));
  }
  return models;
}

}  // namespace

void run(const PredictJob& job, const RunContext& context) {
  row_named(predictors(), job.predictor, "predictor");
  std::vector<Change> changes;
  for (const std::string& rule : job.changes) changes.emplace_back(rule);
  if (!job.output.empty()) check_table(job.output, {}, context);  // refused before anything is read
  const FitDocument document = read_fits(job.fit);
  const std::vector<const FittedModel*> models = possible_fits(document, job);
  std::vector<std::string> needed = needed_columns(models, job);
  require_used(changes, models, needed);

  TableReadOptions options;
  options.layer = job.cells.layer;
  options.crs = job.cells.crs;
  ReadTable cells = read_table(job.cells.path, options, context.log);
  place_by_names(cells, job.cells.id);
  const bool periods = !document.by.empty() && cells.table.find(document.by);
  if (periods) add_new({document.by}, needed);
  const std::vector<std::size_t> rows = complete_rows(cells.table, needed);
  if (rows.empty())
    throw Error(ErrorKind::no_data, "no row of " + job.cells.path + " has all of " + join(needed, ", "));
  if (rows.size() < cells.table.rows()) {
    context.log.note(std::to_string(cells.table.rows() - rows.size()) + " of " +
                     std::to_string(cells.table.rows()) + " rows lack a value and are left out");
  }
  Table changed = cells.table;
  for (const Change& change : changes)
    context.log.note(change.text() + ": " + std::to_string(change.apply(changed)) + " rows");

  const std::vector<Group> groups = groups_of(document, job, cells.table, rows, periods);
  WeightsInputs weights = job.weights;
  if (weights.spec.empty())
    weights = {models.front()->weights.spec, models.front()->weights.binary,
               models.front()->weights.symmetric};
  const bool lags =
      std::any_of(groups.begin(), groups.end(), [](const Group& g) { return g.model->has_lags(); });
  std::optional<WeightsSource> source;
  if (lags) source.emplace(weights, cells, id_texts(cells.table, id_column(cells.table, job.cells.id)));
  const std::vector<double> empty(cells.table.rows(), kMissing);
  Results results{empty, empty, empty, empty, empty};
  std::size_t unknown = 0;
  for (const Group& group : groups)
    unknown += predict_group(group, job, cells, changed, source ? &*source : nullptr, results, context);
  if (unknown > 0) {
    context.log.warning(std::to_string(unknown) + " of " + std::to_string(rows.size()) +
                        " rows belong to groups whose effect the fit does not know; " +
                        (job.mean_effects
                             ? "the mean effect stands in"
                             : "their prediction is empty (--mean-effects puts the mean there)"));
  }
  write_rows(job, document, cells, changed, rows, models.front()->response, results, changes, context);
}

}  // namespace isotherm

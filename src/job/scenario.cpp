#include "isotherm/job/scenario.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/fit_json.h"
#include "isotherm/io/table_reader.h"
#include "isotherm/io/table_writer.h"
#include "isotherm/model/change.h"
#include "isotherm/model/error_variance.h"
#include "isotherm/model/model_formula.h"
#include "isotherm/model/predict.h"
#include "refuse.h"
#include "regress_tables.h"
#include "scenario_drivers.h"
#include "scenario_parts.h"
#include "used_changes.h"
#include "weights_source.h"

namespace isotherm {

namespace {

double mean_of(const std::vector<double>& values) {
  double sum = 0, count = 0;
  for (const double value : values) {
    if (!std::isnan(value)) sum += value, count += 1;
  }
  return count > 0 ? sum / count : 0;
}

class Run {
 public:
  Run(const ScenarioJob& job, const RunContext& context)
      : job_(job), context_(context), plan_(plan_scenario(job)) {}

  void operator()() {
    document_ = read_fits(job_.fit);
    read_cells();
    read_climate();
    read_drivers();
    write();
  }

 private:
  void read_cells() {
    TableReadOptions options;
    options.layer = job_.cells.layer;
    options.crs = job_.cells.crs;
    options.most_bytes = context_.memory;
    cells_ = read_table(job_.cells.path, options, context_.log);
    by_ = !document_.by.empty() && cells_.table.find(document_.by) ? document_.by : "";
    choose_rows();
    id_ = id_column(cells_.table, job_.cells.id.empty() ? document_.id : job_.cells.id);
    const std::vector<std::string> ids = id_texts(cells_.table, id_);
    for (const std::size_t row : rows_) ids_.push_back(ids[row]);
    WeightsInputs weights = job_.weights;
    if (weights.spec.empty())
      weights = {model_->weights.spec, model_->weights.binary, model_->weights.symmetric};
    if (model_->has_lags()) {
      const WeightsSource source(weights, cells_, ids);
      weights_ = source.of_rows(rows_, context_);
    }
    for (const Column& column : cells_.table.columns) now_.columns.push_back(picked(column, rows_));
    all_.resize(rows_.size());
    std::iota(all_.begin(), all_.end(), 0);
  }

  /// The rows of the last period, and the fit that serves them.
  void choose_rows() {
    std::vector<std::string> needed;
    if (by_.empty()) {
      model_ = &fit_asked(document_, job_.model, job_.period, "");
      needed = needed_columns();
      rows_ = complete_rows(cells_.table, needed);
    } else {
      const std::vector<std::size_t> timed = complete_rows(cells_.table, std::vector<std::string>{by_});
      std::vector<PeriodRows> periods = rows_by_period(cells_.table, by_, timed);
      if (periods.empty()) throw Error(ErrorKind::no_data, "no row of " + job_.cells.path + " has a " + by_);
      last_period_ = periods.back().name;
      model_ = &fit_asked(document_, job_.model, job_.period, last_period_);
      needed = needed_columns();
      const std::vector<std::size_t> complete = complete_rows(cells_.table, needed);
      std::ranges::set_intersection(complete, periods.back().rows, std::back_inserter(rows_));
    }
    if (rows_.empty()) {
      throw Error(ErrorKind::no_data, "no row of " + job_.cells.path +
                                          (by_.empty() ? "" : " in " + last_period_) + " has all of " +
                                          join(needed, ", "));
    }
    if (model_->response.kind != RecipePart::Kind::column) {
      throw Error(ErrorKind::usage, "the model explains " + model_->response.function + "(" +
                                        model_->response.column +
                                        "), to which degrees cannot be added; fit the column itself");
    }
    require_drivers();
  }

  std::vector<std::string> needed_columns() const {
    std::vector<std::string> names = columns_of(*model_);
    if (plan_.from_observed) names.push_back(model_->response.column);
    return names;
  }

  /// Options that name columns the model does not read would change nothing.
  void require_drivers() const {
    const std::vector<std::string> read = columns_of(*model_);
    const auto reads = [&](const std::string& name) { return std::ranges::find(read, name) != read.end(); };
    if (!job_.temperature.empty() && !reads(job_.temperature)) {
      refuse("--temperature: the model does not use '" + job_.temperature + "'" +
             suggestion(job_.temperature, read) + "; it uses " + join(read, ", "));
    }
    require_used(plan_.changes, std::array{model_}, read);
  }

  void read_climate() {
    std::vector<Point> places;
    if (!cells_.anchors.empty()) {
      for (const std::size_t row : rows_) places.push_back(cells_.anchors[row]);
    }
    climate_ = isotherm::read_climate(job_, places, rows_.size(), cells_.table.crs, context_.log);
    if (plan_.base || plan_.changes_as_given) return;
    const auto year = parse_integer(last_period_.substr(0, 4));
    if (!year) {
      refuse(
          "say which years the climate's change counts from, for example --base 2021: the cells have no "
          "period that tells (--base none where the file holds changes since then)");
    }
    plan_.base = YearSpan{static_cast<int>(*year), static_cast<int>(*year)};
  }

  void read_drivers() {
    if (job_.drivers == "keep") return;
    if (by_.empty() || !id_) {
      context_.log.note("the cells have no periods to continue: drivers stay as they are");
      return;
    }
    std::vector<std::string> columns;
    for (const std::string& name : columns_of(*model_)) {
      const Column& column = cells_.table.columns[*cells_.table.find(name)];
      const bool fixed = name == by_ || name == job_.temperature || column.info.name == id_name() ||
                         std::holds_alternative<Texts>(column.values);
      if (!fixed) columns.push_back(name);
    }
    if (!columns.empty()) drivers_.emplace(job_, by_, id_name(), columns, ids_, context_);
  }

  std::string id_name() const { return id_ ? cells_.table.columns[*id_].info.name : ""; }

  /// The table with drivers continued (the one at `shaken`, if any, one standard deviation up).
  Table continued(const std::vector<DriverFuture>& futures, const DriverFuture* shaken) const {
    Table table = now_;
    for (const DriverFuture& future : futures) {
      std::vector<double> values = future.mean;
      if (&future == shaken) {
        for (std::size_t k = 0; k < values.size(); ++k) values[k] += future.deviation[k];
      }
      set(table, future.column, std::move(values));
    }
    return table;
  }

  static void set(Table& table, const std::string& name, std::vector<double> values) {
    Column& column = table.columns[*table.find(name)];
    column.info.type = ColumnType::real;
    column.values = std::move(values);
  }

  void apply_rules(Table& table) const {
    for (const Change& change : plan_.changes) change.apply(table);
  }

  void warm(Table& table, const std::vector<double>& degrees) const {
    if (job_.temperature.empty()) return;
    const Column& column = table.columns[*table.find(job_.temperature)];
    std::vector<double> values(rows_.size());
    for (std::size_t k = 0; k < values.size(); ++k) {
      values[k] = (std::holds_alternative<Integers>(column.values) ? static_cast<double>(column.integers()[k])
                                                                   : column.reals()[k]) +
                  degrees[k];
    }
    set(table, job_.temperature, std::move(values));
  }

  PredictChoice choice(bool errors) const {
    PredictChoice choice;
    choice.weights = model_->has_lags() ? &weights_ : nullptr;
    choice.standard_errors = errors;
    choice.mean_effects = job_.mean_effects;
    return choice;
  }

  std::vector<double> difference(const Table& before, const Table& after) const {
    return predict_change(*model_, before, after, all_, choice(false)).value;
  }

  static void add_squares(const std::vector<double>& values, std::vector<double>& sum) {
    for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += values[k] * values[k];
  }

  void read_deltas(ScenarioFuture& future) const {
    std::vector<double> means, deviations;
    for (const ClimateTable& climate : climate_.climates) {
      const std::vector<double> changes = climate.change({future.year, future.year}, plan_.base, job_.window);
      future.models = std::max(future.models, changes.size());
      const double mean = mean_of(changes);
      double squares = 0;
      for (const double change : changes) squares += (change - mean) * (change - mean);
      means.push_back(mean);
      deviations.push_back(changes.size() > 1 ? std::sqrt(squares / static_cast<double>(changes.size() - 1))
                                              : 0);
    }
    for (const std::size_t which : climate_.of_cell) {
      future.delta.push_back(means[which]);
      future.delta_deviation.push_back(deviations[which]);
    }
  }

  ScenarioFuture in_year(int year) const {
    ScenarioFuture future;
    future.year = year;
    read_deltas(future);
    const std::vector<DriverFuture> futures =
        drivers_ ? drivers_->in_year(year, context_) : std::vector<DriverFuture>{};
    const Table grown = continued(futures, nullptr);
    Table planned = grown;
    apply_rules(planned);
    Table warmer = planned;
    warm(warmer, future.delta);

    const std::vector<double> none(rows_.size(), 0.0);
    future.start = plan_.from_observed ? observed() : expected();
    future.drivers = difference(now_, grown);
    future.rules = difference(grown, planned);
    future.climate =
        job_.temperature.empty() ? scaled(future.delta, plan_.response) : difference(planned, warmer);
    future.of_coefficients = future.of_residuals = future.of_drivers = future.of_climate = none;
    const Prediction sure = plan_.from_observed ? predict_change(*model_, now_, warmer, all_, choice(true))
                                                : predict(*model_, warmer, all_, choice(true));
    add_squares(sure.standard_error, future.of_coefficients);
    future.of_residuals = residual_variance();
    for (const DriverFuture& driver : futures) {
      Table shaken = continued(futures, &driver);
      apply_rules(shaken);
      add_squares(difference(planned, shaken), future.of_drivers);
    }
    add_climate_variance(planned, warmer, future);
    return future;
  }

  /// What the model expects of the last period.
  std::vector<double> expected() const {
    const Prediction expected = predict(*model_, now_, all_, choice(false));
    if (expected.unknown_effects > 0 && !told_) {
      told_ = true;
      context_.log.warning(
          std::to_string(expected.unknown_effects) + " of " + std::to_string(rows_.size()) +
          " cells belong to groups whose effect the fit does not know; " +
          (job_.mean_effects
               ? "the mean effect stands in"
               : "their rows are empty (--mean-effects puts the mean there, and --from observed "
                 "needs no effects)"));
    }
    return expected.value;
  }

  void add_climate_variance(const Table& planned, const Table& warmer, ScenarioFuture& future) const {
    if (job_.temperature.empty()) {
      add_squares(scaled(future.delta_deviation, plan_.response), future.of_climate);
      add_squares(scaled(future.delta, plan_.response_deviation), future.of_climate);
      add_squares(scaled(future.delta_deviation, plan_.response_deviation), future.of_climate);
      return;
    }
    Table hotter = planned;
    std::vector<double> degrees = future.delta;
    for (std::size_t k = 0; k < degrees.size(); ++k) degrees[k] += future.delta_deviation[k];
    warm(hotter, degrees);
    add_squares(difference(warmer, hotter), future.of_climate);
  }

  static std::vector<double> scaled(std::vector<double> values, double factor) {
    for (double& value : values) value *= factor;
    return values;
  }

  std::vector<double> observed() const {
    std::vector<double> values;
    const Column& column = now_.columns[*now_.find(model_->response.column)];
    for (std::size_t k = 0; k < rows_.size(); ++k) {
      values.push_back(std::holds_alternative<Integers>(column.values)
                           ? static_cast<double>(column.integers()[k])
                           : column.reals()[k]);
    }
    return values;
  }

  /// Of an error of a year to come; errors spread to neighbours as the model says.
  const std::vector<double>& residual_variance() const {
    if (residual_.empty()) {
      residual_ = error_variance(*model_, model_->has_lags() ? &weights_ : nullptr, rows_.size(), job_.draws,
                                 static_cast<std::uint64_t>(job_.seed));
    }
    return residual_;
  }

  void write() const {
    const ScenarioTable columns(cells_.table, id_, rows_, model_->response.column, job_.from, plan_.levels);
    TableOptions options;
    options.format = job_.output.format;
    options.wkt = job_.output.wkt;
    const auto sink = open_table(job_.output.path, columns.schema(), options, context_);
    context_.progress.start("years", plan_.years.size());
    for (const int year : plan_.years) {
      const ScenarioFuture future = in_year(year);
      report(future);
      sink->write(sink->prepare(columns.rows_of(future)));
      context_.progress.advance();
    }
    context_.progress.finish();
    sink->finish();
    if (!job_.temperature.empty()) {
      context_.log.note(
          "the change is one of the air; how the surface answers is the model's own coefficient of " +
          job_.temperature +
          ", found between places or years that were seen, which a warmer climate need not follow");
    } else {
      context_.log.note(
          "the change is one of the air; the surface is taken to warm by " + number_text(plan_.response) +
          (plan_.response_deviation > 0 ? " +- " + number_text(plan_.response_deviation) : std::string()) +
          " degrees per degree of it (--response), which this data cannot tell");
    }
  }

  void report(const ScenarioFuture& future) const {
    const auto two = [](double value) { return fixed_text(value, 2); };
    const std::array parts{mean_of(future.of_coefficients), mean_of(future.of_residuals),
                           mean_of(future.of_drivers), mean_of(future.of_climate)};
    const double whole = parts[0] + parts[1] + parts[2] + parts[3];
    const auto share = [&](double part) { return fixed_text(whole > 0 ? 100 * part / whole : 0, 0) + " %"; };
    context_.log.note(std::to_string(future.year) + ": air " + two(mean_of(future.delta)) + " +- " +
                      two(mean_of(future.delta_deviation)) + " degrees " +
                      (plan_.base ? "since " + year_span_text(*plan_.base) : "as the file has it") + " by " +
                      std::to_string(future.models) + (future.models == 1 ? " model" : " models") +
                      "; mean change of " + std::to_string(rows_.size()) + " cells: climate " +
                      two(mean_of(future.climate)) + ", drivers " + two(mean_of(future.drivers)) +
                      ", rules " + two(mean_of(future.rules)) + "; variance: coefficients " +
                      share(parts[0]) + ", residuals " + share(parts[1]) + ", drivers " + share(parts[2]) +
                      ", climate " + share(parts[3]));
  }

  const ScenarioJob& job_;
  const RunContext& context_;
  ScenarioPlan plan_;
  FitDocument document_;
  const FittedModel* model_ = nullptr;
  ReadTable cells_;
  std::string by_, last_period_;
  std::optional<std::size_t> id_;
  std::vector<std::size_t> rows_, all_;
  std::vector<std::string> ids_;
  Weights weights_;
  Table now_;  ///< the cells' last period, rows_ only
  ClimateAtCells climate_;
  std::optional<Drivers> drivers_;
  mutable std::vector<double> residual_;
  mutable bool told_ = false;  ///< of effects that are not known
};

}  // namespace

void run(const ScenarioJob& job, const RunContext& context) { Run(job, context)(); }

}  // namespace isotherm

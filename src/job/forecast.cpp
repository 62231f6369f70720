#include "isotherm/job/forecast.h"

#include <algorithm>
#include <bit>
#include <map>
#include <memory>
#include <optional>

#include "forecast_details.h"
#include "forecast_parts.h"
#include "forecast_plan.h"
#include "forecast_requests.h"
#include "forecast_scores.h"
#include "forecast_series.h"
#include "forecast_table.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/engine/ordered_pipeline.h"
#include "isotherm/io/output_file.h"
#include "isotherm/io/table_writer.h"
#include "isotherm/io/text_file.h"
#include "isotherm/model/forecast.h"

namespace isotherm {

namespace {

constexpr std::size_t kRowsInBatch = 1 << 16;

constexpr std::string_view kMeanOfAll = "mean";

/// A request cut short with what else it needs.
ForecastRequest dressed(const ForecastRequest& past, ForecastRequest full, const RegressorValues& drivers) {
  full.horizon = past.horizon;
  full.regressors = drivers.values;
  full.regressor_variances = drivers.variances;
  return full;
}

class Run {
 public:
  Run(const ForecastJob& job, const RunContext& context)
      : job_(job),
        context_(context),
        plan_(make_forecast_plan(job)),
        parts_(job, context.log, context.memory),
        table_(parts_.head(), plan_.levels, job.horizon, plan_.wide) {}

  void operator()() {
    std::unique_ptr<RowSink> sink;  // none where only a drawing is wanted
    if (!job_.output.path.empty())
      sink = open_table(job_.output.path, table_.schema(), table_options(), context_);
    if (!job_.details.empty()) details_.emplace(job_.details, context_);
    open_plots();
    if (job_.backtest > 0) test();
    over_parts([&] { forecast_all(sink.get()); });
    if (sink) sink->finish();
    if (details_) details_->finish();
    for (auto& [series, file] : plots_) file.finish();
    if (sink) report();
  }

 private:
  /// What all requests share.
  ForecastRequest terms() const {
    ForecastRequest terms;
    terms.period = job_.period > 0 ? job_.period : parts_.head().calendar().period();
    terms.horizon = job_.horizon;
    terms.levels = plan_.levels;
    terms.criterion = plan_.criterion;
    terms.paths = job_.paths;
    terms.seed = static_cast<std::uint64_t>(job_.seed);
    return terms;
  }

  TableOptions table_options() const {
    TableOptions options;
    options.format = job_.output.format;
    options.wkt = job_.output.wkt;
    return options;
  }

  /// Cells whose rows of the result are held at once; divides kCellsInBatch.
  std::size_t cells_in_batch() const {
    const std::size_t rows = static_cast<std::size_t>(job_.horizon) * job_.values.size();
    return std::bit_floor(std::clamp<std::size_t>(kRowsInBatch / rows, 1, kCellsInBatch));
  }
  std::uint64_t batches() const { return (series_->cells() + cells_in_batch() - 1) / cells_in_batch(); }
  PipelineLimits limits() const { return {context_.threads, static_cast<std::size_t>(2 * context_.threads)}; }

  template <class Visit>
  void each_cell(std::uint64_t batch, Visit&& visit) const {
    const std::size_t first = static_cast<std::size_t>(batch) * cells_in_batch();
    const std::size_t last = std::min(first + cells_in_batch(), series_->cells());
    for (std::size_t cell = first; cell < last; ++cell) visit(cell);
  }

  /// Does work on every part of the table. Shared weights are those of all cells, which then are one part.
  template <class Work>
  void over_parts(Work&& work) {
    const bool pooled = job_.pool != kNoPooling;
    parts_.visit([&](const SeriesTable& part) {
      series_ = &part;
      if (!pooled || !requests_) requests_.emplace(part, terms(), pooled);
      if (pooled && !pools_known_) requests_->pool(plan_.models, job_.backtest, context_);
      pools_known_ = true;
      work();
    });
  }

  /// Runs `produce` over the batches on all threads and `consume` in order.
  template <class Produce, class Consume>
  void over_batches(const char* what, Produce&& produce, Consume&& consume) const {
    struct Nothing {};
    context_.progress.start(what, batches());
    run_ordered(
        batches(), limits(), context_.stop, [] { return Nothing{}; },
        [&](Nothing&, std::uint64_t batch) { return produce(batch); },
        [&](auto&& piece) {
          consume(std::forward<decltype(piece)>(piece));
          context_.progress.advance();
        });
    context_.progress.finish();
  }

  void test() {
    std::vector<BackTest> all(job_.values.size(), BackTest(plan_.models.size(), job_.horizon));
    over_parts([&] { test_part(all); });
    if (!job_.scores.empty()) write_scores(all);
    if (job_.calibrate) calibrate(all);
  }

  void test_part(std::vector<BackTest>& all) const {
    const std::vector<BackTest> none(all.size(), BackTest(plan_.models.size(), job_.horizon));
    over_batches(
        "back-testing",
        [&](std::uint64_t batch) {
          std::vector<BackTest> sums = none;
          each_cell(batch, [&](std::size_t cell) {
            for (std::size_t v = 0; v < sums.size(); ++v) {
              const std::vector<double> values = series_->series(cell, v);
              if (values.empty()) continue;
              RegressorValues drivers;
              sums[v].add(back_test(plan_.models, requests_->request(cell, v, values), job_.backtest,
                                    [&](std::size_t back, ForecastRequest& past) {
                                      drivers = requests_->drivers(cell, past.values, back);
                                      past = dressed(past, requests_->request(cell, v, past.values, back),
                                                     drivers);
                                    }));
            }
          });
          return sums;
        },
        [&](std::vector<BackTest>&& sums) {
          for (std::size_t v = 0; v < sums.size(); ++v) all[v].add(sums[v]);
        });
  }

  void write_scores(const std::vector<BackTest>& all) const {
    const auto sink = open_table(job_.scores, score_schema(), {}, context_);
    Table rows = make_table(score_schema());
    for (std::size_t v = 0; v < all.size(); ++v) {
      append_scores(rows, parts_.head().variables()[v].name, plan_.models, all[v]);
    }
    sink->write(sink->prepare(std::move(rows)));
    sink->finish();
  }

  void calibrate(const std::vector<BackTest>& all) {
    for (std::size_t v = 0; v < all.size(); ++v) {
      calibrations_.emplace_back(all[v], plan_.levels);
      if (calibrations_.back().empty()) {
        context_.log.warning("too few back-tested values of " + parts_.head().variables()[v].name +
                             (job_.areas ? " of areas" : "") +
                             " (fewer than 20): its quantiles are not calibrated");
      }
    }
  }

  /// What a batch of cells adds to the outputs.
  struct Piece {
    RowSink::Prepared rows;
    std::map<std::string, std::size_t> models;
    std::string details;
    std::vector<std::pair<std::pair<std::string, std::size_t>, std::string>> drawings;  ///< by name, variable
  };

  /// One variable of a batch, cell by cell.
  struct Continued {
    std::vector<std::vector<double>> values;
    std::vector<SeriesForecast> ahead;
  };

  void forecast_all(RowSink* sink) {
    over_batches(
        "forecasting",
        [&](std::uint64_t batch) {
          Piece piece;
          std::vector<Continued> variables;
          for (std::size_t v = 0; v < series_->variables().size(); ++v) {
            variables.push_back(continue_variable(batch, v));
            for (const SeriesForecast& one : variables.back().ahead) ++piece.models[one.model];
            if (details_ || !plots_.empty()) tell(batch, v, variables.back(), piece);
          }
          if (sink) piece.rows = sink->prepare(rows_of(batch, variables));
          return piece;
        },
        [&](Piece&& piece) {
          if (sink) sink->write(std::move(piece.rows));
          for (const auto& [model, count] : piece.models) models_[model] += count;
          if (details_) details_->write(piece.details);
          for (const auto& [series, drawing] : piece.drawings) plots_.at(series).write(drawing);
        });
  }

  Continued continue_variable(std::uint64_t batch, std::size_t v) const {
    Continued result;
    std::vector<RegressorValues> drivers;
    each_cell(batch, [&](std::size_t cell) {
      result.values.push_back(series_->series(cell, v));
      drivers.push_back(requests_->drivers(cell, result.values.back()));
    });
    std::vector<ForecastRequest> requests;  // they look into values and drivers
    each_cell(batch, [&](std::size_t cell) {
      const std::size_t k = requests.size();
      requests.push_back(requests_->request(cell, v, result.values[k]));
      requests.back().regressors = drivers[k].values;
      requests.back().regressor_variances = drivers[k].variances;
    });
    result.ahead = isotherm::forecast_all(plan_.models.front(), requests);
    for (std::size_t k = 0; k < result.ahead.size(); ++k) {
      SeriesForecast& one = result.ahead[k];
      if (!one.explained.empty()) one.reason += "; " + drivers[k].how;
      if (v < calibrations_.size()) calibrations_[v].apply(one);
    }
    return result;
  }

  /// Lines of details and drawings, where these are wanted.
  void tell(std::uint64_t batch, std::size_t v, const Continued& variable, Piece& piece) const {
    std::size_t k = 0;
    each_cell(batch, [&](std::size_t cell) {
      const std::size_t place = k++;
      const std::string name = series_->id_text(cell);
      const bool drawn = plots_.contains({name, v});
      if (!details_ && !drawn) return;
      const std::vector<std::string> labels = labels_of(variable.values[place].size());
      const ContinuedSeries continued{job_.areas && job_.id.empty() ? "mean of all cells" : name,
                                      series_->variables()[v].name,
                                      series_->variables()[v].unit,
                                      variable.values[place],
                                      labels,
                                      variable.ahead[place],
                                      plan_.levels,
                                      job_.regressors};
      if (details_) piece.details += detail_line(continued, job_.components);
      if (drawn) piece.drawings.push_back({{name, v}, forecast_drawing(continued)});
    });
  }

  Table rows_of(std::uint64_t batch, std::vector<Continued>& variables) const {
    Table rows = make_table(table_.schema());
    std::size_t k = 0;
    each_cell(batch, [&](std::size_t cell) {
      std::vector<SeriesForecast> of_cell;
      std::vector<int> counts;
      for (Continued& variable : variables) {
        of_cell.push_back(std::move(variable.ahead[k]));
        counts.push_back(observed_count(variable.values[k]));
      }
      table_.append(rows, *series_, cell, of_cell, counts);
      ++k;
    });
    return rows;
  }

  /// Of the last `length` steps of the table and those ahead.
  std::vector<std::string> labels_of(std::size_t length) const {
    std::vector<std::string> labels;
    const auto past = static_cast<std::int64_t>(length);
    for (std::int64_t step = series_->last() - past + 1; step <= series_->last() + job_.horizon; ++step)
      labels.push_back(series_->calendar().label(step));
    return labels;
  }

  void open_plots() {
    if (!job_.id.empty()) parts_.require_cells(job_.plots);
    for (const std::string& name : job_.plots) {
      for (std::size_t v = 0; v < job_.values.size(); ++v) {
        const std::string path = fill_template(
            job_.plot_file,
            {{"cell", name.empty() ? std::string(kMeanOfAll) : name}, {"variable", job_.values[v]}});
        plots_.try_emplace({name, v}, path, context_);
      }
    }
  }

  void report() const {
    std::vector<std::string> parts;
    for (const auto& [model, count] : models_) parts.push_back(model + " " + std::to_string(count));
    const SeriesTable& head = parts_.head();
    context_.log.note(std::to_string(parts_.cells() * job_.values.size()) + " series by " +
                      head.calendar().name() + ", " + head.calendar().label(head.first()) + " to " +
                      head.calendar().label(head.last()) + ", continued by " + std::to_string(job_.horizon) +
                      ": " + join(parts, ", ") + " -> " + job_.output.path);
  }

  const ForecastJob& job_;
  const RunContext& context_;
  ForecastPlan plan_;
  SeriesParts parts_;
  ForecastTable table_;
  const SeriesTable* series_ = nullptr;  ///< the part at hand
  std::optional<ForecastRequests> requests_;
  bool pools_known_ = false;
  std::vector<Calibration> calibrations_;
  std::map<std::string, std::size_t> models_;
  std::optional<TextOutput> details_;
  std::map<std::pair<std::string, std::size_t>, TextOutput> plots_;  ///< by name and variable
};

/// The same question asked of areas: their cells' mean or sum is a series of its own, whose errors hold what
/// the cells' errors have in common.
ForecastJob of_areas(const ForecastJob& job, const std::string& column) {
  ForecastJob areas = job;
  areas.areas = true;
  areas.id = column;
  areas.aggregate = "mean";
  areas.output = {};
  areas.output.path = job.totals;
  areas.total = areas.totals = areas.details = areas.scores = "";
  // Areas have no classes; their series are one pool.
  if (job.pool != kNoPooling) areas.pool = kOnePool;
  areas.components = false;
  areas.compare.clear();
  if (!job.calibrate) areas.backtest = 0;
  areas.plots.clear();
  return areas;
}

/// The mean of all cells as one series: only its drawing is kept.
void draw_mean(const ForecastJob& job, const RunContext& context) {
  ForecastJob mean = of_areas(job, "");
  mean.total_as = "mean";
  mean.calibrate = false;  // of one series there is too little to learn from
  mean.backtest = 0;
  mean.pool = kNoPooling;
  mean.output.path.clear();
  mean.plots = {""};
  Run(mean, context)();
}

}  // namespace

void run(const ForecastJob& job, const RunContext& context) {
  ForecastJob cells = job;
  const bool mean_of_all = std::erase(cells.plots, kMeanOfAll) > 0 && !job.id.empty();
  if (job.id.empty() && !job.plots.empty()) cells.plots = {""};
  // Refused before anything is read.
  for (const std::string& table : {job.totals, job.scores}) {
    if (!table.empty()) check_table(table, {}, context);
  }
  if (mean_of_all) {
    for (const std::string& variable : job.values)
      OutputFile(fill_template(job.plot_file, {{"cell", std::string(kMeanOfAll)}, {"variable", variable}}),
                 context.overwrite);
  }
  Run(cells, context)();
  if (!job.total.empty()) Run(of_areas(job, job.total), context)();
  if (mean_of_all) draw_mean(job, context);
}

}  // namespace isotherm

#include "isotherm/job/forecast.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>

#include "forecast_scores.h"
#include "forecast_series.h"
#include "forecast_table.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/engine/ordered_pipeline.h"
#include "isotherm/io/table_writer.h"
#include "isotherm/model/forecast.h"

namespace isotherm {

namespace {

constexpr std::size_t kCellsInBatch = 256;

constexpr std::array<CriterionRow, 3> kCriteria{{
    {"aicc", "Akaike's, corrected for short series"},
    {"aic", "Akaike's"},
    {"bic", "Bayesian"},
}};

/// What the user asked for, checked.
struct Plan {
  std::vector<ForecastModel> models;  ///< the first makes the forecasts, the others are scored beside it
  std::vector<double> levels;
  EtsCriterion criterion = EtsCriterion::aicc;
  bool wide = false;
};

[[noreturn]] void refuse(const std::string& why) { throw Error(ErrorKind::usage, why); }

EtsCriterion parse_criterion(const std::string& text) {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < kCriteria.size(); ++k) {
    if (kCriteria[k].name == text) return static_cast<EtsCriterion>(k);
    names.emplace_back(kCriteria[k].name);
  }
  refuse("unknown criterion '" + text + "'; there are " + join(names, ", ") + suggestion(text, names));
}

std::vector<double> parse_levels(std::span<const std::string> texts) {
  std::vector<double> levels;
  for (const std::string& text : texts) {
    const auto level = parse_number(text);
    if (!level || !(*level > 0 && *level < 1)) {
      refuse("--quantiles takes probabilities between 0 and 1, for example 0.1,0.5,0.9, not '" + text + "'");
    }
    if (std::ranges::find(levels, *level) == levels.end()) levels.push_back(*level);
  }
  std::ranges::sort(levels);
  return levels;
}

Plan make_plan(const ForecastJob& job) {
  Plan plan;
  plan.models.push_back(parse_forecast_model(job.model));
  plan.levels = parse_levels(job.quantiles);
  plan.criterion = parse_criterion(job.criterion);
  if (job.values.empty()) refuse("nothing to continue; name columns with --value");
  if (job.horizon < 1) refuse("--horizon is a number of steps, at least 1");
  if (job.layout != "long" && job.layout != "wide") {
    refuse("unknown layout '" + job.layout + "'; there are long and wide");
  }
  plan.wide = job.layout == "wide";
  if (!job.every.empty()) Calendar{job.every};
  if (parse_reducer(job.aggregate) == Reducer::count)
    refuse("--aggregate count would continue counts, not values");
  if (job.backtest == 0) {
    if (!job.scores.empty()) refuse("--scores needs --backtest: how many steps to hold back");
    if (job.calibrate) refuse("--calibrate needs --backtest: its errors make the quantiles");
    return plan;
  }
  if (job.scores.empty() && !job.calibrate) refuse("--backtest needs --scores FILE, or --calibrate");
  for (const std::string& name : job.compare) {
    ForecastModel model = parse_forecast_model(name);
    const auto same = [&](const ForecastModel& known) { return known.name == model.name; };
    if (std::ranges::none_of(plan.models, same)) plan.models.push_back(std::move(model));
  }
  return plan;
}

/// FNV-1a: the same number for the same name everywhere.
std::uint64_t hash_of(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const unsigned char c : text) hash = (hash ^ c) * 0x100000001b3ULL;
  return hash;
}

class Run {
 public:
  Run(const ForecastJob& job, const RunContext& context)
      : job_(job),
        context_(context),
        plan_(make_plan(job)),
        series_(SeriesTable::read(job, context.log)),
        table_(series_, plan_.levels, job.horizon, plan_.wide) {}

  void operator()() {
    const auto sink = open_table(job_.output.path, table_.schema(), table_options(), context_);
    if (job_.backtest > 0) test();
    forecast_all(*sink);
    sink->finish();
    report();
  }

 private:
  TableOptions table_options() const {
    TableOptions options;
    options.format = job_.output.format;
    options.wkt = job_.output.wkt;
    return options;
  }

  std::uint64_t batches() const { return (series_.cells() + kCellsInBatch - 1) / kCellsInBatch; }
  PipelineLimits limits() const { return {context_.threads, static_cast<std::size_t>(2 * context_.threads)}; }

  template <class Visit>
  void each_cell(std::uint64_t batch, Visit&& visit) const {
    const std::size_t first = static_cast<std::size_t>(batch) * kCellsInBatch;
    const std::size_t last = std::min(first + kCellsInBatch, series_.cells());
    for (std::size_t cell = first; cell < last; ++cell) visit(cell);
  }

  ForecastRequest request(std::size_t cell, std::size_t variable, std::span<const double> values) const {
    ForecastRequest request;
    request.values = values;
    request.period = job_.period > 0 ? job_.period : series_.calendar().period();
    request.horizon = job_.horizon;
    request.levels = plan_.levels;
    request.criterion = plan_.criterion;
    request.paths = job_.paths;
    request.seed = static_cast<std::uint64_t>(job_.seed);
    request.stream = hash_of(series_.id_text(cell) + '\n' + series_.variables()[variable].name);
    return request;
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
    const std::size_t variables = series_.variables().size();
    const std::vector<BackTest> none(variables, BackTest(plan_.models.size(), job_.horizon));
    std::vector<BackTest> all = none;
    over_batches(
        "back-testing",
        [&](std::uint64_t batch) {
          std::vector<BackTest> sums = none;
          each_cell(batch, [&](std::size_t cell) {
            for (std::size_t v = 0; v < variables; ++v) {
              const std::vector<double> values = series_.series(cell, v);
              if (!values.empty())
                sums[v].add(back_test(plan_.models, request(cell, v, values), job_.backtest));
            }
          });
          return sums;
        },
        [&](std::vector<BackTest>&& sums) {
          for (std::size_t v = 0; v < variables; ++v) all[v].add(sums[v]);
        });
    if (!job_.scores.empty()) write_scores(all);
    if (job_.calibrate) calibrate(all);
  }

  void write_scores(const std::vector<BackTest>& all) const {
    const auto sink = open_table(job_.scores, score_schema(), {}, context_);
    Table rows = make_table(score_schema());
    for (std::size_t v = 0; v < all.size(); ++v) {
      append_scores(rows, series_.variables()[v].name, plan_.models, all[v]);
    }
    sink->write(sink->prepare(std::move(rows)));
    sink->finish();
  }

  void calibrate(const std::vector<BackTest>& all) {
    for (std::size_t v = 0; v < all.size(); ++v) {
      calibrations_.emplace_back(all[v], plan_.levels);
      if (calibrations_.back().empty()) {
        context_.log.warning("too few back-tested values of " + series_.variables()[v].name +
                             " (fewer than 20): its quantiles are not calibrated");
      }
    }
  }

  void forecast_all(RowSink& sink) {
    struct Piece {
      RowSink::Prepared rows;
      std::map<std::string, std::size_t> models;
    };
    over_batches(
        "forecasting",
        [&](std::uint64_t batch) {
          Piece piece;
          Table rows = make_table(table_.schema());
          each_cell(batch, [&](std::size_t cell) {
            std::vector<SeriesForecast> made;
            std::vector<int> observed;
            for (std::size_t v = 0; v < series_.variables().size(); ++v) {
              const std::vector<double> values = series_.series(cell, v);
              made.push_back(forecast(plan_.models.front(), request(cell, v, values)));
              observed.push_back(observed_count(values));
              ++piece.models[made.back().model];
              if (v < calibrations_.size()) calibrations_[v].apply(made.back());
            }
            table_.append(rows, cell, made, observed);
          });
          piece.rows = sink.prepare(std::move(rows));
          return piece;
        },
        [&](Piece&& piece) {
          sink.write(std::move(piece.rows));
          for (const auto& [model, count] : piece.models) models_[model] += count;
        });
  }

  void report() const {
    std::vector<std::string> parts;
    for (const auto& [model, count] : models_) parts.push_back(model + " " + std::to_string(count));
    const std::size_t all = series_.cells() * series_.variables().size();
    context_.log.note(std::to_string(all) + " series by " + series_.calendar().name() + ", " +
                      series_.calendar().label(series_.first()) + " to " +
                      series_.calendar().label(series_.last()) + ", continued by " +
                      std::to_string(job_.horizon) + ": " + join(parts, ", ") + " -> " + job_.output.path);
  }

  const ForecastJob& job_;
  const RunContext& context_;
  Plan plan_;
  SeriesTable series_;
  ForecastTable table_;
  std::vector<Calibration> calibrations_;
  std::map<std::string, std::size_t> models_;
};

}  // namespace

std::span<const CriterionRow> criterion_rows() { return kCriteria; }

void run(const ForecastJob& job, const RunContext& context) { Run(job, context)(); }

}  // namespace isotherm

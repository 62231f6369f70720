#include "regress_local.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "isotherm/core/rows.h"
#include "isotherm/core/text.h"
#include "isotherm/io/crs.h"
#include "isotherm/model/local_fit.h"

namespace isotherm {

namespace {

/// --bandwidth: a range to search, or one number.
struct BandwidthAsked {
  bool adaptive = true;
  std::vector<double> numbers;  ///< none: the usual range; one: given; two: a range
};

BandwidthAsked bandwidth_asked(const std::string& text) {
  const std::vector<std::string> parts = split(text, ':');
  const std::string head = lower(parts.front());
  BandwidthAsked asked{head == "knn", {}};
  bool fine = (head == "knn" || head == "distance") && parts.size() <= 3;
  for (std::size_t k = 1; fine && k < parts.size(); ++k) {
    const auto number = parse_number(parts[k]);
    fine = number && *number > 0 && std::isfinite(*number) &&
           (!asked.adaptive || (*number == std::floor(*number) && *number < 1e9));
    if (fine) asked.numbers.push_back(*number);
  }
  if (fine && asked.numbers.size() == 2) fine = asked.numbers[0] < asked.numbers[1];
  if (!fine) {
    throw Error(ErrorKind::usage,
                "--bandwidth '" + text +
                    "': write knn (the number of nearest cells is sought), knn:60 or knn:40:400 (sought in "
                    "between), or with metres distance, distance:1500 or distance:500:5000");
  }
  return asked;
}

LocalFitChoice local_choice(const Regression& regression, const RunContext& context) {
  LocalFitChoice choice;
  choice.kernel = row_named(local_kernels(), regression.job.kernel, "kernel").kernel;
  choice.adaptive = bandwidth_asked(regression.job.bandwidth).adaptive;
  const std::string& crs = regression.cells.table.crs;
  choice.degrees = !crs.empty() && is_geographic(crs);
  choice.threads = context.threads;
  choice.stop = &context.stop;
  return choice;
}

/// Metres per unit of a fixed bandwidth as the model takes it.
double unit_of_bandwidth(const Regression& regression, const LocalFitChoice& choice) {
  const std::string& crs = regression.cells.table.crs;
  return choice.adaptive || choice.degrees || crs.empty() ? 1 : metres_per_unit(crs);
}

std::vector<Point> places_of_rows(const Regression& regression, std::span<const std::size_t> rows) {
  std::vector<Point> places;
  for (const std::size_t row : rows) places.push_back(regression.cells.anchors[row]);
  return places;
}

std::string about_text(double value) { return short_number(value, 2); }

void refuse_endless(const LocalRegression& local, double bandwidth, double unit) {
  if (local.work(bandwidth) <= kMostLocalWork) return;
  throw Error(ErrorKind::input,
              "gwr: " + std::to_string(local.rows()) + " rows with " +
                  about_text(local.mean_reach(bandwidth)) + " in reach of each (bandwidth " +
                  short_number(bandwidth * unit, 6) + ") are " + about_text(local.work(bandwidth)) +
                  " multiplications, hours of work; the limit is " + about_text(kMostLocalWork) +
                  ". Give a smaller --bandwidth, or larger cells");
}

BandwidthRange range_of(const LocalRegression& local, const BandwidthAsked& asked, double unit, Log& log) {
  const auto rows = static_cast<double>(local.rows());
  BandwidthRange range = local.usual_range();
  if (asked.numbers.size() == 2) range = {asked.numbers[0] / unit, asked.numbers[1] / unit};
  if (asked.adaptive) range.high = std::min(range.high, rows);
  if (!(range.low > 0) || range.low > range.high) {
    throw Error(ErrorKind::input, "gwr: no bandwidth between " + short_number(range.low * unit, 6) + " and " +
                                      short_number(range.high * unit, 6) + " can be tried with " +
                                      std::to_string(local.rows()) + " rows; give one with --bandwidth");
  }
  refuse_endless(local, range.high, unit);
  log.note("gwr: bandwidths from " + short_number(range.low * unit, 6) + " to " +
           short_number(range.high * unit, 6) + (asked.adaptive ? " cells" : " m") + " are tried, up to " +
           about_text(local.work(range.high)) + " multiplications each");
  return range;
}

/// Sorted values that are numbers.
std::vector<double> sorted_numbers(const std::vector<double>& values) {
  std::vector<double> sorted;
  for (const double v : values) {
    if (std::isfinite(v)) sorted.push_back(v);
  }
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

struct LocalSummary {
  double mean = 0, sd = 0, low = 0, quarter = 0, middle = 0, three_quarters = 0, high = 0;
  double significant = 0;  ///< share of places whose |t| is above the critical one
};

LocalSummary summary_of(const LocalTerms& local, std::size_t term) {
  const std::vector<double>& values = local.coefficients[term];
  const auto n = static_cast<double>(values.size());
  LocalSummary s;
  for (std::size_t k = 0; k < values.size(); ++k) {
    s.mean += values[k] / n;
    if (std::abs(values[k]) > local.critical_t * local.standard_errors[term][k]) s.significant += 1 / n;
  }
  for (const double v : values) s.sd += (v - s.mean) * (v - s.mean);
  s.sd = std::sqrt(s.sd / n);
  const std::vector<double> sorted = sorted_numbers(values);
  if (sorted.empty()) return s;
  const auto point = [&](double share) {
    return sorted[static_cast<std::size_t>(std::lround(share * static_cast<double>(sorted.size() - 1)))];
  };
  s.low = sorted.front();
  s.quarter = point(0.25);
  s.middle = point(0.5);
  s.three_quarters = point(0.75);
  s.high = sorted.back();
  return s;
}

}  // namespace

void check_local_options(const RegressJob& job, const std::vector<const RegressModel*>& models) {
  const bool local = std::any_of(models.begin(), models.end(),
                                 [](const RegressModel* m) { return m->estimator == Estimator::local; });
  row_named(local_kernels(), job.kernel, "kernel");
  row_named(bandwidth_criteria(), job.bandwidth_criterion, "criterion");
  bandwidth_asked(job.bandwidth);
  const RegressJob usual;
  if (!local && (job.bandwidth != usual.bandwidth || job.kernel != usual.kernel ||
                 job.bandwidth_criterion != usual.bandwidth_criterion))
    throw Error(ErrorKind::usage,
                "--bandwidth, --kernel and --criterion belong to --model gwr, which is not asked for");
}

Fit fit_local(const Regression& regression, Design design, std::span<const double> y,
              std::span<const std::size_t> rows, const RunContext& context) {
  if (regression.cells.anchors.empty()) {
    throw Error(ErrorKind::input,
                "model gwr needs places: the table has neither geometry nor columns x, y (or lon, lat)");
  }
  const LocalFitChoice choice = local_choice(regression, context);
  const BandwidthAsked asked = bandwidth_asked(regression.job.bandwidth);
  const double unit = unit_of_bandwidth(regression, choice);
  const LocalRegression local(std::move(design), y, places_of_rows(regression, rows), choice);
  LocalSearch search;
  if (asked.numbers.size() == 1) {
    search.bandwidth = asked.numbers[0] / unit;
    if (asked.adaptive && search.bandwidth > static_cast<double>(local.rows())) {
      throw Error(ErrorKind::input, "--bandwidth " + regression.job.bandwidth + ": there are " +
                                        std::to_string(local.rows()) + " rows only");
    }
    refuse_endless(local, search.bandwidth, unit);
  } else {
    const BandwidthCriterion criterion =
        row_named(bandwidth_criteria(), regression.job.bandwidth_criterion, "criterion").criterion;
    search = search_bandwidth(local, range_of(local, asked, unit, context.log), criterion, choice.adaptive);
    if (search.at_low && asked.numbers.size() == 2)
      context.log.warning(
          "gwr: the least " + search.criterion + " is that of the smallest bandwidth tried, " +
          short_number(search.bandwidth * unit, 6) + "; a smaller one may be better (--bandwidth)");
    if (search.at_high)
      context.log.warning("gwr: the least " + search.criterion + " is that of the largest bandwidth tried, " +
                          short_number(search.bandwidth * unit, 6) +
                          "; coefficients may not differ between places at all, or more with a larger one "
                          "(--bandwidth)");
  }
  Fit fit = local.fit(search.bandwidth);
  search.bandwidth *= unit;
  for (LocalSearch::Trial& trial : search.trials) trial.bandwidth *= unit;
  fit.local->search = std::move(search);
  fit.notes.push_back(local_note(*fit.local, fit.aicc));
  return fit;
}

std::vector<double> predict_local(const Regression& regression, const RegressModel& model, std::size_t period,
                                  std::span<const std::size_t> rows, const Weights& weights,
                                  std::span<const char> held, const RunContext& context) {
  const LocalFitChoice choice = local_choice(regression, context);
  for (const ModelFit& whole : regression.fits) {
    if (whole.model != &model || whole.period != period) continue;
    const Table& table = regression.cells.table;
    const DesignChoice columns{weights.rows() > 0 ? &weights : nullptr, model.lags, true};
    const LocalRegression local(design_of(regression.formula, table, rows, columns), whole.response,
                                places_of_rows(regression, rows), choice);
    const double bandwidth = whole.fit.local->search.bandwidth / unit_of_bandwidth(regression, choice);
    std::vector<double> predicted = local.predict_held(bandwidth, held);
    for (std::size_t k = 0; k < held.size(); ++k) {
      if (held[k] != 0 && std::isnan(predicted[k])) {
        throw Error(ErrorKind::input,
                    "too few cells outside the block are in reach of its cells, with the "
                    "bandwidth of all; --bandwidth knn reaches as far as needed");
      }
    }
    return predicted;
  }
  return std::vector<double>(rows.size(), kMissing);
}

std::string local_note(const LocalTerms& local, double aicc) {
  const LocalSearch& search = local.search;
  std::string text = std::string(local.adaptive ? "adaptive " : "fixed ") + local.kernel +
                     " kernel, bandwidth " + short_number(search.bandwidth, 6) +
                     (local.adaptive ? " nearest cells" : " m");
  if (!search.criterion.empty())
    text += ", least " + search.criterion + " of " + std::to_string(search.trials.size()) + " tried from " +
            short_number(search.trials.front().bandwidth, 6) + " to " +
            short_number(search.trials.back().bandwidth, 6);
  return text + "; " + short_number(local.effective_parameters, 4) + " effective parameters; AICc " +
         short_number(aicc, 7) + " against " + short_number(local.global_aicc, 7) +
         " with the same coefficients everywhere";
}

std::string local_table(const LocalTerms& local, TableStyle style) {
  std::vector<std::vector<std::string>> rows{{"local", "mean", "sd", "least", "25%", "median", "75%", "most",
                                              "|t|>" + short_number(local.critical_t, 3)}};
  for (std::size_t term = 0; term < local.names.size(); ++term) {
    const LocalSummary s = summary_of(local, term);
    rows.push_back({local.names[term]});
    for (const double v : {s.mean, s.sd, s.low, s.quarter, s.middle, s.three_quarters, s.high})
      rows.back().push_back(short_number(v, 4));
    rows.back().push_back(fixed_text(100 * s.significant, 0) + "%");
  }
  return table_text(rows, style);
}

void add_local(JsonWriter& json, const LocalTerms& local) {
  json.key("local").begin_object();
  json.member("kernel", local.kernel).member("adaptive", local.adaptive);
  json.member("bandwidth", local.search.bandwidth).member("criterion", local.search.criterion);
  json.key("tried").begin_array();
  for (const LocalSearch::Trial& trial : local.search.trials)
    json.numbers(std::array<double, 2>{trial.bandwidth, trial.score});
  json.end();
  json.member("effective_parameters", local.effective_parameters).member("trace_square", local.trace_square);
  json.member("critical_t", local.critical_t).member("global_aicc", local.global_aicc);
  json.key("terms").begin_array();
  for (std::size_t term = 0; term < local.names.size(); ++term) {
    const LocalSummary s = summary_of(local, term);
    json.begin_object().member("name", local.names[term]).member("mean", s.mean).member("sd", s.sd);
    json.member("least", s.low).member("q25", s.quarter).member("median", s.middle);
    json.member("q75", s.three_quarters).member("most", s.high).member("share_significant", s.significant);
    json.end();
  }
  json.end().end();
}

std::string local_column(std::string_view model, const std::string& term) {
  return std::string(model) + "_" + (term == kInterceptName ? "intercept" : term);
}

}  // namespace isotherm

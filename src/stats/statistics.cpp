#include "isotherm/stats/statistics.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "isotherm/core/text.h"
#include "isotherm/stats/sorted_samples.h"

namespace isotherm {

namespace {

using Kind = StatisticKind;

constexpr std::array<StatisticRow, 20> kRows{{
    {Kind::count, "count", "sum of the coverage weights of valid pixels: the valid area in pixels", false},
    {Kind::pixels, "pixels", "number of valid pixels the zone covers in part or in full", false},
    {Kind::valid, "valid", "share of the zone's whole area that is covered by valid pixels", false},
    {Kind::sum, "sum", "weighted sum", false},
    {Kind::mean, "mean", "weighted mean", false},
    {Kind::min, "min", "smallest value of any pixel covered", false},
    {Kind::max, "max", "largest value of any pixel covered", false},
    {Kind::range, "range", "max - min", false},
    {Kind::variance, "variance", "weighted population variance (ddof 0)", false},
    {Kind::stdev, "stdev", "root of the variance", false},
    {Kind::cv, "cv", "coefficient of variation: stdev / mean; missing where the mean is 0", false},
    {Kind::sumsq, "sumsq", "weighted sum of squares", false},
    {Kind::weight, "weight", "sum of the weights of valid pixels: count, or with --weight what was weighed",
     false},
    {Kind::quantile, "median", "weighted median (p50)", true},
    {Kind::quantile, "pNN", "weighted percentile, 0 to 100: p10, p90, p2.5", true},
    {Kind::quantile, "qX", "the same as a share, 0 to 1: q0.1, q0.9", true},
    {Kind::mode, "mode", "value with the most weight; of equals the smallest", true},
    {Kind::minority, "minority", "value with the least weight; of equals the smallest", true},
    {Kind::variety, "variety", "number of different values", true},
    {Kind::fraction, "fraction", "share of each class of a raster of classes, a column per class", true},
}};

/// "p90" or "q0.9"; nothing when the text has another form. The name spells the number without a point.
std::optional<Statistic> parse_quantile(const std::string& text) {
  if (text.size() < 2 || (text[0] != 'p' && text[0] != 'q')) return std::nullopt;
  const auto number = parse_number(std::string_view(text).substr(1));
  if (!number) return std::nullopt;
  const double whole = text[0] == 'p' ? 100 : 1;
  if (*number < 0 || *number > whole) {
    throw Error(ErrorKind::usage, "statistic '" + text +
                                      "': " + (text[0] == 'p' ? "a percentile" : "a quantile") +
                                      " lies between 0 and " + number_text(whole));
  }
  std::string name = text.substr(0, 1) + fixed_text(*number, 8);
  std::replace(name.begin(), name.end(), '.', '_');
  return Statistic{Kind::quantile, *number / whole, name};
}

[[noreturn]] void refuse(const std::string& text) {
  std::vector<std::string> names;
  for (const StatisticRow& row : kRows) names.emplace_back(row.name);
  throw Error(ErrorKind::usage, "there is no statistic '" + text + "'" + suggestion(text, names) +
                                    " (statistics: " + join(names, ", ") + ")");
}

/// The order of summation may cost the last digits; a zone without a missing pixel is still whole.
double valid_share(double weight, double total) {
  constexpr double kRounding = 1e-9;
  if (!(total > 0)) return 0;
  return weight > total * (1 - kRounding) ? 1 : weight / total;
}

double moment_value(const Statistic& statistic, const Moments& m, double total) {
  const bool empty = m.pixels == 0;
  switch (statistic.kind) {
    case Kind::count:
      return m.weight;
    case Kind::pixels:
      return static_cast<double>(m.pixels);
    case Kind::valid:
      return valid_share(m.weight, total);
    case Kind::sum:
      return m.sum();
    case Kind::mean:
      return m.mean();
    case Kind::min:
      return empty ? kMissing : static_cast<double>(m.min);
    case Kind::max:
      return empty ? kMissing : static_cast<double>(m.max);
    case Kind::range:
      return empty ? kMissing : static_cast<double>(m.max) - static_cast<double>(m.min);
    case Kind::variance:
      return m.variance();
    case Kind::stdev:
      return std::sqrt(m.variance());
    case Kind::cv:
      return empty || m.mean() == 0 ? kMissing : std::sqrt(m.variance()) / m.mean();
    case Kind::weight:
      return m.weight;
    case Kind::sumsq:
      return m.squares + m.shift * (2 * m.offsets + m.shift * m.weight);
    default:
      return kMissing;  // read from samples
  }
}

}  // namespace

std::span<const StatisticRow> statistic_rows() { return kRows; }

double moment_statistic(const Statistic& statistic, const Moments& moments, double total) {
  return moment_value(statistic, moments, total);
}

Statistic fraction_of(double category) {
  std::string name = "fraction_" + fixed_text(category, 8);
  std::replace(name.begin(), name.end(), '.', '_');
  std::replace(name.begin(), name.end(), '-', 'm');
  return {Kind::fraction, 0, std::move(name), category};
}

double Moments::mean() const { return pixels == 0 ? kMissing : shift + offsets / weight; }

double Moments::variance() const {
  if (pixels == 0) return kMissing;
  const double mean_offset = offsets / weight;
  return std::max(0.0, squares / weight - mean_offset * mean_offset);
}

void Collector::keep_values(const float* values, const float* weights, std::int32_t count) {
  for (std::int32_t k = 0; k < count; ++k) {
    if (is_number(values[k])) samples_.push_back({values[k], weights == nullptr ? 1.0f : weights[k]});
  }
}

Statistic parse_statistic(std::string_view text) {
  const std::string word = lower(trim(text));
  if (word == "median") return {Kind::quantile, 0.5, word};
  for (const StatisticRow& row : kRows) {
    if (row.name == word) return {row.kind, 0, word};
  }
  if (auto quantile = parse_quantile(word)) return *quantile;
  refuse(std::string(trim(text)));
}

std::string unit_of(const Statistic& statistic, std::string_view unit) {
  switch (statistic.kind) {
    case Kind::count:
    case Kind::pixels:
      return "pixels";
    case Kind::valid:
    case Kind::cv:
    case Kind::fraction:
      return "1";
    case Kind::variety:
    case Kind::weight:
      return "";
    case Kind::variance:
    case Kind::sumsq:
      break;
    default:
      return std::string(unit);
  }
  if (unit.empty() || unit == "1") return std::string(unit);
  const bool composed = unit.find_first_of(" */^-0123456789") != std::string_view::npos;
  return composed ? "(" + std::string(unit) + ")2" : std::string(unit) + "2";
}

void Collector::clear() {
  moments_ = Moments();
  samples_.clear();
}

void Collector::read(std::span<const Statistic> statistics, double total, std::span<double> values) {
  const bool wanted =
      std::any_of(statistics.begin(), statistics.end(), [](const Statistic& s) { return s.needs_samples(); });
  if (wanted && !keep_samples_) {
    throw Error(ErrorKind::internal,
                "a statistic of the values themselves was asked of a collector that keeps none");
  }
  if (wanted) sort_samples(samples_);
  const SortedSamples sorted(samples_.data(), wanted ? samples_.size() : 0);
  for (std::size_t k = 0; k < statistics.size(); ++k) {
    values[k] = statistics[k].needs_samples() ? sorted.read(statistics[k].kind, statistics[k].number())
                                              : moment_statistic(statistics[k], moments_, total);
  }
}

}  // namespace isotherm

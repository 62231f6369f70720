#include "scenario_climate.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>
#include <optional>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/model/recipe.h"

namespace isotherm {

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr double kMostChange = 50;  // degrees
constexpr std::array<std::string_view, 3> kScenarioColumns{"scenario", "exp", "experiment"};
constexpr std::array<std::string_view, 6> kValueColumns{"delta",    "change", "mean",
                                                        "mean_tas", "tas",    "value"};

template <class Names>
const Column* first_of(const Table& table, const Names& names) {
  for (const std::string_view name : names) {
    if (const auto at = table.find(name)) return &table.columns[*at];
  }
  return nullptr;
}

double number_at(const Column& column, std::size_t row) {
  if (const auto* reals = std::get_if<Reals>(&column.values)) return (*reals)[row];
  if (const auto* integers = std::get_if<Integers>(&column.values)) {
    return (*integers)[row] == kMissingInteger ? kUnknown : static_cast<double>((*integers)[row]);
  }
  return kUnknown;
}

/// Where the numbers of the scenario stand.
struct Source {
  const Column* values = nullptr;
  const Column* names = nullptr;  ///< of scenarios, where they are rows
};

Source find_source(const Table& table, const std::string& path, const std::string& scenario,
                   const std::string& value) {
  Source source;
  source.names = first_of(table, kScenarioColumns);
  std::vector<std::string> columns;
  for (const Column& column : table.columns) columns.push_back(column.info.name);
  if (!value.empty()) {
    const auto at = table.find(value);
    if (!at) {
      throw Error(ErrorKind::input, path + ": has no column '" + value + "'; it has " + join(columns, ", ") +
                                        suggestion(value, columns));
    }
    source.values = &table.columns[*at];
  } else if (source.names != nullptr || scenario.empty()) {
    source.values = first_of(table, kValueColumns);
  } else {
    const auto column = std::ranges::find_if(table.columns, [&](const Column& c) {
      return plain_scenario(c.info.name) == plain_scenario(scenario);
    });
    if (column != table.columns.end()) source.values = &*column;
  }
  if (source.values == nullptr) {
    throw Error(ErrorKind::input,
                path + ": no column of temperatures " +
                    (scenario.empty() ? "found; name the scenario with --scenario or the column with "
                                        "--delta-value; it has "
                                      : "for '" + scenario +
                                            "', and no column scenario; name the column of temperatures "
                                            "with --delta-value; it has ") +
                    join(columns, ", "));
  }
  if (std::holds_alternative<Texts>(source.values->values)) {
    throw Error(ErrorKind::input,
                path + ": column '" + source.values->info.name + "' holds text, not numbers");
  }
  return source;
}

/// Whether a row belongs to the scenario; the names met are collected for the message when none does.
class Filter {
 public:
  Filter(const Column* names, const std::string& scenario)
      : names_(names), wanted_(plain_scenario(scenario)) {}
  bool takes(std::size_t row) {
    if (names_ == nullptr) return true;
    const std::string name = text_at(*names_, row);
    if (std::ranges::find(met_, name) == met_.end()) met_.push_back(name);
    return plain_scenario(name) == wanted_ || plain_scenario(name) == "historical";
  }
  void require(const std::string& path, const std::string& scenario) const {
    if (names_ == nullptr) return;
    if (std::ranges::any_of(met_, [&](const std::string& name) { return plain_scenario(name) == wanted_; }))
      return;
    throw Error(scenario.empty() ? ErrorKind::usage : ErrorKind::input,
                path +
                    (scenario.empty() ? ": holds several scenarios; choose one with --scenario: "
                                      : ": has no scenario '" + scenario + "'; there are ") +
                    join(met_, ", "));
  }

 private:
  const Column* names_;
  std::string wanted_;
  std::vector<std::string> met_;
};

/// The scenario asked for; where none was, the only one there is beside the past.
std::string chosen_scenario(const Column* names, std::size_t rows, const std::string& asked) {
  if (names == nullptr || !asked.empty()) return asked;
  std::string only;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::string name = text_at(*names, row);
    if (plain_scenario(name) == "historical" || name == only) continue;
    if (!only.empty()) return asked;
    only = name;
  }
  return only;
}

}  // namespace

std::string plain_scenario(std::string_view name) {
  std::string out;
  for (const char c : name.substr(0, name.find('('))) {
    if (std::isalnum(static_cast<unsigned char>(c))) {
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

YearSpan parse_years(const std::string& text, const std::string& option) {
  if (const auto years = year_span(text)) return *years;
  throw Error(ErrorKind::usage, option + " takes years such as 2050 or 2041-2060, not '" + text + "'");
}

ClimateTable::ClimateTable(const Table& table, const std::string& path, const std::string& scenario,
                           const std::string& value)
    : path_(path) {
  const Column* times = first_of(table, std::array<std::string_view, 2>{"period", "year"});
  if (times == nullptr) throw Error(ErrorKind::input, path + ": needs a column 'period' or 'year'");
  const Source source = find_source(table, path, scenario, value);
  const Column* models = first_of(table, std::array<std::string_view, 1>{"model"});
  const std::string chosen = chosen_scenario(source.names, table.rows(), scenario);
  Filter filter(source.names, chosen);
  std::map<std::string, std::map<YearSpan, std::pair<double, int>>> sums;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!filter.takes(row)) continue;
    const std::string text = text_at(*times, row);
    const auto years = year_span(text);
    if (!years) {
      throw Error(ErrorKind::input, path + ": row " + std::to_string(row + 1) + ": '" + text +
                                        "' is no year or period such as 2041-2060");
    }
    const double temperature = number_at(*source.values, row);
    if (!std::isfinite(temperature)) continue;
    auto& [sum, count] = sums[models ? text_at(*models, row) : ""][*years];
    sum += temperature;
    ++count;
  }
  filter.require(path, chosen);
  for (const auto& [model, spans] : sums) {
    for (const auto& [years, sum] : spans) models_[model][years] = sum.first / sum.second;
  }
}

ClimateTable::ClimateTable(std::string path, std::map<std::string, std::map<YearSpan, double>> models)
    : path_(std::move(path)), models_(std::move(models)) {}

double ClimateTable::value(const std::map<YearSpan, double>& model, const YearSpan& years, int window) const {
  if (const auto exact = model.find(years); exact != model.end() && years.first != years.last)
    return exact->second;
  {  // the mean of single years, where there are enough
    const int around = years.first == years.last ? window : 1;  // the year itself, and more after than before
    const int first = years.first - (around - 1) / 2, last = years.last + around / 2;
    double sum = 0;
    int count = 0;
    for (auto at = model.lower_bound({first, first}); at != model.end() && at->first.first <= last; ++at) {
      if (at->first.first != at->first.last) continue;
      sum += at->second;
      ++count;
    }
    if (count > 0 && 2 * count >= last - first + 1) return sum / count;
  }
  const double middle = 0.5 * (years.first + years.last);
  double nearest = std::numeric_limits<double>::infinity(), found = kUnknown;
  int length = 0;
  for (const auto& [span, temperature] : model) {
    if (span.first == span.last || middle < span.first || middle > span.last + 1) continue;
    const double away = std::fabs(0.5 * (span.first + span.last) - middle);
    const int long_years = span.last - span.first;
    if (away > nearest || (away == nearest && long_years >= length)) continue;
    nearest = away, length = long_years, found = temperature;
  }
  return found;
}

std::vector<double> ClimateTable::change(const YearSpan& years, const std::optional<YearSpan>& base,
                                         int window) const {
  std::vector<double> changes;
  bool knows_base = !base, knows_years = false;
  for (const auto& [name, model] : models_) {
    const double before = base ? value(model, *base, window) : 0, after = value(model, years, window);
    knows_base = knows_base || !std::isnan(before);
    knows_years = knows_years || !std::isnan(after);
    if (!std::isnan(before) && !std::isnan(after)) changes.push_back(after - before);
  }
  if (changes.empty()) refuse_years(years, base, knows_base, knows_years, window);
  for (const double change : changes) {
    if (std::fabs(change) <= kMostChange) continue;
    throw Error(ErrorKind::input,
                path_ + ": a change of " + fixed_text(change, 1) + " degrees until " + year_span_text(years) +
                    " is none of the climate; " +
                    (base ? "units may be mixed, or a fill value not be declared as one"
                          : "these seem to be temperatures: say with --base which years changes count from"));
  }
  return changes;
}

void ClimateTable::refuse_years(const YearSpan& years, const std::optional<YearSpan>& base, bool knows_base,
                                bool knows_years, int window) const {
  if (base && knows_base && knows_years) {
    std::vector<std::string> known;
    for (const auto& [name, model] : models_) {
      if (!model.empty())
        known.push_back(name + " (" +
                        year_span_text({model.begin()->first.first, model.rbegin()->first.last}) + ")");
    }
    throw Error(ErrorKind::input, path_ + ": no climate model knows both " + year_span_text(*base) + " and " +
                                      year_span_text(years) + "; there are " + join(known, ", "));
  }
  const YearSpan& unknown = knows_base ? years : *base;
  const bool there = std::ranges::any_of(models_, [&](const auto& model) {
    return unknown.first == unknown.last && model.second.contains(unknown);
  });
  if (there) {
    throw Error(ErrorKind::input, path_ + ": knows less than half of the " + std::to_string(window) +
                                      " years around " + year_span_text(unknown) +
                                      " whose mean counts; give a shorter --window, as --window 1");
  }
  throw Error(ErrorKind::input,
              path_ + ": has no temperature for " + year_span_text(unknown) +
                  (knows_base ? "" : ", which changes count from; give other years with --base"));
}

}  // namespace isotherm

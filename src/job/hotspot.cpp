#include "isotherm/job/hotspot.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "cell_places.h"
#include "hotspot_summary.h"
#include "hotspot_uhi.h"
#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "isotherm/core/rows.h"
#include "isotherm/core/text.h"
#include "isotherm/io/table_writer.h"
#include "isotherm/io/text_file.h"
#include "isotherm/job/period.h"
#include "isotherm/model/autocorrelation.h"
#include "isotherm/model/model_formula.h"
#include "kept_columns.h"
#include "regress_tables.h"
#include "weights_source.h"

namespace isotherm {

namespace {

constexpr int kDigits = 10;  // of computed numbers in text

std::vector<const LocalStatisticRow*> statistics_of(const HotspotJob& job) {
  std::vector<const LocalStatisticRow*> rows;
  for (const std::string& name : job.stats) {
    const LocalStatisticRow* row = &row_named(local_statistics(), name, "statistic");
    if (std::find(rows.begin(), rows.end(), row) == rows.end()) rows.push_back(row);
    const bool adjusted = job.false_discovery || job.bonferroni;
    if (row->statistic == LocalStatistic::geary && adjusted && job.permutations == 0) {
      throw Error(ErrorKind::usage, std::string(job.false_discovery ? "--fdr" : "--bonferroni") +
                                        " with geary needs p from --permutations, as 999");
    }
  }
  if (rows.empty())
    throw Error(ErrorKind::usage, "no statistic asked for; give for example --stat gi_star,moran");
  return rows;
}

/// 99, 95, 90 per cent, or nothing.
std::string_view confidence(double p) { return p < 0.01 ? " 99" : p < 0.05 ? " 95" : p < 0.1 ? " 90" : ""; }

/// Columns of the result, filled period by period.
class CellColumns {
 public:
  explicit CellColumns(std::size_t rows) : rows_(rows) {}

  void put(const std::string& name, const std::string& help, std::span<const std::size_t> at,
           std::span<const double> values) {
    Reals& column = find({name, ColumnType::real, "", help, kDigits}).reals();
    for (std::size_t k = 0; k < at.size(); ++k) column[at[k]] = values[k];
  }
  void put(const std::string& name, const std::string& help, std::span<const std::size_t> at,
           std::span<const std::string> values) {
    Texts& column = find({name, ColumnType::text, "", help}).texts();
    for (std::size_t k = 0; k < at.size(); ++k) {
      if (!values[k].empty()) column[at[k]] = values[k];
    }
  }
  std::vector<Column> columns;

 private:
  Column& find(const ColumnInfo& info) {
    for (Column& column : columns) {
      if (column.info.name == info.name) return column;
    }
    columns.push_back(make_column(info));
    if (info.type == ColumnType::real) {
      columns.back().reals().assign(rows_, kMissing);
    } else {
      columns.back().texts().resize(rows_);
    }
    return columns.back();
  }
  std::size_t rows_;
};

/// p of a cell alone: from permutations (both tails), else the normal p.
std::vector<double> p_alone(const LocalAutocorrelation& local) {
  if (local.p_permuted.empty()) return local.p;
  std::vector<double> p = local.p_permuted;
  for (double& v : p) v = std::min(1.0, 2 * v);
  return p;
}

void add_statistic(const HotspotJob& job, const LocalStatisticRow& row, std::span<const double> x,
                   const Weights& weights, std::span<const std::size_t> at, CellColumns& out,
                   const RunContext& context) {
  const LocalAutocorrelation local = local_autocorrelation(
      row.statistic, x, weights, {job.permutations, static_cast<std::uint64_t>(job.seed), context.threads});
  const std::string name(row.name);
  const bool moran = row.statistic == LocalStatistic::moran, geary = row.statistic == LocalStatistic::geary;
  if (moran || geary) out.put(name, std::string(row.help), at, local.value);
  if (!geary) {
    out.put(name + "_z", "standard score of " + name, at, local.z);
    out.put(name + "_p", "two-sided p of " + name + "_z", at, local.p);
  }
  if (job.permutations > 0)
    out.put(name + "_p_sim", "p from " + std::to_string(job.permutations) + " permutations, smaller tail", at,
            local.p_permuted);
  if (geary && job.permutations == 0) return;
  // What decides a class: the rate of false discoveries, else p times the tests, else p.
  std::vector<double> p = p_alone(local);
  const std::vector<double> rates = false_discovery_rates(p), products = bonferroni(p);
  if (job.false_discovery) out.put(name + "_q", "rate of false discoveries (Benjamini-Hochberg)", at, rates);
  if (job.bonferroni)
    out.put(name + "_p_bonferroni", "p times the number of cells (Bonferroni)", at, products);
  if (job.bonferroni) p = products;
  if (job.false_discovery) p = rates;
  if (geary) return;
  const std::vector<std::string_view> quadrant =
      moran ? quadrants(x, weights) : std::vector<std::string_view>();
  if (moran) {
    out.put(name + "_quadrant", "the cell, then its neighbours, about the mean", at,
            std::vector<std::string>(quadrant.begin(), quadrant.end()));
  }
  std::vector<std::string> classes;
  for (std::size_t k = 0; k < at.size(); ++k) {
    const std::string_view sure = confidence(p[k]);
    const std::string_view kind = moran ? quadrant[k] : local.z[k] > 0 ? "hot" : "cold";
    classes.push_back(std::isnan(p[k]) ? "" : sure.empty() ? "none" : std::string(kind) + std::string(sure));
  }
  out.put(name + "_class", "with 99, 95 or 90 per cent confidence, else none", at, classes);
}

void add_heat_island(const HotspotJob& job, const ReadTable& cells, const PeriodRows& period,
                     std::span<const double> x, CellColumns& out, MapSummary& map) {
  const HeatIslandResult island = heat_island_of(job, cells, period.rows, x);
  if (!island.intensity.empty()) {
    out.put("reference", "rural: part of the reference of the heat island", period.rows, island.rural);
    out.put("suhi", "value less the mean of the rural reference", period.rows, island.intensity);
    map.island = island.summary;
  }
  if (!island.utfvi.empty()) {
    out.put("utfvi", "urban thermal field variance index", period.rows, island.utfvi);
    out.put("utfvi_class", "none, weak, middle, strong, stronger, strongest", period.rows,
            island.utfvi_class);
  }
}

/// What `isotherm zonal` calls the times of its rows: where cells stand in several rows and nobody names a
/// column of periods, each time is a map of its own. Empty when there is no such column, or more than one.
std::string column_of_times(const Table& cells, std::span<const std::string> names) {
  if (std::set(names.begin(), names.end()).size() == names.size()) return "";
  std::vector<std::string> found;
  if (cells.find("date")) found.emplace_back("date");
  for (const PeriodRow& period : period_rows()) {
    if (cells.find(std::string(period.name))) found.emplace_back(period.name);
  }
  return found.size() == 1 ? found.front() : "";
}

void write_cells(const HotspotJob& job, const ReadTable& cells, std::span<const std::size_t> rows,
                 const CellColumns& results, const RunContext& context) {
  Table table = kept_table(cells, rows, {job.cells.id, job.by, job.value});
  for (const Column& column : results.columns) table.columns.push_back(picked(column, rows));
  write_whole(job.output, std::move(table), context);
}

}  // namespace

void run(const HotspotJob& asked, const RunContext& context) {
  HotspotJob job = asked;
  const std::vector<const LocalStatisticRow*> statistics = statistics_of(job);
  if (job.weights.spec.empty()) throw Error(ErrorKind::usage, "which neighbours? give --weights, as knn:8");
  check_heat_island(job);
  if (job.output == "-" && job.summary == "-")
    throw Error(ErrorKind::usage, "--output and --summary cannot both be standard output");
  if (!job.output.empty() && job.output == job.summary)
    throw Error(ErrorKind::usage, "--output and --summary name the same file");
  if (!job.output.empty()) check_table(job.output, {}, context);  // refused before anything is read
  std::optional<TextOutput> document;
  if (!job.summary.empty()) document.emplace(job.summary, context);
  TableReadOptions options;
  options.layer = job.cells.layer;
  options.crs = job.cells.crs;
  ReadTable cells = read_table(job.cells.path, options, context.log);
  place_by_names(cells, job.cells.id);
  const std::vector<std::string> names = id_texts(cells.table, id_column(cells.table, job.cells.id));
  if (job.by.empty()) {
    job.by = column_of_times(cells.table, names);
    if (!job.by.empty())
      context.log.note("cells stand in several rows: each " + job.by + " is a map of its own");
  }
  std::vector<std::string> needed{job.value};
  if (!job.by.empty()) needed.push_back(job.by);
  for (const std::string& name : heat_island_columns(job)) needed.push_back(name);
  const std::vector<std::size_t> rows = complete_rows(cells.table, needed);
  if (rows.empty())
    throw Error(ErrorKind::no_data, "no row of " + job.cells.path + " has " + join(needed, " and "));
  const WeightsSource source(job.weights, cells, names);
  CellColumns results(cells.table.rows());
  std::vector<MapSummary> maps;
  FormulaAtom value;
  value.column = job.value;
  ModelFormula formula;
  formula.response = value;
  for (const PeriodRows& period : rows_by_period(cells.table, job.by, rows)) {
    context.stop.check();
    const std::vector<double> x = response_of(formula, cells.table, period.rows);
    const Weights weights = source.of_rows(period.rows, context);
    maps.push_back(map_summary(job, period.name, x, weights, context));
    add_heat_island(job, cells, period, x, results, maps.back());
    for (const LocalStatisticRow* row : statistics)
      add_statistic(job, *row, x, weights, period.rows, results, context);
  }
  if (!job.output.empty()) write_cells(job, cells, rows, results, context);
  if (document) {
    document->write(summary_json(job, source.describe(), maps));
    document->finish();
  }
  if (job.output == "-" || job.summary == "-") return;
  TextOutput report("-", context);
  report.write(summary_text(job, source.describe(), maps));
  report.finish();
}

}  // namespace isotherm

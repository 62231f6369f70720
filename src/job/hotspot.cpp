#include "isotherm/job/hotspot.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/output_file.h"
#include "isotherm/io/table_writer.h"
#include "isotherm/io/text_file.h"
#include "isotherm/model/autocorrelation.h"
#include "isotherm/model/model_formula.h"
#include "regress_tables.h"
#include "weights_source.h"

namespace isotherm {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

const LocalStatisticRow& statistic_named(const std::string& name) {
  std::vector<std::string> names;
  for (const LocalStatisticRow& row : local_statistics()) {
    if (row.name == name) return row;
    names.emplace_back(row.name);
  }
  throw Error(ErrorKind::usage,
              "unknown statistic '" + name + "'; there are " + join(names, ", ") + suggestion(name, names));
}

std::vector<const LocalStatisticRow*> statistics_of(const HotspotJob& job) {
  std::vector<const LocalStatisticRow*> rows;
  for (const std::string& name : job.stats) {
    const LocalStatisticRow* row = &statistic_named(name);
    if (std::find(rows.begin(), rows.end(), row) == rows.end()) rows.push_back(row);
    if (row->statistic == LocalStatistic::geary && job.false_discovery && job.permutations == 0) {
      throw Error(ErrorKind::usage, "--fdr with geary needs p from --permutations, as 999");
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
    Reals& column = find({name, ColumnType::real, "", help}).reals();
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
      columns.back().reals().assign(rows_, kNone);
    } else {
      columns.back().texts().resize(rows_);
    }
    return columns.back();
  }
  std::size_t rows_;
};

/// What decides a class: the rate of false discoveries, else p from permutations (both tails), else the
/// normal p.
std::vector<double> deciding(const LocalAutocorrelation& local, bool false_discovery) {
  std::vector<double> p = local.p;
  if (!local.p_permuted.empty()) {
    p = local.p_permuted;
    for (double& v : p) v = std::min(1.0, 2 * v);
  }
  return false_discovery ? false_discovery_rates(p) : p;
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
  const std::vector<double> p = deciding(local, job.false_discovery);
  if (job.false_discovery) out.put(name + "_q", "rate of false discoveries (Benjamini-Hochberg)", at, p);
  if (geary) return;
  const std::vector<std::string_view> quadrant =
      moran ? quadrants(x, weights) : std::vector<std::string_view>();
  std::vector<std::string> classes;
  for (std::size_t k = 0; k < at.size(); ++k) {
    const std::string_view sure = confidence(p[k]);
    const std::string_view kind = moran ? quadrant[k] : local.z[k] > 0 ? "hot" : "cold";
    classes.push_back(std::isnan(p[k]) ? "" : sure.empty() ? "none" : std::string(kind) + std::string(sure));
  }
  out.put(name + "_class", "with 99, 95 or 90 per cent confidence, else none", at, classes);
}

std::vector<std::string> global_line(const std::string& period, std::size_t cells,
                                     const GlobalAutocorrelation& moran, const GlobalAutocorrelation& geary) {
  return {period,
          std::to_string(cells),
          short_number(moran.value, 5),
          short_number(moran.expectation, 3),
          short_number(moran.z, 5),
          short_number(moran.p, 3),
          short_number(geary.value, 5),
          short_number(geary.z, 5),
          short_number(geary.p, 3)};
}

void write_cells(const HotspotJob& job, const ReadTable& cells, std::span<const std::size_t> rows,
                 const CellColumns& results, const RunContext& context) {
  Table table;
  table.crs = cells.table.crs;
  for (const std::string& name :
       {std::string("zone"), std::string("cell_id"), std::string("id"), job.cells.id, job.by, job.value}) {
    const auto column = name.empty() ? std::nullopt : cells.table.find(name);
    if (column && !table.find(name)) table.columns.push_back(picked(cells.table.columns[*column], rows));
  }
  for (const Column& column : results.columns) table.columns.push_back(picked(column, rows));
  if (!cells.table.geometry.empty()) {
    for (std::size_t row : rows) table.geometry.push_back(cells.table.geometry[row]);
  }
  TableSchema schema = table.schema();
  schema.has_geometry = !table.geometry.empty();
  const std::unique_ptr<RowSink> sink = open_table(job.output, schema, {}, context);
  sink->write(sink->prepare(std::move(table)));
  sink->finish();
}

}  // namespace

void run(const HotspotJob& job, const RunContext& context) {
  const std::vector<const LocalStatisticRow*> statistics = statistics_of(job);
  if (job.weights.spec.empty()) throw Error(ErrorKind::usage, "which neighbours? give --weights, as knn:8");
  if (!job.output.empty()) OutputFile(job.output, context.overwrite);  // refused before anything is read
  TableReadOptions options;
  options.layer = job.cells.layer;
  options.crs = job.cells.crs;
  const ReadTable cells = read_table(job.cells.path, options, context.log);
  std::vector<std::string> needed{job.value};
  if (!job.by.empty()) needed.push_back(job.by);
  const std::vector<std::size_t> rows = complete_rows(cells.table, needed);
  if (rows.empty())
    throw Error(ErrorKind::no_data, "no row of " + job.cells.path + " has " + join(needed, " and "));
  const WeightsSource source(job.weights, cells, id_texts(cells.table, id_column(cells.table, job.cells.id)));
  CellColumns results(cells.table.rows());
  std::vector<std::vector<std::string>> lines{
      {job.by.empty() ? "map" : job.by, "cells", "Moran I", "expected", "z", "p", "Geary C", "z", "p"}};
  FormulaAtom value;
  value.column = job.value;
  ModelFormula formula;
  formula.response = value;
  for (const PeriodRows& period : rows_by_period(cells.table, job.by, rows)) {
    context.stop.check();
    const std::vector<double> x = response_of(formula, cells.table, period.rows);
    const Weights weights = source.of_rows(period.rows, context);
    lines.push_back(global_line(period.name, x.size(), global_moran(x, weights), global_geary(x, weights)));
    for (const LocalStatisticRow* row : statistics)
      add_statistic(job, *row, x, weights, period.rows, results, context);
  }
  if (!job.output.empty()) write_cells(job, cells, rows, results, context);
  if (job.output == "-") return;
  TextOutput report("-", context);
  report.write(job.value + ", weights " + source.describe() + "\n\n" + aligned(lines));
  report.finish();
}

}  // namespace isotherm

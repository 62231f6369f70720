#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "isotherm/core/text.h"
#include "isotherm/io/fit_json.h"
#include "isotherm/model/spatial_tests.h"
#include "regress_local.h"
#include "regress_parts.h"
#include "regress_tables.h"

namespace isotherm {

namespace {

std::string r2_text(double value) {
  if (!std::isfinite(value)) return "-";
  char text[40];
  std::snprintf(text, sizeof text, "%.4f", value);
  return text;
}

std::string heading(const Regression& regression, const ModelFit& fit) {
  std::string text = std::string(fit.model->name);
  if (!regression.job.by.empty())
    text += fit.model->pooled() ? ", all periods"
                                : ", " + regression.job.by + " " + regression.periods[fit.period].name;
  text += ": " + std::to_string(fit.fit.rows) + " rows";
  if (fit.fit.absorbed > 0) text += ", " + fixed_text(fit.fit.absorbed, 0) + " effects";
  text += ", R2 " + r2_text(fit.fit.r2);
  if (fit.fit.absorbed > 0) text += " (within " + r2_text(fit.fit.r2_within) + ")";
  return text + ", AIC " + short_number(fit.fit.aic, 7) + ", condition " +
         short_number(fit.fit.condition_number, 3) + ", errors " + fit.fit.covariance;
}

/// What the heading has no room for.
std::string measures(const Fit& fit) {
  std::string text;
  const auto add = [&](const char* name, double value) {
    if (std::isfinite(value))
      text += (text.empty() ? "" : ", ") + std::string(name) + " " + short_number(value, 7);
  };
  add("adjusted R2", fit.r2_adjusted);
  add("pseudo R2", fit.pseudo_r2);
  add("without neighbours' y", fit.pseudo_r2_reduced);
  add("sigma2", fit.sigma2);
  add("log-likelihood", fit.log_likelihood);
  add("AICc", fit.aicc);
  add("BIC", fit.bic);
  return text;
}

std::string coefficient_table(const Fit& fit, TableStyle style) {
  if (fit.local) return local_table(*fit.local, style);
  std::vector<std::vector<std::string>> rows{{"", "estimate", "std.error",
                                              fit.normal || !fit.dependence.empty() ? "z" : "t", "p",
                                              "95% from", "to", "VIF"}};
  for (const std::vector<Coefficient>* list : {&fit.coefficients, &fit.dependence}) {
    for (const Coefficient& c : *list) {
      rows.push_back({c.name, short_number(c.value, 6), short_number(c.standard_error, 4),
                      short_number(c.statistic, 4), short_number(c.p, 3), short_number(c.low, 5),
                      short_number(c.high, 5), short_number(c.vif, 3)});
    }
  }
  return table_text(rows, style);
}

std::string impact_table(const Fit& fit, TableStyle style) {
  if (fit.impacts.empty()) return "";
  std::vector<std::vector<std::string>> rows{
      {"impact", "direct", "std.error", "indirect", "std.error", "total", "std.error", "p"}};
  const bool drawn = fit.impacts.front().total_drawn.has_value();
  if (drawn) rows[0].insert(rows[0].end(), {"95% drawn from", "to"});
  for (const Impact& impact : fit.impacts) {
    std::vector<std::string> row{impact.name};
    for (const Coefficient* c : {&impact.direct, &impact.indirect, &impact.total}) {
      row.push_back(short_number(c->value, 6));
      row.push_back(short_number(c->standard_error, 4));
    }
    row.push_back(short_number(impact.total.p, 3));
    if (drawn) row.push_back(short_number(impact.total_drawn->low, 5));
    if (drawn) row.push_back(short_number(impact.total_drawn->high, 5));
    rows.push_back(std::move(row));
  }
  return table_text(rows, style);
}

std::string test_line(const Fit& fit) {
  std::string text;
  for (const TestResult& test : fit.tests)
    text += (text.empty() ? "" : "; ") + test.name + " " + short_number(test.value, 5) + " (p " +
            short_number(test.p, 3) + ")";
  const std::string advice = spatial_advice(fit.tests);
  if (!advice.empty()) text += "\n" + advice;
  for (const std::string& note : fit.notes) text += (text.empty() ? "" : "\n") + note;
  return text;
}

/// As members of an object that is open.
void add_coefficient(JsonWriter& json, const Coefficient& c) {
  json.member("estimate", c.value).member("std_error", c.standard_error).member("t", c.statistic);
  json.member("p", c.p).member("low95", c.low).member("high95", c.high);
}

void add_dependence(JsonWriter& json, const Fit& fit) {
  json.key("dependence").begin_array();
  for (const Coefficient& c : fit.dependence) {
    json.begin_object().member("name", c.name);
    add_coefficient(json, c);
    json.end();
  }
  json.end();
  json.key("impacts").begin_array();
  for (const Impact& impact : fit.impacts) {
    json.begin_object().member("name", impact.name);
    for (const auto& [name, c, drawn] : {std::tuple{"direct", &impact.direct, &impact.direct_drawn},
                                         {"indirect", &impact.indirect, &impact.indirect_drawn},
                                         {"total", &impact.total, &impact.total_drawn}}) {
      json.key(name).begin_object();
      add_coefficient(json, *c);
      if (*drawn)
        json.member("drawn_std_error", (*drawn)->standard_error)
            .member("drawn_low95", (*drawn)->low)
            .member("drawn_high95", (*drawn)->high);
      json.end();
    }
    json.end();
  }
  json.end();
  json.member("pseudo_r2", fit.pseudo_r2).member("pseudo_r2_reduced", fit.pseudo_r2_reduced);
  json.key("notes").begin_array();
  for (const std::string& note : fit.notes) json.value(note);
  json.end();
}

void add_fit(JsonWriter& json, const Regression& regression, const ModelFit& model_fit) {
  const Fit& fit = model_fit.fit;
  json.begin_object();
  json.member("model", model_fit.model->name);
  json.member("period", model_fit.model->pooled()
                            ? std::string_view("all")
                            : std::string_view(regression.periods[model_fit.period].name));
  json.member("rows", static_cast<double>(fit.rows)).member("df_residual", fit.df_residual);
  json.member("effects", fit.absorbed).member("covariance", fit.covariance);
  json.key("coefficients").begin_array();
  for (const Coefficient& c : fit.coefficients) {
    json.begin_object()
        .member("name", c.name)
        .member("estimate", c.value)
        .member("std_error", c.standard_error);
    json.member("t", c.statistic)
        .member("p", c.p)
        .member("low95", c.low)
        .member("high95", c.high)
        .member("vif", c.vif)
        .end();
  }
  json.end();
  add_dependence(json, fit);
  json.key("dropped").begin_array();
  for (const std::string& name : fit.dropped) json.value(name);
  json.end();
  json.member("r2", fit.r2).member("r2_adjusted", fit.r2_adjusted).member("r2_within", fit.r2_within);
  json.member("rss", fit.rss).member("sigma2", fit.sigma2).member("sigma2_ml", fit.sigma2_ml);
  json.member("log_likelihood", fit.log_likelihood).member("aic", fit.aic);
  json.member("aic_coefficients_only", fit.aic_coefficients).member("aicc", fit.aicc).member("bic", fit.bic);
  json.member("condition_number", fit.condition_number);
  json.key("tests").begin_array();
  for (const TestResult& test : fit.tests) {
    json.begin_object().member("name", test.name).member("definition", test.definition);
    json.member("value", test.value).member("df", test.df).member("p", test.p);
    json.member("expectation", test.expectation).member("variance", test.variance).end();
  }
  json.end();
  json.member("advice", spatial_advice(fit.tests));
  if (fit.local) add_local(json, *fit.local);
  json.key("apply");
  if (fit.local) {
    json.value(std::numeric_limits<double>::quiet_NaN());  // null: its coefficients belong to places
  } else {
    write_fitted(json, fit.fitted);
  }
  json.end();
}

void add_r2_table(JsonWriter& json, const Regression& regression) {
  json.key("r2").begin_array();
  for (std::size_t k = 0; k < regression.periods.size(); ++k) {
    json.begin_object().member("period", regression.periods[k].name);
    const auto rows = static_cast<double>(regression.periods[k].rows.size());
    json.member("rows", rows).member("effective_rows", rows * regression.independent_share);
    for (std::size_t m = 0; m < regression.models.size(); ++m) {
      const std::string name(regression.models[m]->name);
      json.member(name, r2_at(regression, k, *regression.models[m]));
      if (!regression.cross_validated.empty()) json.member(name + "_cv", regression.cross_validated[m][k]);
    }
    json.end();
  }
  json.end();
}

}  // namespace

std::string report_text(const Regression& regression) {
  const RegressJob& job = regression.job;
  std::vector<std::vector<std::string>> rows{{job.by.empty() ? "R2" : job.by, "rows"}};
  const bool validated = !regression.cross_validated.empty();
  for (const RegressModel* model : regression.models) {
    rows[0].emplace_back(model->name);
    if (validated) rows[0].emplace_back("cv");
  }
  for (std::size_t k = 0; k < regression.periods.size(); ++k) {
    rows.push_back({regression.periods[k].name, std::to_string(regression.periods[k].rows.size())});
    for (std::size_t m = 0; m < regression.models.size(); ++m) {
      rows.back().push_back(r2_text(r2_at(regression, k, *regression.models[m])));
      if (validated) rows.back().push_back(r2_text(regression.cross_validated[m][k]));
    }
  }
  const TableStyle style = table_style(job.table);
  std::string text = paragraph("R2 of " + job.formula, style);
  if (!regression.weights.empty()) text += paragraph("weights " + regression.weights, style);
  if (validated) text += paragraph("cv: blocked spatial cross-validation, " + job.cross_validation, style);
  text += "\n" + table_text(rows, style);
  for (const ModelFit& fit : regression.fits)
    text += "\n" + paragraph(heading(regression, fit), style) + paragraph(measures(fit.fit), style) +
            coefficient_table(fit.fit, style) + impact_table(fit.fit, style) +
            paragraph(test_line(fit.fit), style);
  return text;
}

std::string report_json(const Regression& regression) {
  const RegressJob& job = regression.job;
  JsonWriter json;
  json.begin_object()
      .member("layout", kFitLayout)
      .member("formula", job.formula)
      .member("input", job.cells.path);
  json.member("rows_read", static_cast<double>(regression.rows_read));
  json.member("rows_missing", static_cast<double>(regression.rows_missing));
  json.member("id", job.cells.id)
      .member("by", job.by)
      .member("area", job.area)
      .member("weights", regression.weights);
  json.member("cross_validation", job.cross_validation);
  json.key("warnings").begin_array();
  for (const std::string& warning : regression.warnings) json.value(warning);
  json.end();
  add_r2_table(json, regression);
  json.key("fits").begin_array();
  for (const ModelFit& fit : regression.fits) add_fit(json, regression, fit);
  json.end().end();
  return json.text();
}

}  // namespace isotherm

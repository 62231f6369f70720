#include "isotherm/model/spatial_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "isotherm/core/error.h"
#include "isotherm/model/model_formula.h"
#include "unit/model/classic_data.h"
#include "unit/model/jittered_grid.h"
#include "unit/model/reference.h"

namespace isotherm {
namespace {

using testing_support::all_rows;
using testing_support::table_of;

struct Kind {
  bool lag, error, durbin;
};
const std::map<std::string, Kind> kKinds{{"sar", {true, false, false}},
                                         {"sem", {false, true, false}},
                                         {"sdm", {true, false, true}},
                                         {"sdem", {false, true, true}},
                                         {"sac", {true, true, false}}};

Fit fit_of(const Table& table, const std::string& formula, const Weights& weights,
           LogDeterminant& determinant, const Kind& kind) {
  const ModelFormula parsed = parse_model_formula(formula);
  DesignChoice design;
  design.weights = &weights;
  design.lag_all = kind.durbin;
  SpatialFitChoice choice;
  choice.lag = kind.lag;
  choice.error = kind.error;
  choice.weights = &weights;
  choice.log_determinant = &determinant;
  return fit_spatial(design_of(parsed, table, all_rows(table), design),
                     response_of(parsed, table, all_rows(table)), choice);
}

double test_value(const Fit& fit, const std::string& name) {
  for (const TestResult& test : fit.tests) {
    if (test.name == name) return test.value;
  }
  throw std::runtime_error("no test " + name);
}

const Coefficient& named(const std::vector<Coefficient>& list, std::string name) {
  if (name == "(Intercept)") name = kInterceptName;
  if (name.starts_with("lag.")) name = "w(" + name.substr(4) + ")";
  for (const Coefficient& c : list) {
    if (c.name == name) return c;
  }
  throw std::runtime_error("no coefficient " + name);
}

const Impact& impact_named(const Fit& fit, const std::string& name) {
  for (const Impact& impact : fit.impacts) {
    if (impact.name == name) return impact;
  }
  throw std::runtime_error("no impact " + name);
}

/// What a line of the golden table speaks of.
double quantity(const Fit& fit, const std::string& what, const std::string& column) {
  if (what == "rho" || what == "lambda") return named(fit.dependence, what).value;
  if (what == "rho_se" || what == "lambda_se")
    return named(fit.dependence, what.substr(0, what.size() - 3)).standard_error;
  if (what == "sigma2") return fit.sigma2;
  if (what == "loglik") return fit.log_likelihood;
  if (what == "coef") return named(fit.coefficients, column).value;
  if (what == "se") return named(fit.coefficients, column).standard_error;
  if (what == "lm") return test_value(fit, "lm_residual_error");
  if (what == "lr") return test_value(fit, "likelihood_ratio");
  if (what == "direct") return impact_named(fit, column).direct.value;
  if (what == "total") return impact_named(fit, column).total.value;
  throw std::runtime_error("unknown quantity " + what);
}

struct Line {
  std::string data, weights, model, what, column;
  double value, tolerance;
};

std::vector<Line> golden_lines() {
  std::ifstream file(std::string(ISOTHERM_SOURCE_DIR) + "/tests/golden/spatial_ml.txt");
  std::vector<Line> lines;
  for (std::string text; std::getline(file, text);) {
    if (text.starts_with("#")) continue;
    std::istringstream words(text);
    Line line;
    words >> line.data >> line.weights >> line.model >> line.what >> line.column >> line.value >>
        line.tolerance;
    lines.push_back(line);
  }
  return lines;
}

void expect_golden(const std::string& data, const std::string& weights_name, const Table& table,
                   const std::string& formula, const Weights& weights) {
  LogDeterminant determinant(weights, {});
  std::map<std::string, Fit> fits;
  std::size_t checked = 0;
  for (const Line& line : golden_lines()) {
    if (line.data != data || line.weights != weights_name) continue;
    if (!fits.contains(line.model))
      fits[line.model] = fit_of(table, formula, weights, determinant, kKinds.at(line.model));
    const double value = quantity(fits.at(line.model), line.what, line.column);
    EXPECT_NEAR(value, line.value, line.tolerance * std::max(std::abs(line.value), 1e-3))
        << data << " " << weights_name << " " << line.model << " " << line.what << " " << line.column;
    ++checked;
  }
  EXPECT_GT(checked, 50u);
}

void expect_reference(const std::string& data, const std::string& weights_name, const std::string& formula) {
  const std::string table_name = "data/" + data + ".csv";
  const std::string weights_file = "data/" + data + "_" + weights_name + ".csv";
  if (!testing_support::has_reference(weights_file)) GTEST_SKIP() << "reference data are not at hand";
  const Table table = testing_support::reference_table(table_name);
  const Weights weights =
      testing_support::weights_of_triplets(testing_support::reference_table(weights_file), table.rows());
  expect_golden(data, weights_name, table, formula, weights);
}

TEST(SpatialFit, ColumbusContiguity) {
  Weights weights = binary_weights(testing_support::columbus_neighbours());
  standardise(weights);
  expect_golden("columbus", "contiguity", table_of(testing_support::kColumbus), "CRIME ~ INC + HOVAL",
                weights);
}

TEST(SpatialFit, ColumbusNearest) { expect_reference("columbus", "knn8", "CRIME ~ INC + HOVAL"); }

const char* const kBoston =
    "LCMEDV ~ CRIM + ZN + INDUS + CHAS + NOX2 + RM2 + AGE + LDIS + LRAD + TAX + PTRATIO + B + LLSTAT";
TEST(SpatialFit, BostonSphereOfInfluence) { expect_reference("boston", "soi", kBoston); }
TEST(SpatialFit, BostonNearest) { expect_reference("boston", "knn8", kBoston); }

const char* const kCounties = "HR90 ~ RD90 + PS90 + MA90 + DV90 + UE90";
TEST(SpatialFit, CountiesQueen) { expect_reference("nat", "queen", kCounties); }
TEST(SpatialFit, CountiesNearest) { expect_reference("nat", "knn8", kCounties); }

// spreg's pr2 and pr2_e of the lag and error models of Columbus with its eight nearest.
TEST(SpatialFit, PseudoR2) {
  if (!testing_support::has_reference("data/columbus_knn8.csv"))
    GTEST_SKIP() << "reference data are not at hand";
  const Table table = testing_support::reference_table("data/columbus.csv");
  const Weights weights = testing_support::weights_of_triplets(
      testing_support::reference_table("data/columbus_knn8.csv"), table.rows());
  LogDeterminant determinant(weights, {});
  const Fit sar = fit_of(table, "CRIME ~ INC + HOVAL", weights, determinant, kKinds.at("sar"));
  EXPECT_NEAR(sar.pseudo_r2, 0.6708427486893039, 1e-6);
  EXPECT_NEAR(sar.pseudo_r2_reduced, 0.611350094902496, 1e-6);
  EXPECT_NEAR(sar.aic, 372.2052593395757, 1e-8);
  EXPECT_NEAR(sar.bic, 381.6643608301288, 1e-8);
  const Fit sem = fit_of(table, "CRIME ~ INC + HOVAL", weights, determinant, kKinds.at("sem"));
  EXPECT_NEAR(sem.pseudo_r2, 0.5490272636153357, 1e-6);
}

/// y of a lag model on a jittered grid: 1 + 0.8 x1 - 0.5 x2, errors nearly normal.
Table planted(const Weights& weights, double rho, double lambda, std::uint64_t seed) {
  const std::size_t n = weights.rows();
  std::vector<double> x1(n), x2(n), e(n), mean(n);
  for (std::size_t k = 0; k < n; ++k) {
    x1[k] = 2 * testing_support::fraction(seed + 100, k) - 1;
    x2[k] = 2 * testing_support::fraction(seed + 101, k) - 1;
    for (std::uint64_t j = 0; j < 12; ++j) e[k] += testing_support::fraction(seed + 200 + j, k) - 0.5;
    mean[k] = 1 + 0.8 * x1[k] - 0.5 * x2[k];
  }
  LogDeterminant determinant(weights, {});
  const std::vector<double> u = lambda == 0 ? e : determinant.solve(lambda, e);
  for (std::size_t k = 0; k < n; ++k) mean[k] += u[k];
  const std::vector<double> y = rho == 0 ? mean : determinant.solve(rho, mean);
  Table table;
  for (const auto& [name, values] : {std::pair{"y", y}, {"x1", x1}, {"x2", x2}}) {
    table.columns.push_back(make_column({name, ColumnType::real, "", ""}));
    table.columns.back().reals() = values;
  }
  return table;
}

// Beyond small() the search runs on probes and is polished on factors: the same maximum.
TEST(SpatialFit, PolishedSearchEqualsTheExactOne) {
  const Weights weights = testing_support::jittered_neighbours(70, 8);  // 4900 rows
  const Table table = planted(weights, 0.6, 0, 1);
  LogDeterminant determinant(weights, {});
  ASSERT_TRUE(determinant.exact() && !determinant.small());
  const Fit fit = fit_of(table, "y ~ x1 + x2", weights, determinant, kKinds.at("sar"));
  const double rho = fit.dependence[0].value;
  // The score at the estimate, from exact traces and its definition.
  const std::vector<double>& y = table.columns[0].reals();
  const std::vector<double> wy = lag(weights, y);
  double e_wy = 0;
  for (std::size_t k = 0; k < y.size(); ++k) e_wy += fit.residuals[k] * wy[k];
  const double score = e_wy / fit.sigma2 - determinant.polished(rho).trace;
  const double error = fit.dependence[0].standard_error;
  EXPECT_LT(std::abs(score) * error * error, 1e-9);
  EXPECT_EQ(fit.covariance, "observed information");
  // Probes alone: near by the error they state.
  LogDeterminant probes(weights, {LogDeterminantMethod::probes, 1, 1});
  const Fit near = fit_of(table, "y ~ x1 + x2", weights, probes, kKinds.at("sar"));
  EXPECT_NEAR(near.dependence[0].value, rho, 0.1 * error);
  EXPECT_NE(near.notes.at(0).find("Monte Carlo error of rho"), std::string::npos);
}

TEST(SpatialFit, ExpectedAndObservedErrorsAgreeOnManyRows) {
  const Weights small = testing_support::jittered_neighbours(63, 8),
                large = testing_support::jittered_neighbours(65, 8);
  LogDeterminant a(small, {}), b(large, {});
  const Fit expected = fit_of(planted(small, 0.5, 0, 3), "y ~ x1 + x2", small, a, kKinds.at("sar"));
  const Fit observed = fit_of(planted(large, 0.5, 0, 3), "y ~ x1 + x2", large, b, kKinds.at("sar"));
  EXPECT_EQ(expected.covariance, "expected information");
  // Two samples of nearly the same size: errors differ by sampling, about n^-1/2 = 1.6 %, and by 63/65.
  EXPECT_NEAR(expected.dependence[0].standard_error / observed.dependence[0].standard_error, 65.0 / 63, 0.08);
  EXPECT_NEAR(expected.coefficients[1].standard_error / observed.coefficients[1].standard_error, 65.0 / 63,
              0.05);
}

TEST(SpatialFit, LagAndErrorTogetherAreFound) {
  const Weights weights = testing_support::jittered_neighbours(60, 4);
  const Table table = planted(weights, 0.5, 0.3, 9);
  LogDeterminant determinant(weights, {});
  const Fit fit = fit_of(table, "y ~ x1 + x2", weights, determinant, kKinds.at("sac"));
  EXPECT_NEAR(fit.dependence[0].value, 0.5, 4 * fit.dependence[0].standard_error);
  EXPECT_NEAR(fit.dependence[1].value, 0.3, 4 * fit.dependence[1].standard_error);
  EXPECT_NEAR(fit.coefficients[1].value, 0.8, 4 * fit.coefficients[1].standard_error);
}

TEST(SpatialFit, SameBitsForAnyThreads) {
  const Weights weights = testing_support::jittered_neighbours(70, 8);
  const Table table = planted(weights, 0.6, 0, 1);
  std::vector<double> seen;
  for (int threads : {1, 3}) {
    LogDeterminant determinant(weights, {LogDeterminantMethod::automatic, 1, threads});
    const Fit fit = fit_of(table, "y ~ x1 + x2", weights, determinant, kKinds.at("sar"));
    seen.push_back(fit.dependence[0].value);
    seen.push_back(fit.dependence[0].standard_error);
    seen.push_back(fit.coefficients[1].standard_error);
  }
  EXPECT_EQ(seen[0], seen[3]);
  EXPECT_EQ(seen[1], seen[4]);
  EXPECT_EQ(seen[2], seen[5]);
}

TEST(SpatialFit, BoundaryIsAnError) {
  // Two cells that copy each other and a constant: nothing holds rho below 1.
  const std::size_t n = 40;
  std::vector<std::vector<std::int32_t>> pairs(n);
  Table table;
  table.columns.push_back(make_column({"y", ColumnType::real, "", ""}));
  for (std::size_t k = 0; k < n; ++k) {
    pairs[k] = {static_cast<std::int32_t>(k ^ 1)};
    table.columns[0].reals().push_back(testing_support::fraction(1, k / 2) +
                                       1e-9 * testing_support::fraction(2, k));
  }
  const Weights weights = binary_weights(pairs);
  LogDeterminant determinant(weights, {});
  try {
    fit_of(table, "y ~ 1", weights, determinant, kKinds.at("sar"));
    FAIL() << "a fit at the boundary";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("end of the interval of rho"), std::string::npos)
        << error.what();
  }
}

/// y = 1 + 2 x1 and a rest that small, on the places of the other tests.
Table nearly_explained(const Weights& weights, double rest) {
  Table table = planted(weights, 0, 0, 11);
  Reals& y = table.columns[*table.find("y")].reals();
  const Reals& x = table.columns[*table.find("x1")].reals();
  for (std::size_t k = 0; k < y.size(); ++k)
    y[k] = 1 + 2 * x[k] + rest * (testing_support::fraction(77, k) - 0.5);
  return table;
}

TEST(SpatialFit, ColumnsThatExplainNearlyAllLeaveANarrowHillWhoseTopIsFound) {
  // The hill is as narrow as the rest: steps of Newton's that are short beside the interval are long beside
  // it, and went to and fro without an end.
  const Weights weights = testing_support::jittered_neighbours(10, 4);
  for (const double rest : {1e-3, 1e-5, 1e-7, 1e-9}) {
    const Table table = nearly_explained(weights, rest);
    LogDeterminant determinant(weights, {});
    const Fit fit = fit_of(table, "y ~ x1", weights, determinant, kKinds.at("sar"));
    const Coefficient rho = named(fit.dependence, "rho");
    // The likelihood by its definition: what is left of y and of W y beside the columns, the determinant by
    // factors.
    const auto without_columns = [&](const std::vector<double>& values) {
      const std::vector<double>& x = table.columns[*table.find("x1")].reals();
      long double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
      for (std::size_t k = 0; k < x.size(); ++k) {
        n += 1;
        sx += x[k];
        sy += values[k];
        sxx += static_cast<long double>(x[k]) * x[k];
        sxy += static_cast<long double>(x[k]) * values[k];
      }
      const long double slope = (n * sxy - sx * sy) / (n * sxx - sx * sx), level = (sy - slope * sx) / n;
      std::vector<long double> left;
      for (std::size_t k = 0; k < x.size(); ++k) left.push_back(values[k] - level - slope * x[k]);
      return left;
    };
    const std::vector<double>& y = table.columns[*table.find("y")].reals();
    const std::vector<long double> of_y = without_columns(y), of_wy = without_columns(lag(weights, y));
    const auto likelihood = [&](double at) {
      long double squares = 0;
      for (std::size_t k = 0; k < of_y.size(); ++k)
        squares += (of_y[k] - at * of_wy[k]) * (of_y[k] - at * of_wy[k]);
      return static_cast<long double>(determinant.polished(at).log_determinant) -
             static_cast<long double>(of_y.size()) / 2 * std::log(squares);
    };
    EXPECT_LT(rho.standard_error, rest);
    const long double top = likelihood(rho.value);
    for (const double away : {0.01, 0.1, 1.0, 10.0}) {
      // A tenth of a standard error costs 0.005; rounding of y leaves 1e-7 of a rest of 1e-9.
      EXPECT_GT(top, likelihood(rho.value + away * rho.standard_error)) << rest;
      EXPECT_GT(top, likelihood(rho.value - away * rho.standard_error)) << rest;
    }
  }
}

TEST(SpatialFit, ModelsOfANearlyExplainedResponseFindWhatALargerRestWouldGive) {
  // The rest alone decides on lambda, and on rho of a Durbin model: a smaller one gives the same, up to the
  // digits that rounding of y leaves of it.
  const Weights weights = testing_support::jittered_neighbours(10, 4);
  LogDeterminant determinant(weights, {});
  for (const std::string name : {"sem", "sdem", "sdm"}) {
    const Fit plain = fit_of(nearly_explained(weights, 1), "y ~ x1", weights, determinant, kKinds.at(name));
    for (const double rest : {1e-3, 1e-6, 1e-9, 1e-10}) {
      const Fit small =
          fit_of(nearly_explained(weights, rest), "y ~ x1", weights, determinant, kKinds.at(name));
      const Coefficient& expected = plain.dependence.front();
      EXPECT_NEAR(small.dependence.front().value, expected.value,
                  (1e-6 + 1e-14 / rest) * expected.standard_error)
          << name << " " << rest;
    }
  }
}

TEST(SpatialFit, ARestOfRoundingIsNoRest) {
  // A Durbin model of a response without any rest gave a rho with three stars.
  const Weights weights = testing_support::jittered_neighbours(10, 4);
  for (const double rest : {0.0, 1e-15, 1e-13}) {
    const Table table = nearly_explained(weights, rest);
    LogDeterminant determinant(weights, {});
    for (const auto& [name, kind] : kKinds) {
      try {
        fit_of(table, "y ~ x1", weights, determinant, kind);
        FAIL() << name << " of " << rest;
      } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("explain y without any rest but rounding"),
                  std::string::npos)
            << error.what();
      }
    }
  }
}

TEST(SpatialFit, CollinearColumnsAreNamed) {
  const Weights weights = testing_support::jittered_neighbours(10, 4);
  Table table = planted(weights, 0.3, 0, 2);
  table.columns.push_back(table.columns[1]);
  table.columns.back().info.name = "copy";
  LogDeterminant determinant(weights, {});
  try {
    fit_of(table, "y ~ x1 + copy", weights, determinant, kKinds.at("sem"));
    FAIL() << "collinear columns were taken";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("copy"), std::string::npos);
  }
}

}  // namespace
}  // namespace isotherm

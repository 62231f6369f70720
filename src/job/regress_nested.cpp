#include "regress_nested.h"

#include <algorithm>
#include <array>

#include "isotherm/model/distributions.h"

namespace isotherm {

namespace {

/// What the larger model says more than the smaller one. Both have the same effects, which their names begin
/// with: fe_sdm, fe_sem.
struct NestedRow {
  std::string_view larger, smaller, test, definition;
};
constexpr std::array<NestedRow, 5> kNested{{
    {"sdm", "sem", "common_factor",
     "common factor: the lags' coefficients are -rho times the columns', so sem says as much as sdm "
     "(likelihood ratio)"},
    {"sdm", "sar", "lags_beside_sar", "lagged columns have no effect beside sar (likelihood ratio)"},
    {"sdem", "sem", "lags_beside_sem", "lagged columns have no effect beside sem (likelihood ratio)"},
    {"sac", "sar", "error_beside_sar", "lambda = 0 beside rho (likelihood ratio)"},
    {"sac", "sem", "lag_beside_sem", "rho = 0 beside lambda (likelihood ratio)"},
}};

/// "fe_" of fe_sdm; "?" of names that end otherwise.
std::string_view stem(std::string_view name, std::string_view ending) {
  return name.ends_with(ending) ? name.substr(0, name.size() - ending.size()) : std::string_view("?");
}

/// Is the error model a special case of this Durbin model? Only where every column has its lag, and the lag
/// of a constant is a constant.
bool holds_error_model(const ModelFit& durbin, double more) {
  std::size_t lags = 0, columns = 0;
  for (const Coefficient& c : durbin.fit.coefficients) {
    lags += c.name.starts_with("w(") ? 1 : 0;
    columns += c.name == kInterceptName || c.name.starts_with("w(") ? 0 : 1;
  }
  return lags == columns && more == static_cast<double>(columns) && !durbin.fit.fitted.weights.binary;
}

bool by_likelihood(const ModelFit& fit) { return fit.model->estimator == Estimator::usual; }

}  // namespace

void add_nested_tests(const ModelFormula& formula, std::vector<ModelFit>& fits) {
  // With lags in the formula itself the smaller model has them too.
  if (formula.has_lags()) return;
  for (ModelFit& fit : fits) {
    if (!fit.model->dependent() || !by_likelihood(fit)) continue;
    for (const NestedRow& row : kNested) {
      const std::string_view effects = stem(fit.model->name, row.larger);
      if (effects == "?" || (!effects.empty() && !effects.ends_with('_'))) continue;
      const auto other = std::find_if(fits.begin(), fits.end(), [&](const ModelFit& f) {
        return f.model->name == std::string(effects) + std::string(row.smaller) && f.period == fit.period;
      });
      if (other == fits.end() || other->rows != fit.rows) continue;
      const auto parameters = [](const ModelFit& f) {
        return static_cast<double>(f.fit.coefficients.size() + f.fit.dependence.size());
      };
      TestResult test{std::string(row.test), std::string(row.definition),
                      2 * (fit.fit.log_likelihood - other->fit.log_likelihood),
                      parameters(fit) - parameters(*other), 0};
      if (!(test.df > 0) || (row.test == "common_factor" && !holds_error_model(fit, test.df))) continue;
      test.p = chi_squared_upper(test.value, test.df);
      fit.fit.tests.push_back(std::move(test));
    }
  }
}

}  // namespace isotherm

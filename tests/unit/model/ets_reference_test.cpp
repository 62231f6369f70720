// Exponential smoothing against R's forecast package, on real series; the tables lie beside the repository.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "isotherm/core/text.h"
#include "isotherm/model/ets_fit.h"
#include "isotherm/model/ets_forecast.h"
#include "isotherm/model/ets_region.h"

namespace isotherm {
namespace {

using nlohmann::json;

const std::filesystem::path kReference = std::filesystem::path(ISOTHERM_SOURCE_DIR) / "../shared/reference";

class EtsReference : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kReference / "ets_R_forecast.json")) {
      GTEST_SKIP() << "the tables of R's forecasts are not at hand";
    }
    r_ = json::parse(std::ifstream(kReference / "ets_R_forecast.json"));
    python_ = json::parse(std::ifstream(kReference / "ets_python.json"));
    std::ifstream file(kReference / "data/series.csv");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
      const std::vector<std::string> parts = split(line, ',');
      series_[parts[0]].push_back(parse_number(parts[3]).value_or(std::nan("")));
    }
  }

  /// Calls with every candidate that R fitted by likelihood.
  template <class Check>
  int each(Check&& check) {
    int count = 0;
    for (const auto& [name, entry] : r_.items()) {
      for (const auto& [form, fit] : entry["candidates"].items()) {
        if (!fit.contains("loglik") || !fit["loglik"].is_number()) continue;
        SCOPED_TRACE(name + " " + form);
        check(name, parse_ets(form), static_cast<int>(entry["frequency"]), fit);
        ++count;
      }
    }
    return count;
  }

  /// The recursion at R's printed weights and states.
  EtsFit at_r_parameters(const std::string& name, const EtsForm& form, int period, const json& fit) {
    const json& par = fit["par"];
    EtsWeights weights;
    weights.alpha = par["alpha"];
    if (form.has_trend()) weights.beta = par["beta"];
    if (form.has_season()) weights.gamma = par["gamma"];
    if (form.damped) weights.phi = par["phi"];
    const json& start = fit["initstate"];
    std::vector<double> ring;
    // s1 is the season one step before the first value, sm the one that the first value meets.
    for (int k = period; form.has_season() && k >= 1; --k) ring.push_back(start["s" + std::to_string(k)]);
    return filter_ets(form, series_[name], period, weights, start["l"],
                      form.has_trend() ? start["b"].get<double>() : 0.0, ring);
  }

  json r_, python_;
  std::map<std::string, std::vector<double>> series_;
};

TEST_F(EtsReference, TheRecursionAtRsParametersHasRsLikelihoodAndForecasts) {
  const int count = each([&](const std::string& name, const EtsForm& form, int period, const json& fit) {
    const EtsFit ours = at_r_parameters(name, form, period, fit);
    const double r = fit["loglik"];
    // Sums of up to 468 rounded terms, in another order.
    EXPECT_NEAR(ours.log_likelihood, r, 1e-10 * std::max(1.0, std::abs(r)));
    EXPECT_EQ(ours.parameters, fit["n_free_with_sigma"].get<int>());
    EXPECT_NEAR(ours.variance, fit["sigma2"].get<double>(), 1e-9 * ours.variance);
    EXPECT_NEAR(ours.aic(), fit["aic"].get<double>(), 1e-7);
    EXPECT_NEAR(ours.bic(), fit["bic"].get<double>(), 1e-7);
    if (fit["aicc"].is_number()) {
      EXPECT_NEAR(ours.aicc(), fit["aicc"].get<double>(), 1e-7);
    }
    EXPECT_TRUE(ets_usual(form, ours.weights));
    EXPECT_TRUE(ets_admissible(form, ours.weights, period));
  });
  EXPECT_GT(count, 120);
}

TEST_F(EtsReference, ClosedFormLimitsAreRs) {
  // Two classes are passed over, because R 8.20 departs from its own recursion there (simulation agrees with
  // ours, see ets_forecast_test): MAdM begins at l + b instead of l + phi b, and ANA and MNA count the news
  // of this time of year one step early, from h = m on.
  const int count = each([&](const std::string& name, const EtsForm& form, int period, const json& fit) {
    if (ets_name(form) == "MAdM") return;
    const EtsFit ours = at_r_parameters(name, form, period, fit);
    const std::vector<double> lower = fit["lo80"], upper = fit["hi80"], mean = fit["mean"];
    const EtsMoments moments = ets_moments(ours, static_cast<int>(mean.size()));
    const double z = 1.2815515655446004;
    for (std::size_t h = 0; h < mean.size(); ++h) {
      SCOPED_TRACE(h + 1);
      if (form.has_season() && !form.has_trend() && form.season == EtsPart::additive &&
          static_cast<int>(h) + 1 >= period)
        break;
      const double scale = std::abs(mean[h]);
      const double width = std::sqrt(moments.variance[h]) * z;
      EXPECT_NEAR(moments.mean[h], mean[h], 1e-9 * scale);
      EXPECT_NEAR(width, (upper[h] - lower[h]) / 2, 1e-8 * scale);
    }
  });
  EXPECT_GT(count, 120);
}

TEST_F(EtsReference, OurFitIsNeverBelowRs) {
  int near_best = 0, known = 0;
  const int count = each([&](const std::string& name, const EtsForm& form, int period, const json& fit) {
    const auto ours = fit_ets(form, series_[name], period);
    ASSERT_TRUE(ours);
    EXPECT_GE(ours->log_likelihood, fit["loglik"].get<double>() - 1e-6);
    EXPECT_TRUE(ets_usual(form, ours->weights));
    EXPECT_TRUE(ets_admissible(form, ours->weights, period));
    const json& best = python_[name]["best_known_logLik"];
    if (!best.contains(ets_name(form))) return;
    ++known;
    near_best += ours->log_likelihood >= best[ets_name(form)]["best"].get<double>() - 1e-4;
  });
  EXPECT_GT(count, 120);
  EXPECT_GE(near_best, known - 1) << "of " << known << " with a best known likelihood";
}

}  // namespace
}  // namespace isotherm

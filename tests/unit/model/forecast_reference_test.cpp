// Accuracy on the M3 competition against R's ets; the tables lie beside the repository.
#include <gtest/gtest.h>

#include <map>

#include "isotherm/model/forecast.h"
#include "unit/model/m3.h"

namespace isotherm {
namespace {

using testing_support::competition;
using testing_support::CompetitionSeries;

struct Accuracy {
  double mase = 0, smape = 0, covered = 0;
};

Accuracy accuracy_of(const char* model, const std::map<std::string, CompetitionSeries>& all, int period) {
  const ForecastModel made = parse_forecast_model(model);
  const std::vector<double> levels{0.1, 0.9};
  Accuracy sum;
  for (const auto& [id, series] : all) {
    ForecastRequest request;
    request.values = series.past;
    request.period = period;
    request.horizon = static_cast<int>(series.future.size());
    request.levels = levels;
    const SeriesForecast result = forecast(made, request);
    double scale = 0, steps = static_cast<double>(series.future.size());
    const auto lag = static_cast<std::size_t>(period);
    for (std::size_t t = lag; t < series.past.size(); ++t)
      scale += std::abs(series.past[t] - series.past[t - lag]);
    scale /= static_cast<double>(series.past.size() - lag);
    for (std::size_t h = 0; h < series.future.size(); ++h) {
      const double came = series.future[h], said = result.mean[h];
      sum.mase += std::abs(came - said) / scale / steps;
      sum.smape += 200 * std::abs(came - said) / (std::abs(came) + std::abs(said)) / steps;
      sum.covered += (came >= result.quantiles[2 * h] && came <= result.quantiles[2 * h + 1]) / steps;
    }
  }
  const double n = static_cast<double>(all.size());
  return {sum.mase / n, sum.smape / n, sum.covered / n};
}

TEST(ForecastReference, AutoIsNoWorseThanRsEtsOnTheYearlySeriesOfM3) {
  const std::map<std::string, CompetitionSeries> all = competition("m3_yearly.csv");
  if (all.empty()) GTEST_SKIP() << "the series of the M3 competition are not at hand";
  ASSERT_EQ(all.size(), 645u);
  // R's forecast 8.20 on the same series: MASE 2.860, sMAPE 17.00, 80 % limits cover 71 %.
  const Accuracy automatic = accuracy_of("auto", all, 1);
  EXPECT_LT(automatic.mase, 2.860);
  EXPECT_LT(automatic.smape, 17.00);
  EXPECT_GT(automatic.covered, 0.70);
  EXPECT_LT(automatic.covered, 0.77);
  // Naive does not depend on any search: 3.1717 and 17.880 in the tables.
  const Accuracy naive = accuracy_of("naive", all, 1);
  EXPECT_NEAR(naive.mase, 3.1717102368676029, 1e-10);
  EXPECT_NEAR(naive.smape, 17.879890491653228, 1e-10);
  EXPECT_LT(accuracy_of("combine-mean", all, 1).mase, automatic.mase);
}

TEST(ForecastReference, AutoIsNoWorseThanRsEtsOnMonthlySeriesOfM3) {
  std::map<std::string, CompetitionSeries> all = competition("m3_monthly.csv");
  if (all.empty()) GTEST_SKIP() << "the series of the M3 competition are not at hand";
  ASSERT_EQ(all.size(), 286u);
  // R's forecast 8.20: MASE 0.879, sMAPE 14.46, 80 % limits cover 77 %.
  const Accuracy automatic = accuracy_of("auto", all, 12);
  EXPECT_LT(automatic.mase, 0.87916715604513052);
  EXPECT_LT(automatic.smape, 14.460428596492317);
  EXPECT_GT(automatic.covered, 0.76);
  EXPECT_LT(automatic.covered, 0.83);
  // Seasonal naive does not depend on any search.
  const Accuracy naive = accuracy_of("seasonal-naive", all, 12);
  EXPECT_NEAR(naive.mase, 1.1552903060608468, 1e-10);
  EXPECT_NEAR(naive.smape, 17.275788284814155, 1e-10);
}

}  // namespace
}  // namespace isotherm

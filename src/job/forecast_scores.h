// The back-test: how far forecasts from earlier origins were from what came, model by model and step by step.
//
// Origins are the last `count` steps: with 3, the series is cut 1, 2 and 3 steps before its end, and every
// step that then lies ahead and was observed is scored. Step h is thus scored from count - h + 1 origins.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "isotherm/core/table.h"
#include "isotherm/model/forecast.h"

namespace isotherm {

/// Sums over forecasts of one model and step.
struct Score {
  double forecasts = 0;
  double absolute_scaled = 0, scaled = 0;  ///< of those with a scale above 0
  double symmetric = 0;
  double squares = 0;
  double covered = 0, pinball = 0, with_spread = 0;
  void add(const Score& other);
};

/// Of one variable and one or many cells.
struct BackTest {
  std::vector<std::vector<Score>> scores;  ///< model by model, step by step
  std::vector<std::vector<double>>
      departures;  ///< of the first model, step by step: (value - mean) / deviation
  BackTest() = default;
  BackTest(std::size_t models, int horizon);
  void add(const BackTest& other);
};

/// Gives the request from so many steps before the end what else it needs: regressors, shared weights.
using Cut = std::function<void(std::size_t back, ForecastRequest& past)>;

/// Scores the models on one series; `request` as for the forecast, its values whole.
BackTest back_test(std::span<const ForecastModel> models, const ForecastRequest& request, int count,
                   const Cut& cut);

/// Rows variable, model, step (missing: all steps), then the measures.
TableSchema score_schema();
void append_scores(Table& table, const std::string& variable, std::span<const ForecastModel> models,
                   const BackTest& test);

/// Quantiles from the departures seen: conformal, of the step or of the last step that has at least 20 of
/// them.
class Calibration {
 public:
  Calibration() = default;
  Calibration(const BackTest& test, std::span<const double> levels);
  /// Replaces the quantiles of a forecast with a spread.
  void apply(SeriesForecast& forecast) const;
  bool empty() const { return factors_.empty(); }

 private:
  std::size_t levels_ = 0;
  std::vector<std::vector<double>> factors_;  ///< step by step, one per level
};

}  // namespace isotherm

// One series and what is asked of its future: the input and output of every forecasting model.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "isotherm/model/ets_fit.h"
#include "isotherm/model/ets_linear.h"

namespace isotherm {

struct ForecastRequest {
  std::span<const double> values;  ///< evenly spaced; missing is NaN
  int period = 1;                  ///< values in a season's cycle; 1: no season
  int horizon = 1;                 ///< steps behind the last value, missing ones at the end included
  std::span<const double> levels;  ///< probabilities of the quantiles, each in (0, 1)
  EtsCriterion criterion = EtsCriterion::aicc;
  int paths = 2000;  ///< where quantiles are simulated
  std::uint64_t seed = 0;
  std::uint64_t stream = 0;  ///< which series it is: simulated numbers depend on it and the seed only
  /// Each as long as values and horizon together; what is ahead is known or was forecast.
  std::span<const std::vector<double>> regressors;
  std::span<const std::vector<double>> regressor_variances;  ///< of each, step by step ahead
  std::span<const PooledEts> pool;  ///< forms with their pooled weights; empty: weights of its own
};

struct SeriesForecast {
  std::string model;                 ///< what made it: "ETS(A,N,N)", "naive", "none"
  std::string reason;                ///< why that one
  std::vector<double> mean;          ///< one per step
  std::vector<double> deviation;     ///< standard deviation per step; NaN where nothing is known of it
  std::vector<double> quantiles;     ///< step by step, one per level
  std::optional<EtsFit> fit;         ///< where exponential smoothing made it
  std::vector<double> coefficients;  ///< of regressors, where they took part
  std::vector<double> explained;     ///< by them at each value; empty where none took part
};

/// Numbers that are not missing.
int observed_count(std::span<const double> values);

}  // namespace isotherm

// What each forecast of a table is made from: the series, its regressors in the past and ahead, and the
// weights that its pool shares; also as they would have been some steps before the end.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "forecast_series.h"
#include "isotherm/core/run_context.h"
#include "isotherm/model/forecast.h"

namespace isotherm {

/// Regressors of one series: as long as its past and the horizon, with variances of those that were
/// continued.
struct RegressorValues {
  std::vector<std::vector<double>> values, variances;
  std::string how;  ///< "regressors given", "continued" or "partly given"; empty without any
};

/// Settings that all requests of a part of a table share; `series` and what `request` holds stay alive beside
/// it.
class ForecastRequests {
 public:
  ForecastRequests(const SeriesTable& series, const ForecastRequest& request, bool pooled)
      : series_(series), request_(request), pooled_(pooled) {}

  /// Estimates the weights of every pool, for the whole table and for each cut up to `cuts` steps before its
  /// end. `models` say which forms.
  void pool(std::span<const ForecastModel> models, int cuts, const RunContext& context);

  /// `values` are the series of that cell and column, its last `back` values left away.
  ForecastRequest request(std::size_t cell, std::size_t variable, std::span<const double> values,
                          std::size_t back = 0) const;
  RegressorValues drivers(std::size_t cell, std::span<const double> values, std::size_t back = 0) const;

 private:
  std::vector<PooledEts> pool_one(std::size_t variable, std::span<const std::size_t> cells,
                                  std::span<const EtsForm> forms, std::size_t back) const;
  void report(std::span<const std::vector<PooledEts>> whole, Log& log) const;

  const SeriesTable& series_;
  ForecastRequest request_;
  bool pooled_;
  std::vector<std::vector<PooledEts>> pools_;  ///< cut by cut, column by column, pool by pool
};

}  // namespace isotherm

// What the parts of a regression job hand to each other.
#pragma once

#include <string>
#include <vector>

#include "isotherm/io/table_reader.h"
#include "isotherm/job/regress.h"
#include "isotherm/model/fit.h"
#include "isotherm/model/model_formula.h"
#include "weights_source.h"

namespace isotherm {

/// The complete rows of one period.
struct RegressPeriod {
  std::string name;
  std::vector<std::size_t> rows;
  Weights weights;  ///< empty when none were asked for
};

/// A model fitted to one period or, with effects over periods, to all.
struct ModelFit {
  const RegressModel* model = nullptr;
  std::size_t period = 0;         ///< of a fit to one period
  std::vector<std::size_t> rows;  ///< of the table
  std::vector<double> response;
  std::vector<double> r2_by_period;  ///< of a fit to all periods: 1 - RSS/TSS of each about its own mean
  Fit fit;
};

struct Regression {
  const RegressJob& job;
  ModelFormula formula;
  std::vector<const RegressModel*> models;
  ReadTable cells;
  std::size_t rows_read = 0;
  std::size_t rows_missing = 0;
  std::vector<RegressPeriod> periods;
  std::string weights;  ///< how they were made; empty: none
  /// Independent values per row: below 1 where cells are smaller than the pixels they share.
  double independent_share = 1;
  std::vector<std::string> warnings;  ///< said on the log, and kept with the results
  std::vector<ModelFit> fits;
  std::vector<std::vector<double>> cross_validated;  ///< R2 by models, then periods; empty when not asked for
};

/// Every model on every period, in order of models, then periods.
std::vector<ModelFit> fit_models(const Regression& regression, const RunContext& context);

/// A model fitted to some rows of the given periods (period after period) without diagnostics, as
/// cross-validation needs it. `weights` are of these rows.
FittedModel fit_part(const Regression& regression, const RegressModel& model,
                     std::span<const std::size_t> periods, std::vector<std::size_t> rows,
                     const Weights& weights, const RunContext& context);

/// Where a model stands against a period in the table of R2; NaN when it was not fitted.
double r2_at(const Regression& regression, std::size_t period, const RegressModel& model);
/// For a person: R2 by periods and models, then the coefficients of each model.
std::string report_text(const Regression& regression);
std::string report_json(const Regression& regression);
void write_residuals(const Regression& regression, const RunContext& context);

}  // namespace isotherm

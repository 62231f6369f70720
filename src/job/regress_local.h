// The part of a regression job that fits geographically weighted regressions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "isotherm/io/json_writer.h"
#include "isotherm/model/design.h"
#include "regress_parts.h"
#include "regress_tables.h"

namespace isotherm {

/// "knn", "knn:60", "knn:40:400", "distance", "distance:1500", "distance:500:5000" (metres). Throws
/// Error(usage) for others, and for options of local models when `models` has none.
void check_local_options(const RegressJob& job, const std::vector<const RegressModel*>& models);

/// With the bandwidth asked for or searched; distances in metres. Says on the log what a bandwidth costs, and
/// refuses what would take days.
Fit fit_local(const Regression& regression, Design design, std::span<const double> y,
              std::span<const std::size_t> rows, const RunContext& context);

/// Held rows predicted from the others with the bandwidth that all rows of the period gave. NaN elsewhere.
std::vector<double> predict_local(const Regression& regression, const RegressModel& model, std::size_t period,
                                  std::span<const std::size_t> rows, const Weights& weights,
                                  std::span<const char> held, const RunContext& context);

/// In a sentence: bandwidth and how it was found, effective parameters, what they are worth.
std::string local_note(const LocalTerms& local, double aicc);
/// For a person: how coefficients spread over places.
std::string local_table(const LocalTerms& local, TableStyle style);
/// As members of an object that is open.
void add_local(JsonWriter& json, const LocalTerms& local);
/// Name of the column of residual tables that holds a term's coefficient: "gwr_ndvi_mean".
std::string local_column(std::string_view model, const std::string& term);

}  // namespace isotherm

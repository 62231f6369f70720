// What a scenario is asked and what it answers, apart from how it is worked out.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "isotherm/core/table.h"
#include "isotherm/job/scenario.h"
#include "isotherm/model/change.h"
#include "scenario_climate.h"

namespace isotherm {

/// What the user asked for, checked before anything is read.
struct ScenarioPlan {
  std::vector<int> years;
  std::optional<YearSpan> base;
  bool changes_as_given = false;  ///< --base none: the file holds changes
  double response = 1, response_deviation = 0;
  std::vector<double> levels;
  std::vector<Change> changes;
  bool from_observed = true;
};
ScenarioPlan plan_scenario(const ScenarioJob& job);

/// Means and variances of the cells in one year, by where they come from.
struct ScenarioFuture {
  int year = 0;
  std::vector<double> start, drivers, rules, climate;                         ///< the mean is their sum
  std::vector<double> of_coefficients, of_residuals, of_drivers, of_climate;  ///< variances
  std::vector<double> delta, delta_deviation;  ///< of the air: mean over climate models and their deviation
  std::size_t models = 0;
};

/// The rows of the result: a row per cell and year.
class ScenarioTable {
 public:
  /// `rows` of `cells` are those that the futures speak of. Keeps references.
  ScenarioTable(const Table& cells, std::optional<std::size_t> id, std::span<const std::size_t> rows,
                const std::string& response, const std::string& from, std::span<const double> levels);
  const TableSchema& schema() const { return schema_; }
  Table rows_of(const ScenarioFuture& future) const;

 private:
  const Table& cells_;
  std::vector<std::size_t> kept_;  ///< columns of names and, without outlines, of coordinates
  std::span<const std::size_t> rows_;
  std::span<const double> levels_;
  TableSchema schema_;
};

}  // namespace isotherm

// The drivers of a fitted model in years to come: each cell's own series continued.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "isotherm/core/run_context.h"
#include "isotherm/job/scenario.h"

namespace isotherm {

/// A column of the table in the future: a value and a standard deviation per cell.
struct DriverFuture {
  std::string column;
  std::vector<double> mean, deviation;
};

/// Continues the numeric columns `columns` of the cells' panel, cell by cell, to the period `year`; `ids` are
/// the cells wanted, in order. A column that does not change over time in any cell is left out.
/// Columns `by` and `id` name period and cell. Throws Error.
class Drivers {
 public:
  Drivers(const ScenarioJob& job, const std::string& by, const std::string& id,
          std::span<const std::string> columns, std::span<const std::string> ids, const RunContext& context);
  ~Drivers();

  std::vector<DriverFuture> in_year(int year, const RunContext& context) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace isotherm

#include "regress_spatial.h"

#include <algorithm>
#include <string>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "weights_source.h"

namespace isotherm {

LogDeterminant& Determinants::of(const Weights& weights) {
  for (Entry& entry : entries_) {
    if (entry.weights == weights) return *entry.determinant;
  }
  // In a list entries stay where they are: the log-determinant keeps a reference to its weights.
  Entry& entry = entries_.emplace_back(Entry{weights, nullptr});
  entry.determinant =
      std::make_unique<LogDeterminant>(entry.weights, LogDeterminantChoice{method_, 1, threads_});
  return *entry.determinant;
}

LogDeterminantMethod log_determinant_method(const std::string& name) {
  std::vector<std::string> names;
  for (const LogDeterminantRow& row : log_determinant_methods()) {
    if (row.name == name) return row.method;
    names.emplace_back(row.name);
  }
  throw Error(ErrorKind::usage,
              "--logdet '" + name + "': there are " + join(names, ", ") + suggestion(name, names));
}

void require_balanced(const Regression& regression, const RegressModel& model,
                      std::span<const std::size_t> periods, const std::string& cell_column) {
  const RegressPeriod& first = regression.periods[periods.front()];
  const auto refuse = [&](const RegressPeriod& period, const std::string& what) {
    throw Error(ErrorKind::input,
                "model " + std::string(model.name) + " needs the same cells in every " + regression.job.by +
                    ", and " + period.name + " " + what + " " + first.name +
                    "; keep the cells that are complete in all of them, or leave periods out");
  };
  if (periods.size() < 2) {
    throw Error(ErrorKind::input, "model " + std::string(model.name) +
                                      " needs at least two periods, and there is " + first.name + " alone");
  }
  for (std::size_t k : periods.subspan(1)) {
    const RegressPeriod& period = regression.periods[k];
    if (period.rows.size() != first.rows.size()) {
      refuse(period, "has " + std::to_string(period.rows.size()) + " complete ones against " +
                         std::to_string(first.rows.size()) + " of");
    }
    std::vector<std::size_t> both = first.rows;
    both.insert(both.end(), period.rows.begin(), period.rows.end());
    const std::vector<std::int64_t> cells = codes_of_column(regression.cells.table, cell_column, both);
    if (!std::equal(cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(first.rows.size()),
                    cells.begin() + static_cast<std::ptrdiff_t>(first.rows.size())))
      refuse(period, "has others, or another order, than");
    if (!(period.weights == first.weights)) refuse(period, "has other weights than");
  }
}

}  // namespace isotherm

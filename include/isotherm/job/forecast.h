// The forecasting job: continues every cell's series of a table.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/core/run_context.h"
#include "isotherm/job/inputs.h"

namespace isotherm {

struct ForecastJob {
  std::string table;  ///< long (a row per cell and time) or wide (a row per cell)
  std::string layer;
  std::string crs;                  ///< of outlines that do not say theirs
  std::string id;                   ///< column that names a cell; empty: the table is one series
  std::string time;                 ///< column of times; empty: wide, columns VALUE_<time>
  std::vector<std::string> values;  ///< columns to continue
  std::string every;                ///< calendar: year | season | month | Nd; empty: as the times are written
  std::string aggregate = "mean";   ///< how several values of a step become one
  int period = 0;                   ///< steps in a season's cycle; 0: from the calendar
  int horizon = 1;
  std::string model = "auto";  ///< parse_forecast_model
  std::string criterion = "aicc";
  std::string pool = "none";            ///< cells that share smoothing weights: none | all | class:COLUMN
  std::vector<std::string> regressors;  ///< columns that explain the values, with ETS errors
  std::vector<std::string> quantiles{"0.1", "0.5", "0.9"};
  int seed = 1;
  int paths = 2000;
  int backtest = 0;                           ///< last steps to hold back, one after another
  std::vector<std::string> compare{"naive"};  ///< models scored beside the model
  std::string scores;                         ///< table of the back-test
  bool calibrate = false;                     ///< quantiles from the back-test's errors
  std::string layout = "long";
  std::string total;               ///< column of areas whose means or sums are continued, too
  std::string total_as = "mean";   ///< total_words()
  std::string totals;              ///< table of that
  bool areas = false;              ///< the series are those of areas: `id` names areas, rows are their cells
  std::string details;             ///< JSON lines: a fit per series
  bool components = false;         ///< with fitted values, level, trend and season in the details
  std::vector<std::string> plots;  ///< cells to draw; "mean" is the mean of all
  std::string plot_file = "{cell}_{variable}.svg";
  TableOutput output;
};

struct TotalRow {
  std::string_view name;
  std::string_view help;
};
std::span<const TotalRow> total_rows();

struct CriterionRow {
  std::string_view name;
  std::string_view help;
};
std::span<const CriterionRow> criterion_rows();

/// Writes the table. Throws Error.
void run(const ForecastJob& job, const RunContext& context);

}  // namespace isotherm

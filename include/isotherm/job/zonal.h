// The main job: statistics of indices per cell and date.
#pragma once

#include <string>
#include <vector>

#include "isotherm/backend/backend.h"
#include "isotherm/core/run_context.h"
#include "isotherm/job/inputs.h"
#include "isotherm/job/provenance.h"

namespace isotherm {

struct ZonalJob {
  SceneInputs input;
  FormulaInputs formulas;  ///< none given: every band of the input
  ZoneInputs zones;
  std::string coverage = "exact";                      ///< a name of coverage_rules()
  std::vector<std::string> stats{"mean,count,valid"};  ///< "mean,p90" for all, "lst_c:median" for one
  std::vector<std::string> derive;                     ///< "spread = p90 - p10"
  std::vector<std::string> classes;                    ///< of the statistic fraction: "1", "11..14"
  std::string weight;                       ///< raster of a second weight per pixel, or "area"; empty: none
  std::vector<std::string> features;        ///< counted in zones: "building=houses.gpkg:footprints"
  std::string period;                       ///< "" or day | month | season | year
  std::vector<std::string> reduce{"mean"};  ///< with period: mean | median | min | max | count
  std::string layout = "long";              ///< long | wide
  std::vector<std::string> parents;         ///< "2=cells96.gpkg": tables of larger squares
  TableOutput output;                       ///< path may hold {date} or {period}
  std::vector<std::string> columns;         ///< describing columns to write; empty: all
  double min_valid = 0;                     ///< cell-dates with a smaller valid share count as missing
  bool allow_empty = false;                 ///< a result without any value is no error
  std::string timing;                       ///< file for stage times as JSON; empty: none
  std::string coverage_from;                ///< file of coverage to use; empty: none
  std::string save_coverage;                ///< file to keep the coverage in; empty: none
  std::string shard;                        ///< "2/5": do that share and write a part; empty: all
  bool skip_done = false;                   ///< with shard: a part that is there already is not made again
  BackendChoice backend;
  ProvenanceInputs provenance;
  Invocation invocation;  ///< as given, for records; may be empty
};

/// Writes the table. Throws Error.
void run(const ZonalJob& job, const RunContext& context);

}  // namespace isotherm

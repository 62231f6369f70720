// isotherm merge: parts of a run into one table.
#include <memory>

#include "cli/commands.h"
#include "cli/options/invocation.h"
#include "cli/options/shared.h"
#include "isotherm/job/merge.h"

namespace isotherm::cli {

namespace {

Work declare(Options& options, RunOptions& run) {
  const auto job = std::make_shared<MergeJob>();
  options.group("Parts");
  options
      .arguments("parts", job->parts, "PART", "The parts that 'isotherm zonal --shard' wrote, in any order.")
      .files = true;
  options.flag("allow-empty", job->allow_empty, "A table without values is no error.");
  add_table_options(options, job->output, "The name may hold {date}, {scene} or {period}: one file each.");
  add_provenance_options(options, job->provenance);
  add_work_options(options, run);
  add_message_options(options, run);
  return [job, &options](const RunContext& context) {
    job->invocation = invocation_of("merge", options);
    isotherm::run(*job, context);
  };
}

}  // namespace

Command merge_command() {
  return {
      "merge",
      "Tables",
      "parts of a shared run into one table",
      "Joins the parts that several processes made with 'isotherm zonal --shard' into the table that one "
      "process would have written: the same bytes, in any format.\n\n"
      "Parts know what they were made of. Parts of different runs (other scenes, options or version), "
      "parts given twice and missing parts are refused, by name.",
      "Holds a batch of zones; where the zones of parts alternate, as those of polygons do, one per part.",
      {{"Three parts made anywhere, one table",
        "isotherm merge cells-1-of-3.part cells-2-of-3.part cells-3-of-3.part -o cells.geojson"},
       {"A file per date", "isotherm merge parts/*.part -o 'cells_{date}.csv'"}},
      declare};
}

}  // namespace isotherm::cli

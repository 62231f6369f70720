// isotherm plan: what a zonal run would read, need and take.
#include <memory>

#include "cli/commands.h"
#include "cli/options/invocation.h"
#include "cli/options/shared.h"
#include "cli/options/zonal_options.h"
#include "isotherm/job/plan.h"

namespace isotherm::cli {

namespace {

Work declare(Options& options, RunOptions& run) {
  const auto job = std::make_shared<PlanJob>();
  add_zonal_options(options, run, job->zonal).required = false;
  options.group("Plan");
  options.flag("json", job->json, "Print the plan as JSON.");
  return [job](const RunContext& context) {
    require_scenes(job->zonal.input);
    isotherm::run(*job, context);
  };
}

}  // namespace

Command plan_command() {
  return {
      "plan",
      "Tables",
      "what a zonal run would read, need and take",
      "Takes the options of 'isotherm zonal' and prints what the run would be: zones, pixels, blocks and "
      "bytes to read, batches, memory, and seconds as estimated from rates measured on one machine of two "
      "cores. Zones and rows are the most there can be: those outside every scene are left out later. "
      "Metadata and zones are read, pixels are not; nothing is written.\n\n"
      "With --shard, of that share.",
      "",
      {{"Before a long run",
        "isotherm plan scenes/LC* --index ndvi,lst_c --zones hex:100 --threads 16 --memory 8G"},
       {"One share of twenty, as JSON",
        "isotherm plan scenes/LC* --index lst_c --zones hex:30 --shard 1/20 --json"}},
      declare};
}

}  // namespace isotherm::cli

// isotherm doctor: what this program can count on here.
#include <memory>

#include "cli/commands.h"
#include "isotherm/job/doctor.h"

namespace isotherm::cli {

namespace {

Work declare(Options& options, RunOptions& run) {
  const auto job = std::make_shared<DoctorJob>();
  options.group("Output");
  options.flag("json", job->json, "Print JSON instead of text.");
  options.group("Processor");
  options.bytes("copy", job->copied, "Memory of a card to copy for the reading of its bandwidth.")
      .default_text = "1G";
  add_work_options(options, run);
  add_message_options(options, run);
  return [job](const RunContext& context) { isotherm::run(*job, context); };
}

}  // namespace

Command doctor_command() {
  return {"doctor",
          "General",
          "what this program can count on here: threads, memory, GPU",
          "Prints how many threads and how much memory commands take by default, which GPU was found, its "
          "memory, a "
          "quick reading of its bandwidth, and which backends can be used. That there is no GPU is a "
          "finding, not an "
          "error.",
          "A quarter of a card's free memory at most, for the reading.",
          {{"What was found", "isotherm doctor"}, {"For a program", "isotherm doctor --json"}},
          declare};
}

}  // namespace isotherm::cli

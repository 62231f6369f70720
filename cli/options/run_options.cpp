#include "cli/options/run_options.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "isotherm/core/error.h"

namespace isotherm::cli {

void add_work_options(Options& options, RunOptions& run) {
  options.group("Running");
  options.integer("threads", run.threads, 1, "N", "Threads to work with. The result does not depend on it.")
      .default_text = "all cores";
  options
      .bytes("memory", run.memory,
             "Memory for pixels, coverage and caches, such as 512M or 2G. The result does not depend on it.")
      .default_text = "a quarter of the memory";
  options.flag("overwrite", run.overwrite, "Replace outputs that exist. Without it they are left alone.");
  options.flag("progress", run.progress, "Show progress on standard error even where it is no terminal.");
  options.flag("no-progress", run.no_progress, "Show no progress.");
}

void add_message_options(Options& options, RunOptions& run) {
  options.group("Messages");
  options.flag("q,quiet", run.quiet, "Say no notes; warnings and errors stay.");
  options.flag("v,verbose", run.verbose, "Say more about what is done.");
  OptionRow& log = options.choice("log", run.log, {{"text", "sentences"}, {"json", "one JSON object a line"}},
                                  "Form of the messages on standard error.");
  log.early = true;
  OptionRow& config =
      options.text("config", run.config, "FILE",
                   "Options from a TOML file, under their long names; a table [command] holds those of "
                   "one command. The command line wins. Unknown names are errors.");
  config.files = true;
  options.flag("h,help", run.help, "Print this help.");
}

void check(const RunOptions& run) {
  const auto both = [](std::string_view a, std::string_view b) {
    throw Error(ErrorKind::usage,
                "--" + std::string(a) + " and --" + std::string(b) + " exclude each other; give one of them");
  };
  if (run.progress && run.no_progress) both("progress", "no-progress");
  if (run.quiet && run.verbose) both("quiet", "verbose");
}

int threads_of(const RunOptions& run) {
  return run.threads > 0 ? run.threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

std::size_t memory_of(const RunOptions& run) {
  if (run.memory > 0) return run.memory;
  std::size_t whole =
      static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  std::size_t limit = 0;
  if (std::ifstream("/sys/fs/cgroup/memory.max") >> limit && limit > 0) whole = std::min(whole, limit);
  return std::max(whole / 4, std::size_t{64} << 20);
}

}  // namespace isotherm::cli

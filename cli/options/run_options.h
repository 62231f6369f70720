// How to run, whatever the command: threads, memory, messages.
#pragma once

#include <cstddef>
#include <string>

#include "cli/options/options.h"

namespace isotherm::cli {

struct RunOptions {
  int threads = 0;         ///< 0: all cores
  std::size_t memory = 0;  ///< bytes; 0: a quarter of the machine's memory
  bool overwrite = false;
  bool progress = false;     ///< also where standard error is no terminal
  bool no_progress = false;  ///< not even on a terminal
  bool quiet = false;
  bool verbose = false;
  std::string log = "text";
  std::string config;
  bool help = false;
};

/// For commands that work on data.
void add_work_options(Options& options, RunOptions& run);
/// For every command: the last group.
void add_message_options(Options& options, RunOptions& run);

/// Options that do not fit each other: Error(usage).
void check(const RunOptions& run);

int threads_of(const RunOptions& run);
/// The default is a quarter of what the machine, or the control group the program runs in, has.
std::size_t memory_of(const RunOptions& run);

}  // namespace isotherm::cli

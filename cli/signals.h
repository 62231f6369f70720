// Ctrl-C, kill and closed pipes.
#pragma once

#include "isotherm/core/run_context.h"

namespace isotherm::cli {

/// From now on SIGINT, SIGTERM and SIGHUP ask `stop` to end the job; a second one removes unfinished outputs
/// and ends the process at once. SIGPIPE is ignored: a closed pipe shows as an error of the write. `stop`
/// must outlive the process's work.
void watch_signals(StopToken& stop);

/// True when standard output is a pipe that nobody reads any more.
bool reader_is_gone();

}  // namespace isotherm::cli

// The list of commands. A command is one file cmd_<name>.cpp and one row here; help, manual pages, command
// pages and completions follow from the row and from the options it declares.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options/options.h"
#include "cli/options/run_options.h"
#include "isotherm/core/run_context.h"

namespace isotherm::cli {

struct Example {
  std::string_view what;  ///< one line
  std::string_view line;  ///< as typed
};

using Work = std::function<void(const RunContext&)>;

struct Command {
  std::string_view name;
  std::string_view group;    ///< heading in the list of commands; empty: not listed
  std::string_view summary;  ///< one line
  std::string_view about;    ///< paragraphs, parted by empty lines
  std::string_view memory;   ///< what it holds in memory, for its page; empty: nothing worth saying
  std::vector<Example> examples;
  /// Adds the options and gives the work to do once they are parsed. Opens nothing.
  Work (*declare)(Options& options, RunOptions& run);
};

/// All commands in the order of documentation.
std::span<const Command> commands();
std::vector<std::string> command_names();
/// Null when there is none of that name.
const Command* find_command(std::string_view name);

Command zonal_command();
Command plan_command();
Command merge_command();
Command index_command();
Command grid_command();
Command forecast_command();
Command regress_command();
Command predict_command();
Command scenario_command();
Command hotspot_command();
Command weights_command();
Command info_command();
Command search_command();
Command fetch_command();
Command catalog_command();
Command doctor_command();
Command completions_command();
Command docs_command();

}  // namespace isotherm::cli

// Help on a terminal, and the small words about text that all documentation shares.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.h"

namespace isotherm::cli {

/// A command with its options declared and nothing parsed: what documentation walks over.
struct Declared {
  explicit Declared(const Command& row) : command(row) { work = row.declare(options, run); }
  Declared(const Declared&) = delete;  // options are bound to its members
  const Command& command;
  RunOptions run;
  Options options;
  Work work;
};

/// `isotherm --help`.
std::string program_help();
/// `isotherm COMMAND --help`.
std::string command_help(const Command& command, const Options& options);

/// "isotherm zonal [OPTION]... --zones GRID|FILE --output FILE [SCENE]..."
std::string usage_line(const Command& command, const Options& options);
/// "-o, --output FILE"
std::string option_heading(const OptionRow& row);
/// Rows by heading, in order of declaration; positional arguments stand first in theirs.
std::vector<std::pair<std::string, std::vector<const OptionRow*>>> grouped(const Options& options);
/// "(required)", "(with --period; default: mean)" or nothing.
std::string option_note(const OptionRow& row);
/// Paragraphs of a text parted by empty lines.
std::vector<std::string> paragraphs(std::string_view text);

}  // namespace isotherm::cli

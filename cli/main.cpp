// isotherm: the program. Finds the command in the list, lets it declare its options, parses, runs, and turns
// what went wrong into one sentence and an exit code.
#include <iostream>
#include <new>

#include "cli/help.h"
#include "cli/messages.h"
#include "cli/signals.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/core/version.h"
#include "isotherm/io/library_memory.h"

using namespace isotherm;
using namespace isotherm::cli;

namespace {

const Command& command_named(const std::string& name) {
  if (const Command* command = find_command(name)) return *command;
  if (name.starts_with("-"))
    throw Error(ErrorKind::usage, "unknown option '" + name + "'; see isotherm --help");
  const std::vector<std::string> names = command_names();
  throw Error(ErrorKind::usage,
              "unknown command '" + name + "'" + suggestion(name, names) + "; see isotherm --help");
}

void run_command(Declared& declared, const std::vector<std::string>& arguments, Messages& messages,
                 const StopToken& stop) {
  try {
    declared.options.parse(declared.command.name, arguments, command_names());
  } catch (...) {
    messages.configure(declared.run);  // --log may have been read before the refusal
    throw;
  }
  messages.configure(declared.run);
  if (!declared.options.given("help").empty()) {
    std::cout << command_help(declared.command, declared.options);
    return;
  }
  check(declared.run);
  const RunContext context{.threads = threads_of(declared.run),
                           .memory = memory_of(declared.run),
                           .overwrite = declared.run.overwrite,
                           .log = messages,
                           .progress = messages,
                           .stop = stop};
  // Pixels, coverage and our own caches share seven eighths of the budget.
  bound_library_memory(context.memory / 8);
  try {
    declared.work(context);
  } catch (const Error& error) {
    const std::vector<std::string>& output = declared.options.given("output");
    const bool to_stdout = output.empty() || output.front() == "-";
    // Whoever read our output has had enough ("| head"): that is no failure.
    if (error.kind() != ErrorKind::output || !to_stdout || !reader_is_gone()) throw;
  }
}

void run_program(const std::vector<std::string>& arguments, Messages& messages, const StopToken& stop) {
  const std::string first = arguments.empty() ? "" : arguments.front();
  if (first.empty()) throw Error(ErrorKind::usage, "no command given; see isotherm --help");
  if (first == "--version") {
    std::cout << "isotherm " << version() << "\n";
  } else if (first == "--help" || first == "-h") {
    std::cout << program_help();
  } else {
    const Command& command = command_named(first);
    messages.set_command(first);
    Declared declared(command);
    run_command(declared, {arguments.begin() + 1, arguments.end()}, messages, stop);
  }
  if (!std::cout.flush() && !reader_is_gone())
    throw Error(ErrorKind::output, "cannot write to standard output");
}

}  // namespace

int main(int argc, char** argv) {
  static StopToken stop;  // outlives everything a signal may meet
  watch_signals(stop);
  Messages messages;
  try {
    try {
      run_program({argv + 1, argv + argc}, messages, stop);
      return 0;
    } catch (const Error&) {
      throw;
    } catch (const std::bad_alloc&) {
      throw Error(ErrorKind::internal, "out of memory; give a smaller --memory or fewer --threads");
    } catch (const std::exception& error) {
      throw Error(ErrorKind::internal, std::string("internal error: ") + error.what());
    }
  } catch (const Error& error) {
    messages.error(error);
    return exit_code(error.kind());
  }
}

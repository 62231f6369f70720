// isotherm completions: what a shell may offer behind "isotherm".
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/docs.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm::cli {

namespace {

struct Shell {
  std::string_view name;
  std::string (*script)();
};
constexpr Shell kShells[] = {{"bash", bash_completion}, {"zsh", zsh_completion}, {"fish", fish_completion}};

void print(const std::vector<std::string>& arguments) {
  std::vector<std::string> names;
  for (const Shell& shell : kShells) {
    if (arguments.size() == 1 && arguments[0] == shell.name) {
      std::cout << shell.script();
      return;
    }
    names.emplace_back(shell.name);
  }
  const std::string wrong = arguments.size() == 1 ? "'" + arguments[0] + "' is no shell known here; " : "";
  throw Error(ErrorKind::usage, wrong + "name one shell of " + join(names, ", "));
}

Work declare(Options& options, RunOptions& run) {
  const auto shells = std::make_shared<std::vector<std::string>>();
  options.group("Completions");
  OptionRow& row = options.arguments("shell", *shells, "SHELL", "Shell to write for.");
  for (const Shell& shell : kShells) row.words.push_back({std::string(shell.name), ""});
  add_message_options(options, run);
  return [shells](const RunContext&) { print(*shells); };
}

}  // namespace

Command completions_command() {
  return {"completions",
          "General",
          "completions for a shell, on standard output",
          "Prints a script that teaches a shell the commands, options and values of isotherm. The installed "
          "package "
          "brings these files along.",
          "",
          {{"For bash, in this session", "source <(isotherm completions bash)"},
           {"For fish, to stay", "isotherm completions fish > ~/.config/fish/completions/isotherm.fish"}},
          declare};
}

}  // namespace isotherm::cli

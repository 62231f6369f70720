// isotherm docs: writes the pages of docs/cli. Not listed: it is for the build and for whoever changes an
// option.
#include <filesystem>
#include <fstream>
#include <memory>

#include "cli/commands.h"
#include "cli/docs.h"
#include "isotherm/core/error.h"

namespace isotherm::cli {

namespace {

void put(const std::filesystem::path& path, const std::string& text) {
  std::error_code failed;
  std::filesystem::create_directories(path.parent_path(), failed);
  std::ofstream file(path, std::ios::binary);
  if (!(file << text) || !file.flush()) throw Error(ErrorKind::output, "cannot write " + path.string());
}

void write_documentation(const std::vector<std::string>& arguments) {
  if (arguments.size() != 1) throw Error(ErrorKind::usage, "name one folder to write the documentation into");
  const std::filesystem::path folder = arguments.front();
  put(folder / "README.md", markdown_overview());
  put(folder / "man" / "isotherm.1", manual_overview());
  for (const Command& command : commands()) {
    if (command.group.empty()) continue;
    const Declared declared(command);
    const std::string name(command.name);
    put(folder / (name + ".md"), markdown_page(declared));
    put(folder / "man" / ("isotherm-" + name + ".1"), manual_page(declared));
  }
  put(folder / "completions" / "isotherm.bash", bash_completion());
  put(folder / "completions" / "_isotherm", zsh_completion());
  put(folder / "completions" / "isotherm.fish", fish_completion());
}

Work declare(Options& options, RunOptions& run) {
  const auto folder = std::make_shared<std::vector<std::string>>();
  options.group("Documentation");
  options.arguments("folder", *folder, "DIR", "Folder to write into.").files = true;
  add_message_options(options, run);
  return [folder](const RunContext&) { write_documentation(*folder); };
}

}  // namespace

Command docs_command() {
  return {
      "docs",
      "",
      "write the command pages, manual pages and completions",
      "Writes what docs/cli holds: a page and a manual page per command, and completions for three shells.",
      "",
      {},
      declare};
}

}  // namespace isotherm::cli

#include "cli/help.h"

#include <algorithm>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/core/version.h"

namespace isotherm::cli {

namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kColumn = 26;  ///< where the help of an option starts

/// Words of `text` in lines of at most kWidth, each behind `indent` blanks.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string out, line;
  const auto flush = [&] {
    if (!line.empty()) out += std::string(indent, ' ') + line + "\n";
    line.clear();
  };
  for (const std::string& word : split(text, ' ')) {
    if (!line.empty() && indent + line.size() + 1 + word.size() > kWidth) flush();
    line += (line.empty() ? "" : " ") + word;
  }
  flush();
  return out;
}

/// `head` in the left column, `text` wrapped in the right one.
std::string entry(const std::string& head, std::string_view text) {
  std::string body = wrapped(text, kColumn);
  const std::string left = "  " + head;
  if (left.size() + 2 > kColumn) return left + "\n" + body;
  if (body.empty()) return left + "\n";
  return left + body.substr(left.size());
}

std::string option_entry(const OptionRow& row) {
  std::string text = row.help;
  if (!row.words.empty()) {
    std::vector<std::string> names;
    for (const Word& word : row.words) names.push_back(word.name);
    text += (row.closed ? " One of: " : " Known: ") + join(names, ", ") + ".";
  }
  const std::string note = option_note(row);
  const std::string head = (row.short_name.empty() && !row.positional ? "    " : "") + option_heading(row);
  return entry(head, text + (note.empty() ? "" : " " + note));
}

std::string exit_code_table() {
  std::string out = "Exit codes:\n";
  for (const ExitCode& row : exit_codes()) out += entry(std::to_string(row.code), row.meaning);
  return out;
}

}  // namespace

std::vector<std::string> paragraphs(std::string_view text) {
  std::vector<std::string> found;
  while (!text.empty()) {
    const std::size_t end = text.find("\n\n");
    found.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 2);
  }
  return found;
}

std::string option_heading(const OptionRow& row) {
  if (row.positional) return row.value + "...";
  return (row.short_name.empty() ? "" : "-" + row.short_name + ", ") + "--" + row.name +
         (row.is_flag() ? "" : " " + row.value);
}

std::string option_note(const OptionRow& row) {
  std::vector<std::string> parts;
  if (row.required) parts.push_back("required");
  if (!row.beside.empty()) parts.push_back("with --" + join(row.beside, " or --"));
  if (!row.required && !row.default_text.empty()) parts.push_back("default: " + row.default_text);
  return parts.empty() ? "" : "(" + join(parts, "; ") + ")";
}

std::string usage_line(const Command& command, const Options& options) {
  std::string line = "isotherm " + std::string(command.name) + " [OPTION]...", last;
  for (const OptionRow& row : options.rows()) {
    if (row.positional) {
      last += row.required ? " " + row.value : " [" + row.value + "]...";
    } else if (row.required) {
      line += " --" + row.name + " " + row.value;
    }
  }
  return line + last;
}

std::vector<std::pair<std::string, std::vector<const OptionRow*>>> grouped(const Options& options) {
  std::vector<std::pair<std::string, std::vector<const OptionRow*>>> groups;
  for (const OptionRow& row : options.rows()) {
    auto found =
        std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.first == row.group; });
    if (found == groups.end()) found = groups.insert(groups.end(), {row.group, {}});
    found->second.push_back(&row);
  }
  return groups;
}

std::string command_help(const Command& command, const Options& options) {
  std::string out = "isotherm " + std::string(command.name) + ": " + std::string(command.summary) +
                    "\n\nUsage: " + usage_line(command, options) + "\n\n";
  for (const std::string& paragraph : paragraphs(command.about)) out += wrapped(paragraph, 0) + "\n";
  for (const auto& [title, rows] : grouped(options)) {
    out += title + ":\n";
    for (const OptionRow* row : rows) out += option_entry(*row);
    out += "\n";
  }
  out += exit_code_table();
  if (!command.examples.empty()) out += "\nExamples:\n";
  for (const Example& example : command.examples) {
    out += "  # " + std::string(example.what) + "\n  " + std::string(example.line) + "\n";
  }
  return out;
}

std::string program_help() {
  std::string out =
      "isotherm " + std::string(version()) +
      ": urban heat from satellite rasters\n\nUsage: isotherm COMMAND [OPTION]... [ARGUMENT]...\n\n";
  std::vector<std::string_view> groups;
  for (const Command& command : commands()) {
    if (!command.group.empty() && std::find(groups.begin(), groups.end(), command.group) == groups.end()) {
      groups.push_back(command.group);
    }
  }
  for (const std::string_view group : groups) {
    out += std::string(group) + ":\n";
    for (const Command& command : commands()) {
      if (command.group == group) out += entry(std::string(command.name), command.summary);
    }
    out += "\n";
  }
  out += "Options:\n" + entry("--version", "Print the version.") +
         entry("-h, --help", "Print this help; 'isotherm COMMAND --help' prints that of a command.") + "\n";
  return out + exit_code_table();
}

}  // namespace isotherm::cli

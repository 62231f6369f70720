// Reading a command line into rows. CLI11 cuts the arguments into options and values; what a value means, and
// every message, is ours.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "cli/options/config_file.h"
#include "cli/options/options.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm::cli {

namespace {
[[noreturn]] void refuse(const std::string& text) { throw Error(ErrorKind::usage, text); }

std::vector<std::string> option_names(const std::deque<OptionRow>& rows) {
  std::vector<std::string> names;
  for (const OptionRow& row : rows) {
    if (!row.positional) names.push_back("--" + row.name);
  }
  return names;
}

std::vector<std::string> split_lists(const OptionRow& row, const std::vector<std::string>& values) {
  if (!row.list) return values;
  std::vector<std::string> parts;
  for (const std::string& value : values) {
    for (std::string& part : split(value, ',')) {
      if (part.empty()) refuse(row.title() + ": '" + value + "' has an empty part");
      if (!row.whole) parts.push_back(std::move(part));
    }
    if (row.whole) parts.push_back(value);
  }
  return parts;
}
}  // namespace

std::vector<std::string> Options::read_options(const std::vector<std::string>& arguments) {
  CLI::App app;
  app.set_help_flag();  // --help is a row like the others
  app.allow_extras();
  std::map<const OptionRow*, CLI::Option*> made;
  for (const OptionRow& row : rows_) {
    if (row.positional) continue;  // CLI11 would take "[a,b]" apart; what it leaves over is ours
    const std::string names = (row.short_name.empty() ? "" : "-" + row.short_name + ",") + "--" + row.name;
    if (row.is_flag()) {
      made[&row] = app.add_flag(names)->disable_flag_override();
    } else {  // one value at a time, so that "--index ndvi scene" leaves the scene alone
      made[&row] = app.add_option(names)->expected(1, CLI::detail::expected_max_vector_size);
      made[&row]->allow_extra_args(false);
    }
  }
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // CLI11 takes from the back
  } catch (const CLI::ParseError& error) {
    for (const OptionRow& row : rows_) {
      const std::string& last = arguments.back();
      if (last == row.title() || last == "-" + row.short_name) {
        refuse(row.title() + " needs a value: " + row.title() + " " + row.value);
      }
      for (const std::string& argument : arguments) {
        if (row.is_flag() && argument.starts_with(row.title() + "=")) refuse(row.title() + " takes no value");
      }
    }
    refuse(error.what());
  }
  for (const auto& [row, option] : made) {
    for (const std::string& value : option->results()) {
      if (value.starts_with("--")) refuse(row->title() + " needs a value before '" + value + "'");
    }
    if (option->count() > 0) values_[row->name] = split_lists(*row, option->results());
  }
  return app.remaining();
}

void Options::read_rest(const std::vector<std::string>& rest) {
  const auto row = std::find_if(rows_.begin(), rows_.end(), [](const OptionRow& r) { return r.positional; });
  bool options_ended = false;
  for (const std::string& argument : rest) {
    if (!options_ended && argument == "--") {
      options_ended = true;
    } else if (!options_ended && argument.size() > 1 && argument.starts_with("-")) {
      const std::string name = argument.substr(0, argument.find('='));
      refuse("unknown option '" + name + "'" + suggestion(name, option_names(rows_)));
    } else if (row == rows_.end()) {
      refuse("takes no argument '" + argument + "'");
    } else {
      values_[row->name].push_back(argument);
    }
  }
}

void Options::read_config(std::string_view command, const std::string& path,
                          const std::vector<std::string>& sections) {
  std::vector<std::string> names;
  for (const OptionRow& row : rows_) {
    if (row.name != "config" && row.name != "help") names.push_back(row.name);
  }
  for (const ConfigEntry& entry : read_config_file(path, command, sections)) {
    const std::string where = path + ":" + std::to_string(entry.line) + ": ";
    const auto row =
        std::find_if(rows_.begin(), rows_.end(), [&](const auto& r) { return r.name == entry.key; });
    if (std::find(names.begin(), names.end(), entry.key) == names.end()) {
      refuse(where + "'" + entry.key + "' is no option of " + std::string(command) +
             suggestion(entry.key, names));
    }
    if (row->is_flag() &&
        (entry.values.size() != 1 || (entry.values[0] != "true" && entry.values[0] != "false"))) {
      refuse(where + entry.key + " is true or false");
    }
    if (!row->repeats && entry.values.size() != 1) refuse(where + entry.key + " takes one value");
    if (entry.values.empty()) refuse(where + entry.key + " has no values");
    if (given(row->name).empty()) values_[row->name] = split_lists(*row, entry.values);
  }
}

void Options::check(const OptionRow& row) const {
  const std::vector<std::string>& values = given(row.name);
  if (row.required && values.empty()) {
    refuse("needs " + (row.positional ? row.value : row.title() + " " + row.value) +
           "; --help shows an example");
  }
  if (!row.repeats && !row.is_flag() && values.size() > 1) {
    refuse(row.title() + " is given more than once ('" + values[0] + "' and '" + values[1] + "')");
  }
  if (std::find(values.begin(), values.end(), "") != values.end()) refuse(row.title() + " is empty");
  if (!values.empty() && !row.beside.empty() &&
      std::ranges::none_of(row.beside, [&](const std::string& name) { return !given(name).empty(); }))
    refuse(row.title() + " says nothing without --" + join(row.beside, " or --"));
  if (!row.closed) return;
  std::vector<std::string> names;
  for (const Word& word : row.words) names.push_back(word.name);
  for (const std::string& value : values) {
    if (std::find(names.begin(), names.end(), value) == names.end()) {
      refuse(row.title() + ": '" + value + "' is not one of " + join(names, ", ") + suggestion(value, names));
    }
  }
}

/// The file a value names, whatever way it is written; empty when it names none.
std::string made_file(const OptionRow& row, const std::string& value) {
  if (row.makes == Makes::nothing) return "";
  if (std::ranges::any_of(row.words, [&](const Word& word) { return word.name == value; })) return "";
  const std::string path = row.makes == Makes::named_file ? value.substr(value.find('=') + 1) : value;
  if (path == "-") return path;
  std::error_code unknown;
  // Made absolute first: of a name none of whose folders exist the canonical one stays as it was written.
  const std::filesystem::path whole =
      std::filesystem::weakly_canonical(std::filesystem::absolute(path, unknown), unknown);
  return unknown ? path : whole.string();
}

void Options::check_outputs() const {
  std::map<std::string, std::string> made;
  for (const OptionRow& row : rows_) {
    for (const std::string& value : given(row.name)) {
      const std::string path = made_file(row, value);
      if (path.empty()) continue;
      const auto [at, fresh] = made.try_emplace(path, row.title());
      if (fresh) continue;
      refuse(at->second + " and " + row.title() +
             (path == "-" ? " cannot both be standard output" : " name the same file"));
    }
  }
}

void Options::parse(std::string_view command, const std::vector<std::string>& arguments,
                    const std::vector<std::string>& sections) {
  const std::vector<std::string> rest = read_options(arguments);
  if (!given("help").empty()) return;
  const auto assign = [this](bool early) {
    for (const OptionRow& row : rows_) {
      if (row.early != early) continue;
      check(row);
      if (!given(row.name).empty()) row.assign(given(row.name));
    }
  };
  assign(true);
  read_rest(rest);
  if (!given("config").empty()) read_config(command, given("config").back(), sections);
  assign(true);  // the file may say how to report, too
  assign(false);
  check_outputs();
}

}  // namespace isotherm::cli

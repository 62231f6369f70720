// The options of one command, declared once as rows. Parsing, --help, manual pages, command pages and shell
// completions all read these rows, so they cannot disagree.
//
// Declaring binds a row to a variable that must outlive parse(). Parsing opens nothing but the file of
// --config. Everything wrong with the command line is Error(usage) that names the option; unknown names come
// with the nearest known one.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::cli {

/// A word that can stand as a value, with what it means.
struct Word {
  std::string name;
  std::string help;
};

/// Whether the run writes a file that a value names.
enum class Makes { nothing, file, named_file };  ///< the last: behind "NAME="

struct OptionRow {
  std::string group;                  ///< heading it stands under: "Scenes"
  std::string short_name;             ///< "o", or empty
  std::string name;                   ///< "output"; for a positional argument its key in a --config file
  std::string value;                  ///< what stands for the value in help: "FILE"; empty for a flag
  std::string help;                   ///< full sentences without the default
  std::string default_text;           ///< what holds when it is not given; empty: nothing worth saying
  std::vector<Word> words;            ///< values with a name, shown in help
  std::vector<std::string> complete;  ///< further values a shell may offer
  bool closed = false;                ///< only `words` are accepted
  bool list = false;                  ///< values may be joined by commas
  bool whole = false;                 ///< lists reach `assign` as they were given, not taken apart
  bool repeats = false;               ///< may be given several times
  bool files = false;                 ///< a shell may offer file names
  Makes makes = Makes::nothing;       ///< no two options of a run may make one file
  std::vector<std::string> beside;    ///< says nothing unless one of these options is given, too
  bool positional = false;
  bool required = false;
  bool early = false;  ///< read before anything is refused, because it says how to refuse
  std::function<void(const std::vector<std::string>&)> assign;  ///< called with at least one value

  bool is_flag() const { return value.empty(); }
  /// "--output", or "SCENE" for a positional argument: how messages call it.
  std::string title() const { return positional ? value : "--" + name; }
};

class Options {
 public:
  /// Heading of the rows declared next.
  void group(std::string title) { group_ = std::move(title); }

  // `names` is "zones" or "o,output". The value a variable has when declared is the default that help shows.
  OptionRow& flag(std::string_view names, bool& target, std::string help);
  OptionRow& text(std::string_view names, std::string& target, std::string value, std::string help);
  /// A file that the run writes.
  OptionRow& output(std::string_view names, std::string& target, std::string value, std::string help);
  OptionRow& choice(std::string_view names, std::string& target, std::vector<Word> words, std::string help);
  /// May be given several times; each value may be a comma list.
  OptionRow& list(std::string_view names, std::vector<std::string>& target, std::string value,
                  std::string help);
  /// May be given several times; a comma is part of the value.
  OptionRow& repeated(std::string_view names, std::vector<std::string>& target, std::string value,
                      std::string help);
  OptionRow& integer(std::string_view names, int& target, int least, std::string value, std::string help);
  OptionRow& number(std::string_view names, double& target, double least, double most, std::string value,
                    std::string help);
  OptionRow& bytes(std::string_view names, std::size_t& target, std::string help);
  /// The arguments that are no options.
  OptionRow& arguments(std::string_view name, std::vector<std::string>& target, std::string value,
                       std::string help);

  const std::deque<OptionRow>& rows() const { return rows_; }

  /// Reads the arguments behind the command's name, then the file of --config for what they left open, and
  /// assigns. Stops before assigning when --help was given. `sections` are the names of all commands.
  void parse(std::string_view command, const std::vector<std::string>& arguments,
             const std::vector<std::string>& sections);
  /// The values given for a row, on the command line or in the file; empty when it was not given.
  const std::vector<std::string>& given(std::string_view name) const;

 private:
  OptionRow& add(std::string_view names, std::string value, std::string help);
  /// Values of options; gives back what is none: arguments, unknown options, "--".
  std::vector<std::string> read_options(const std::vector<std::string>& arguments);
  void read_rest(const std::vector<std::string>& rest);
  void read_config(std::string_view command, const std::string& path,
                   const std::vector<std::string>& sections);
  void check(const OptionRow& row) const;
  void check_outputs() const;

  std::string group_ = "Options";
  std::deque<OptionRow> rows_;  // a deque keeps references valid while rows are added
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

/// Words from any list of the library whose rows have `name` and `help`.
template <class Rows>
std::vector<Word> words_of(const Rows& rows) {
  std::vector<Word> words;
  for (const auto& row : rows) words.push_back({std::string(row.name), std::string(row.help)});
  return words;
}

}  // namespace isotherm::cli

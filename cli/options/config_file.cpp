#include "cli/options/config_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm::cli {

namespace {

constexpr std::string_view kBare = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

class Reader {
 public:
  Reader(std::string path, std::string text) : path_(std::move(path)), text_(std::move(text)) {}

  std::vector<ConfigEntry> read(std::string_view command, const std::vector<std::string>& sections) {
    std::vector<ConfigEntry> entries;
    std::string section;
    std::set<std::string> seen;
    for (skip_lines(); !at_end(); end_of_line(), skip_lines()) {
      if (accept('[')) {
        section = key();
        expect(']', "after the name of a table");
        if (std::find(sections.begin(), sections.end(), section) == sections.end()) {
          refuse("'" + section + "' is no command" + suggestion(section, sections));
        }
        continue;
      }
      ConfigEntry entry{key(), {}, line_};
      expect('=', "after '" + entry.key + "'");
      entry.values = values();
      if (!seen.insert(section + "." + entry.key).second) refuse("'" + entry.key + "' is given twice");
      if (section.empty() || section == command) entries.push_back(std::move(entry));
    }
    return entries;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(ErrorKind::usage, path_ + ":" + std::to_string(line_) + ": " + why);
  }
  bool at_end() const { return position_ >= text_.size(); }
  char peek() const { return at_end() ? '\n' : text_[position_]; }

  void skip_spaces() {
    while (!at_end() && (peek() == ' ' || peek() == '\t' || peek() == '\r')) ++position_;
    if (peek() == '#') position_ = std::min(text_.find('\n', position_), text_.size());
  }
  void skip_lines() {
    for (skip_spaces(); !at_end() && peek() == '\n'; skip_spaces()) {
      ++position_;
      ++line_;
    }
  }
  void end_of_line() {
    skip_spaces();
    if (peek() != '\n') refuse("there is more on the line than one entry; text stands in quotes");
  }
  bool accept(char c) {
    skip_spaces();
    if (at_end() || peek() != c) return false;
    ++position_;
    return true;
  }
  void expect(char c, const std::string& where) {
    if (!accept(c)) refuse(std::string("'") + c + "' is missing " + where);
  }
  std::string key() {
    skip_spaces();
    const std::size_t first = position_;
    while (!at_end() && kBare.find(peek()) != std::string_view::npos) ++position_;
    if (position_ == first) refuse("a name is missing");
    return text_.substr(first, position_ - first);
  }

  std::vector<std::string> values() {
    if (!accept('[')) return {value()};
    std::vector<std::string> found;
    for (skip_lines(); !accept(']'); skip_lines()) {
      if (at_end()) refuse("']' is missing at the end of an array");
      found.push_back(value());
      skip_lines();
      if (!accept(',') && peek() != ']') refuse("',' or ']' is missing in an array");
    }
    return found;
  }
  std::string value() {
    if (accept('"')) return quoted('"');
    if (accept('\'')) return quoted('\'');
    const std::size_t first = position_;
    while (!at_end() && (kBare.find(peek()) != std::string_view::npos || peek() == '.' || peek() == '+'))
      ++position_;
    std::string word = text_.substr(first, position_ - first);
    if (word != "true" && word != "false" && !parse_number(word)) {
      refuse("'" + word + "' is no value; text stands in quotes");
    }
    return word;
  }
  std::string quoted(char quote) {
    std::string found;
    while (peek() != quote) {
      if (peek() == '\n') refuse("a closing quote is missing");
      char c = text_[position_++];
      if (c == '\\' && quote == '"') {
        const std::size_t known = std::string_view("\"\\nt").find(peek());
        if (known == std::string_view::npos)
          refuse("unknown escape in a text; single quotes take text as it is");
        c = "\"\\\n\t"[known];
        ++position_;
      }
      found += c;
    }
    ++position_;
    return found;
  }

  std::string path_;
  std::string text_;
  std::size_t position_ = 0;
  int line_ = 1;
};

}  // namespace

std::vector<ConfigEntry> read_config_file(const std::string& path, std::string_view command,
                                          const std::vector<std::string>& sections) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file || std::filesystem::is_directory(path))
    throw Error(ErrorKind::input, "--config: cannot read " + path);
  return Reader(path, text.str()).read(command, sections);
}

}  // namespace isotherm::cli

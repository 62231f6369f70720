// The ODL form of an MTL: lines "KEY = VALUE" between "GROUP = NAME" and "END_GROUP = NAME".
#include <vector>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "mtl.h"

namespace isotherm {

namespace {

class OdlParser {
 public:
  OdlParser(std::string_view text, const std::string& source) : rest_(text), source_(source) {
    mtl_.source = source;
  }

  Mtl parse() {
    std::string_view line;
    bool ended = false;
    while (!ended && next_line(line)) {
      if (line.empty()) continue;
      if (line == "END") {
        ended = true;
      } else {
        take(line);
      }
    }
    // Some products lack the final END; what matters is that every group is closed.
    if (!open_.empty()) fail("the file ends inside group " + open_.back() + "; it is cut off");
    if (mtl_.layout.empty()) fail("no GROUP in it; this is no Landsat metadata");
    return std::move(mtl_);
  }

 private:
  bool next_line(std::string_view& line) {
    if (rest_.empty()) return false;
    const std::size_t end = rest_.find_first_of("\r\n");
    const std::string_view whole = rest_.substr(0, end);
    if (end == std::string_view::npos) {
      rest_ = {};
    } else {
      rest_.remove_prefix(end + (rest_.substr(end).starts_with("\r\n") ? 2 : 1));
    }
    ++line_;
    line = trim(whole);
    return true;
  }

  void take(std::string_view line) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) fail("expected 'KEY = VALUE'");
    const std::string_view key = trim(line.substr(0, equals));
    const std::string value = unquoted(trim(line.substr(equals + 1)));
    if (!is_key(key)) fail("'" + std::string(key.substr(0, 40)) + "' is no metadata key");
    if (key == "GROUP") {
      open_group(value);
    } else if (key == "END_GROUP") {
      if (open_.empty() || open_.back() != value) {
        fail("END_GROUP = " + value + " does not close " + (open_.empty() ? "any group" : open_.back()));
      }
      open_.pop_back();
    } else {
      add(std::string(key), value);
    }
  }

  void open_group(const std::string& name) {
    constexpr std::size_t kDeepest = 8;
    if (!is_key(name)) fail("'" + name.substr(0, 40) + "' is no name for a group");
    if (open_.size() == kDeepest) fail("groups nested deeper than any Landsat metadata");
    if (open_.empty()) {
      if (!mtl_.layout.empty()) fail("a second outermost group " + name);
      mtl_.layout = name;
    }
    open_.push_back(name);
  }

  void add(const std::string& key, const std::string& value) {
    if (open_.empty()) fail(key + " stands outside all groups");
    const auto [where, added] = mtl_.groups[open_.back()].emplace(key, value);
    if (!added && where->second != value) fail(key + " is given twice in one group, with different values");
  }

  std::string unquoted(std::string_view value) const {
    if (!value.starts_with('"')) return std::string(value);
    if (value.size() < 2 || !value.ends_with('"')) fail("a quoted value is not closed");
    return std::string(value.substr(1, value.size() - 2));
  }

  static bool is_key(std::string_view key) {
    for (const char c : key) {
      const bool fine =
          (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
      if (!fine) return false;
    }
    return !key.empty() && key.size() <= 100;
  }

  [[noreturn]] void fail(const std::string& why) const {
    throw Error(ErrorKind::input, source_ + ": line " + std::to_string(line_) + ": " + why);
  }

  std::string_view rest_;
  const std::string& source_;
  Mtl mtl_;
  std::vector<std::string> open_;
  int line_ = 0;
};

}  // namespace

Mtl parse_odl(std::string_view text, const std::string& source) { return OdlParser(text, source).parse(); }

}  // namespace isotherm

#include "isotherm/model/weights_text.h"

#include <algorithm>
#include <unordered_map>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {

namespace {

using Words = std::vector<std::string_view>;

struct Line {
  std::size_t number = 0;
  Words words;
};

/// The lines that hold words, and whether empty ones in between count.
class Lines {
 public:
  Lines(std::string_view text, const std::string& source) : text_(text), source_(source) {}

  bool next(Line& line, bool skip_empty) {
    while (at_ < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      ++number_;
      line = {number_, words_of(text_.substr(at_, end - at_))};
      at_ = end + 1;
      if (!line.words.empty() || !skip_empty) return true;
    }
    return false;
  }
  [[noreturn]] void fail(const std::string& why) const {
    throw Error(ErrorKind::input, source_ + ", line " + std::to_string(number_) + ": " + why);
  }

 private:
  static Words words_of(std::string_view line) {
    Words words;
    for (std::size_t at = 0; at < line.size();) {
      const std::size_t first = line.find_first_not_of(" \t\r", at);
      if (first == std::string_view::npos) break;
      const std::size_t end = std::min(line.find_first_of(" \t\r", first), line.size());
      words.push_back(line.substr(first, end - first));
      at = end;
    }
    return words;
  }

  std::string_view text_;
  const std::string& source_;
  std::size_t at_ = 0;
  std::size_t number_ = 0;
};

std::size_t read_count(Lines& lines, const Words& header) {
  const std::size_t position = header.size() >= 2 && header[0] == "0" ? 1 : 0;
  const auto count = parse_integer(header[position]);
  if (!count || *count < 1 || *count > 2000000000) lines.fail("the number of rows is expected");
  return static_cast<std::size_t>(*count);
}

using Positions = std::unordered_map<std::string, std::int32_t>;

std::int32_t position_of(Positions& positions, std::vector<std::string>& names, std::string_view name) {
  const auto [found, added] =
      positions.try_emplace(std::string(name), static_cast<std::int32_t>(names.size()));
  if (added) names.emplace_back(name);
  return found->second;
}

/// Sorts links of rows by column and puts them together.
Weights gather(std::vector<std::vector<std::pair<std::int32_t, double>>>& rows,
               const std::vector<std::string>& names, const std::string& source) {
  Weights weights;
  for (auto& row : rows) {
    std::sort(row.begin(), row.end());
    for (const auto& [column, value] : row) {
      if (static_cast<std::int64_t>(weights.columns.size()) > weights.starts.back() &&
          weights.columns.back() == column) {
        throw Error(ErrorKind::input, source + ": '" + names[weights.starts.size() - 1] +
                                          "' has the neighbour '" + names[static_cast<std::size_t>(column)] +
                                          "' twice");
      }
      weights.columns.push_back(column);
      weights.values.push_back(value);
    }
    weights.starts.push_back(static_cast<std::int64_t>(weights.columns.size()));
  }
  return weights;
}

std::string header_of(const NamedWeights& weights) {
  return "0 " + std::to_string(weights.names.size()) + " cells id\n";
}

void require_plain(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (name.empty() || name.find_first_of(" \t\r\n") != std::string::npos) {
      throw Error(ErrorKind::input, "the name '" + name +
                                        "' cannot stand in a weights file; choose a column without "
                                        "white space with --id");
    }
  }
}

}  // namespace

NamedWeights parse_gal(std::string_view text, const std::string& source) {
  Lines lines(text, source);
  Line line;
  if (!lines.next(line, true)) lines.fail("the file is empty");
  const std::size_t count = read_count(lines, line.words);
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> neighbours;
  Positions positions;
  while (neighbours.size() < count) {
    if (!lines.next(line, true))
      lines.fail("ends after " + std::to_string(names.size()) + " of " + std::to_string(count) + " rows");
    const auto degree = line.words.size() == 2 ? parse_integer(line.words[1]) : std::nullopt;
    if (!degree || *degree < 0) lines.fail("a name and its number of neighbours are expected");
    const std::size_t known = names.size();
    position_of(positions, names, line.words[0]);
    if (names.size() == known) lines.fail("'" + std::string(line.words[0]) + "' stands twice");
    neighbours.emplace_back();
    if (*degree == 0) {
      continue;
    }
    if (!lines.next(line, false) || line.words.size() != static_cast<std::size_t>(*degree)) {
      lines.fail(std::to_string(*degree) + " neighbours of '" + names.back() + "' are expected");
    }
    for (std::string_view word : line.words) neighbours.back().emplace_back(word);
  }
  std::vector<std::vector<std::pair<std::int32_t, double>>> rows(count);
  for (std::size_t row = 0; row < count; ++row) {
    for (const std::string& name : neighbours[row]) {
      const auto found = positions.find(name);
      if (found == positions.end())
        throw Error(ErrorKind::input,
                    source + ": '" + names[row] + "' has the neighbour '" + name + "', which has no row");
      if (found->second == static_cast<std::int32_t>(row))
        throw Error(ErrorKind::input, source + ": '" + name + "' is its own neighbour");
      rows[row].emplace_back(found->second, 1.0);
    }
  }
  Weights weights = gather(rows, names, source);
  return {std::move(names), std::move(weights)};
}

NamedWeights parse_gwt(std::string_view text, const std::string& source) {
  Lines lines(text, source);
  Line line;
  if (!lines.next(line, true)) lines.fail("the file is empty");
  const std::size_t count = read_count(lines, line.words);
  std::vector<std::string> names;
  Positions positions;
  std::vector<std::vector<std::pair<std::int32_t, double>>> rows;
  while (lines.next(line, true)) {
    const auto value = line.words.size() == 3 ? parse_number(line.words[2]) : std::nullopt;
    if (!value) lines.fail("two names and a weight are expected");
    if (!(*value >= 0 && *value <= kLargestWeight))
      lines.fail("the weight " + std::string(line.words[2]) + " is not one from 0 to 1e100");
    const std::int32_t from = position_of(positions, names, line.words[0]);
    const std::int32_t to = position_of(positions, names, line.words[1]);
    if (from == to) lines.fail("'" + names[static_cast<std::size_t>(from)] + "' is its own neighbour");
    rows.resize(names.size());
    rows[static_cast<std::size_t>(from)].emplace_back(to, *value);
  }
  if (names.size() > count)
    lines.fail("holds " + std::to_string(names.size()) + " names, its first line says " +
               std::to_string(count));
  Weights weights = gather(rows, names, source);
  return {std::move(names), std::move(weights)};
}

std::string gal_text(const NamedWeights& weights) {
  require_plain(weights.names);
  std::string text = header_of(weights);
  for (std::size_t row = 0; row < weights.names.size(); ++row) {
    text += weights.names[row] + " " + std::to_string(weights.weights.degree(row)) + "\n";
    std::string line;
    for (std::int32_t other : weights.weights.neighbours(row)) {
      line += (line.empty() ? "" : " ") + weights.names[static_cast<std::size_t>(other)];
    }
    text += line + "\n";
  }
  return text;
}

std::string gwt_text(const NamedWeights& weights) {
  require_plain(weights.names);
  std::string text = header_of(weights);
  for (std::size_t row = 0; row < weights.names.size(); ++row) {
    for (std::size_t k = 0; k < weights.weights.degree(row); ++k) {
      text += weights.names[row] + " " +
              weights.names[static_cast<std::size_t>(weights.weights.neighbours(row)[k])] + " " +
              number_text(weights.weights.weights(row)[k]) + "\n";
    }
  }
  return text;
}

}  // namespace isotherm

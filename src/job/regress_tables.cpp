#include "regress_tables.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "isotherm/core/rows.h"
#include "isotherm/core/text.h"

namespace isotherm {

namespace {

constexpr std::array<TableStyleWord, 3> kStyles{{
    {"text", "columns in line"},
    {"md", "Markdown"},
    {"latex", "LaTeX tabular"},
}};

std::string escaped(const std::string& word, TableStyle style) {
  std::string text;
  for (const char c : word) {
    if (style == TableStyle::markdown) {
      if (std::string_view("|*_`<\\").find(c) != std::string_view::npos) text += '\\';
      text += c;
    } else if (std::string_view("&%$#_{}").find(c) != std::string_view::npos) {
      text += std::string("\\") + c;
    } else if (c == '~') {
      text += "\\textasciitilde{}";
    } else if (c == '^') {
      text += "\\textasciicircum{}";
    } else if (c == '\\') {
      text += "\\textbackslash{}";
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace

std::vector<PeriodRows> rows_by_period(const Table& table, const std::string& column,
                                       std::span<const std::size_t> rows) {
  std::vector<PeriodRows> periods;
  if (column.empty()) {
    periods.push_back({"all", {rows.begin(), rows.end()}});
    return periods;
  }
  const Column& values = table.columns[*table.find(column)];
  const auto collect = [&](auto key_of, auto text_of_key) {
    std::map<std::decay_t<decltype(key_of(std::size_t{0}))>, std::vector<std::size_t>> found;
    for (std::size_t row : rows) found[key_of(row)].push_back(row);
    for (auto& [key, members] : found) periods.push_back({text_of_key(key), std::move(members)});
  };
  if (const auto* integers = std::get_if<Integers>(&values.values)) {
    collect([&](std::size_t row) { return (*integers)[row]; },
            [](std::int64_t key) { return std::to_string(key); });
  } else if (const auto* reals = std::get_if<Reals>(&values.values)) {
    collect([&](std::size_t row) { return (*reals)[row]; }, [](double key) { return number_text(key); });
  } else {
    collect([&](std::size_t row) { return *values.texts()[row]; },
            [](const std::string& key) { return key; });
  }
  return periods;
}

Column picked(const Column& column, std::span<const std::size_t> rows) {
  Column result{column.info, {}};
  std::visit(
      [&](const auto& values) {
        std::decay_t<decltype(values)> kept;
        kept.reserve(rows.size());
        for (std::size_t row : rows) kept.push_back(values[row]);
        result.values = std::move(kept);
      },
      column.values);
  return result;
}

std::string aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> width;
  for (const std::vector<std::string>& row : rows) {
    width.resize(std::max(width.size(), row.size()), 0);
    for (std::size_t k = 0; k < row.size(); ++k) width[k] = std::max(width[k], row[k].size());
  }
  std::string text;
  for (const std::vector<std::string>& row : rows) {
    std::string line;
    for (std::size_t k = 0; k < row.size(); ++k) {
      const std::string space(width[k] - row[k].size(), ' ');
      line += (k > 0 ? "  " : "") + (k == 0 ? row[k] + space : space + row[k]);
    }
    while (line.ends_with(' ')) line.pop_back();
    text += line + "\n";
  }
  return text;
}

std::span<const TableStyleWord> table_style_words() { return kStyles; }

TableStyle table_style(const std::string& name) {
  return static_cast<TableStyle>(&row_named(kStyles, name, "style of tables") - kStyles.data());
}

std::string table_text(const std::vector<std::vector<std::string>>& rows, TableStyle style) {
  if (style == TableStyle::text || rows.empty()) return aligned(rows);
  const bool latex = style == TableStyle::latex;
  const std::size_t columns = rows.front().size();
  std::string text = latex ? "\\begin{tabular}{l" + std::string(columns - 1, 'r') + "}\n\\hline\n" : "";
  for (std::size_t row = 0; row < rows.size(); ++row) {
    std::string line = latex ? "" : "|";
    for (std::size_t k = 0; k < columns; ++k) {
      const std::string word = escaped(k < rows[row].size() ? rows[row][k] : "", style);
      line += latex ? (k > 0 ? " & " : "") + word : " " + word + " |";
    }
    text += line + (latex ? " \\\\\n" : "\n");
    if (row > 0) continue;
    if (latex) {
      text += "\\hline\n";
    } else {
      text += "| --- |";
      for (std::size_t k = 1; k < columns; ++k) text += " ---: |";
      text += "\n";
    }
  }
  return text + (latex ? "\\hline\n\\end{tabular}\n" : "");
}

std::string paragraph(const std::string& text, TableStyle style) {
  if (text.empty()) return "";
  if (style == TableStyle::text) return text + "\n";
  // A blank line on either side keeps words and tables apart.
  return "\n" + escaped(text, style) + "\n\n";
}

std::string short_number(double value, int digits) {
  if (!std::isfinite(value)) return "-";
  char text[40];
  std::snprintf(text, sizeof text, "%.*g", digits, value);
  return text;
}

}  // namespace isotherm

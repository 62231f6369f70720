#include "isotherm/spectral/formula.h"

#include <algorithm>
#include <cctype>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "syntax.h"

namespace isotherm {
namespace {

bool is_name(std::string_view text) {
  const auto word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0 &&
         std::all_of(text.begin(), text.end(), word);
}

// The position of the '=' that defines, npos when there is none.
std::size_t definition_sign(std::string_view text) {
  for (std::size_t k = 0; k < text.size(); ++k) {
    if (text[k] != '=') continue;
    const bool after_operator = k > 0 && std::string_view("=<>!").find(text[k - 1]) != std::string_view::npos;
    const bool before_equal = k + 1 < text.size() && text[k + 1] == '=';
    if (!after_operator && !before_equal) return k;
  }
  return std::string_view::npos;
}

}  // namespace

Formula parse_definition(std::string_view text, std::string_view origin) {
  const std::size_t sign = definition_sign(text);
  if (sign == std::string_view::npos) {
    throw Error(ErrorKind::usage,
                std::string(origin) + ": '" + std::string(text) +
                    "' has no name; write it as name = expression, such as 'heat = lst_c * (1 - ndvi)'");
  }
  const std::string_view name = trim(text.substr(0, sign));
  if (!is_name(name)) {
    throw Error(ErrorKind::usage,
                std::string(origin) + ": '" + std::string(name) +
                    "' cannot be a name; use letters, digits and _, not beginning with a digit");
  }
  Formula formula{std::string(name), std::string(trim(text.substr(sign + 1))), std::string(origin)};
  parse_formula(formula.text, formula.origin + " '" + formula.name + "'");
  return formula;
}

std::string marked(std::string_view title, std::string_view what, std::string_view text,
                   std::size_t position) {
  constexpr std::size_t kAround = 60;  // bytes shown on each side of the place
  position = std::min(position, text.size());
  const auto inside_letter = [&](std::size_t k) { return k < text.size() && (text[k] & '\xC0') == '\x80'; };
  std::size_t first = position > kAround ? position - kAround : 0;
  std::size_t last = std::min(text.size(), position + kAround);
  while (inside_letter(first)) ++first;
  while (inside_letter(last)) ++last;
  std::string line = first > 0 ? "..." : "";
  std::size_t column = line.size();
  for (std::size_t k = first; k < last; ++k) {
    const auto byte = static_cast<unsigned char>(text[k]);
    if (byte < 32 || byte == 127) {
      line += ' ';
    } else {
      line += text[k];
    }
    if (k < position && !inside_letter(k)) ++column;
  }
  if (last < text.size()) line += "...";
  return std::string(title) + ": " + std::string(what) + "\n  " + line + "\n  " + std::string(column, ' ') +
         "^";
}

}  // namespace isotherm

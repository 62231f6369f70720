#include "isotherm/io/json_writer.h"

#include <cmath>

#include "isotherm/core/text.h"
#include "table_text.h"

namespace isotherm {

void JsonWriter::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (filled_.empty()) return;
  if (filled_.back()) text_ += ',';
  filled_.back() = true;
  text_ += '\n' + std::string(2 * filled_.size(), ' ');
}

void JsonWriter::open(char bracket, char closing) {
  separate();
  text_ += bracket;
  closing_ += closing;
  filled_.push_back(false);
}

JsonWriter& JsonWriter::begin_object() {
  open('{', '}');
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  open('[', ']');
  return *this;
}

JsonWriter& JsonWriter::end() {
  const bool filled = filled_.back();
  filled_.pop_back();
  if (filled) text_ += '\n' + std::string(2 * filled_.size(), ' ');
  text_ += closing_.back();
  closing_.pop_back();
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  append_json_string(text_, name);
  text_ += ": ";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  separate();
  text_ += std::isfinite(number) ? number_text(number) : "null";
  return *this;
}

JsonWriter& JsonWriter::numbers(std::span<const double> values) {
  separate();
  text_ += '[';
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (k > 0) text_ += ", ";
    text_ += std::isfinite(values[k]) ? number_text(values[k]) : "null";
  }
  text_ += ']';
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_json_string(text_, text);
  return *this;
}

JsonWriter& JsonWriter::value(bool truth) {
  separate();
  text_ += truth ? "true" : "false";
  return *this;
}

}  // namespace isotherm

// JSON as it is written: members in the order given, numbers as the shortest text that reads back the same,
// what is not finite as null. The caller opens and closes in pairs.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm {

class JsonWriter {
 public:
  JsonWriter& begin_object();
  JsonWriter& begin_array();
  JsonWriter& end();  ///< of the innermost
  JsonWriter& key(std::string_view name);
  JsonWriter& value(double number);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool truth);
  /// An array of numbers, all on one line.
  JsonWriter& numbers(std::span<const double> values);
  template <class Value>
  JsonWriter& member(std::string_view name, const Value& content) {
    return key(name).value(content);
  }
  /// The text, ended by a line break.
  std::string text() const { return text_ + "\n"; }

 private:
  void separate();
  void open(char bracket, char closing);

  std::string text_;
  std::string closing_;       ///< brackets to come, innermost last
  std::vector<bool> filled_;  ///< per open bracket: something stands in it
  bool after_key_ = false;
};

}  // namespace isotherm

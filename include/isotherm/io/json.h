// JSON as a plain value, for documents that are read, changed in places and written again: members keep their
// order, numbers their digits, and what is not understood stays. Reading is bounded in depth and size, so
// that hostile documents cost no more than their own length; see io/json_writer.h for results that are only
// written.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace isotherm {

class Json {
 public:
  struct Number {
    std::string digits;  ///< as in the document
    bool operator==(const Number&) const = default;
  };
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  Json() = default;  ///< null
  Json(bool truth) : value_(truth) {}
  Json(double number);
  Json(int number) : value_(Number{std::to_string(number)}) {}
  Json(std::size_t number) : value_(Number{std::to_string(number)}) {}
  Json(Number number) : value_(std::move(number)) {}
  Json(std::string text) : value_(std::move(text)) {}
  Json(std::string_view text) : value_(std::string(text)) {}
  Json(const char* text) : value_(std::string(text)) {}
  Json(Array items) : value_(std::move(items)) {}
  Json(Object members) : value_(std::move(members)) {}

  static Json array() { return Json(Array{}); }
  static Json object() { return Json(Object{}); }

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }
  bool is_text() const { return std::holds_alternative<std::string>(value_); }
  bool is_number() const { return std::holds_alternative<Number>(value_); }

  /// Nothing when it is something else; `number` also reads a text that is a number ("landsat:wrs_path":
  /// "028").
  std::optional<std::string> text() const;
  std::optional<double> number() const;
  std::optional<bool> truth() const;
  /// Text or digits as a person writes them ("028", "28", "true"); nothing for null, arrays and objects.
  std::optional<std::string> scalar() const;

  /// Items of an array, members of an object; empty for anything else.
  const Array& items() const;
  const Object& members() const;
  /// The member called `key`, null pointer when there is none or it is null.
  const Json* find(std::string_view key) const;
  /// find(key)->text(), or nothing.
  std::optional<std::string> text(std::string_view key) const;
  std::optional<double> number(std::string_view key) const;

  /// Makes an object of null, replaces or appends a member. Returns the value in place.
  Json& set(std::string_view key, Json value);
  void erase(std::string_view key);
  /// Makes an array of null and appends.
  Json& push(Json value);

  /// Appends a member of an object without looking whether there is one of this name: for readers of
  /// documents.
  Json& append(std::string key, Json value);

  bool operator==(const Json&) const = default;

 private:
  std::variant<std::monostate, bool, Number, std::string, Array, Object> value_;
};

/// The value of a whole text (a byte order mark is skipped). Throws Error(input) that names `source` and the
/// place: not JSON, nested deeper than 64, not UTF-8, or binary.
Json read_json(const std::string& text, const std::string& source);
/// On one line, or with `indent` spaces a level. No line break at the end.
std::string write_json(const Json& value, int indent = 0);

}  // namespace isotherm

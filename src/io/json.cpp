#include "isotherm/io/json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {

namespace {

constexpr std::size_t kDeepestValue = 64;

// Builds values from the parser's events; the parser itself holds nothing.
class Builder : public nlohmann::json::json_sax_t {
 public:
  explicit Builder(const std::string& source) : source_(source) {}

  Json take() { return std::move(root_); }

  bool null() override { return place(Json()); }
  bool boolean(bool truth) override { return place(Json(truth)); }
  bool number_integer(number_integer_t number) override {
    return place(Json(Json::Number{std::to_string(number)}));
  }
  bool number_unsigned(number_unsigned_t number) override {
    return place(Json(Json::Number{std::to_string(number)}));
  }
  bool number_float(number_float_t, const string_t& digits) override {
    return place(Json(Json::Number{digits}));
  }
  bool string(string_t& text) override { return place(Json(std::move(text))); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    open_.back().key = std::move(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
    throw Error(ErrorKind::input, source_ + ": not valid JSON (" + error.what() + ")");
  }

 private:
  struct Open {
    Json value;
    std::string key;  ///< of the member to come, when it is an object
  };

  bool open(Json value) {
    if (open_.size() >= kDeepestValue) {
      throw Error(ErrorKind::input,
                  source_ + ": JSON nested deeper than " + std::to_string(kDeepestValue) + " levels");
    }
    open_.push_back({std::move(value), ""});
    return true;
  }

  bool close() {
    Json value = std::move(open_.back().value);
    open_.pop_back();
    return place(std::move(value));
  }

  bool place(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (Open& parent = open_.back(); parent.value.is_array()) {
      parent.value.push(std::move(value));
    } else {
      parent.value.append(std::move(parent.key), std::move(value));
    }
    return true;
  }

  const std::string& source_;
  std::vector<Open> open_;
  Json root_;
};

void write_text(const std::string& text, std::string& out) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          constexpr char kHex[] = "0123456789abcdef";
          out += "\\u00";
          out += kHex[static_cast<unsigned char>(c) >> 4];
          out += kHex[static_cast<unsigned char>(c) & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void line(std::string& out, int indent, int depth) {
  if (indent == 0) return;
  out += '\n';
  out.append(static_cast<std::size_t>(indent) * static_cast<std::size_t>(depth), ' ');
}

bool all_scalar(const Json::Array& items) {
  for (const Json& item : items) {
    if (item.is_array() || item.is_object()) return false;
  }
  return true;
}

void write(const Json& value, int indent, int depth, std::string& out) {
  if (value.is_array()) {
    // Coordinates and lists of words stay on one line.
    const int inner = all_scalar(value.items()) ? 0 : indent;
    out += '[';
    for (std::size_t n = 0; n < value.items().size(); ++n) {
      if (n > 0) out += inner == 0 && indent > 0 ? ", " : ",";
      line(out, inner, depth + 1);
      write(value.items()[n], inner, depth + 1, out);
    }
    if (!value.items().empty()) line(out, inner, depth);
    out += ']';
  } else if (value.is_object()) {
    out += '{';
    for (std::size_t n = 0; n < value.members().size(); ++n) {
      if (n > 0) out += ',';
      line(out, indent, depth + 1);
      write_text(value.members()[n].first, out);
      out += indent > 0 ? ": " : ":";
      write(value.members()[n].second, indent, depth + 1, out);
    }
    if (!value.members().empty()) line(out, indent, depth);
    out += '}';
  } else if (value.is_text()) {
    write_text(*value.text(), out);
  } else {
    out += value.scalar().value_or("null");
  }
}

}  // namespace

Json::Json(double number) {
  if (std::isfinite(number)) value_ = Number{number_text(number)};
}

std::optional<std::string> Json::text() const {
  if (const auto* text = std::get_if<std::string>(&value_)) return *text;
  return std::nullopt;
}

std::optional<double> Json::number() const {
  if (const auto* number = std::get_if<Number>(&value_)) return parse_number(number->digits);
  if (const auto* text = std::get_if<std::string>(&value_)) return parse_number(*text);
  return std::nullopt;
}

std::optional<bool> Json::truth() const {
  if (const auto* truth = std::get_if<bool>(&value_)) return *truth;
  return std::nullopt;
}

std::optional<std::string> Json::scalar() const {
  if (const auto* number = std::get_if<Number>(&value_)) return number->digits;
  if (const auto* truth = std::get_if<bool>(&value_)) return *truth ? "true" : "false";
  return text();
}

const Json::Array& Json::items() const {
  static const Array none;
  const auto* items = std::get_if<Array>(&value_);
  return items != nullptr ? *items : none;
}

const Json::Object& Json::members() const {
  static const Object none;
  const auto* members = std::get_if<Object>(&value_);
  return members != nullptr ? *members : none;
}

const Json* Json::find(std::string_view key) const {
  for (const Member& member : members()) {
    if (member.first == key) return member.second.is_null() ? nullptr : &member.second;
  }
  return nullptr;
}

std::optional<std::string> Json::text(std::string_view key) const {
  const Json* value = find(key);
  return value != nullptr ? value->text() : std::nullopt;
}

std::optional<double> Json::number(std::string_view key) const {
  const Json* value = find(key);
  return value != nullptr ? value->number() : std::nullopt;
}

Json& Json::append(std::string key, Json value) {
  return std::get<Object>(value_).emplace_back(std::move(key), std::move(value)).second;
}

Json& Json::set(std::string_view key, Json value) {
  if (is_null()) value_ = Object{};
  for (Member& member : std::get<Object>(value_)) {
    if (member.first == key) return member.second = std::move(value);
  }
  return append(std::string(key), std::move(value));
}

void Json::erase(std::string_view key) {
  if (auto* members = std::get_if<Object>(&value_)) {
    std::erase_if(*members, [&](const Member& member) { return member.first == key; });
  }
}

Json& Json::push(Json value) {
  if (is_null()) value_ = Array{};
  return std::get<Array>(value_).emplace_back(std::move(value));
}

Json read_json(const std::string& text, const std::string& source) {
  // The parser would take a zero byte for the end and not look at what follows.
  if (text.find('\0') != std::string::npos) {
    throw Error(ErrorKind::input, source + ": holds binary data, not JSON");
  }
  Builder builder(source);
  try {
    nlohmann::json::sax_parse(text, &builder);
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::input, source + ": not valid JSON (" + error.what() + ")");
  }
  return builder.take();
}

std::string write_json(const Json& value, int indent) {
  std::string out;
  write(value, indent, 0, out);
  return out;
}

}  // namespace isotherm

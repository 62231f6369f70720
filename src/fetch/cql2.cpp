// CQL2 filters evaluated, and written in the three ways services read them.
#include "isotherm/fetch/cql2.h"

#include <algorithm>
#include <array>

#include "cql2_node.h"
#include "isotherm/core/text.h"
#include "isotherm/fetch/time_span.h"

namespace isotherm {

namespace {

using Node = Cql2::Node;
using Kind = Cql2::Node::Kind;

enum class Truth { no, unknown, yes };
Truth truth(bool value) { return value ? Truth::yes : Truth::no; }

struct Subject {
  const Json& properties;
  const Json id, collection;
  const Json* find(const std::string& name) const {
    if (name == "id") return &id;
    if (name == "collection") return &collection;
    return properties.find(name.starts_with("properties.") ? name.substr(11) : name);
  }
};

std::optional<std::int64_t> instant_of(const Cql2Value& value) {
  const std::string text = value.value.text().value_or("");
  return parse_instant(value.instant == "date" ? text + "T00:00:00Z" : text);
}

// -1, 0, 1; nothing when they cannot be compared.
std::optional<int> order(const Json& told, const Cql2Value& wanted) {
  const auto sign = [](auto a, auto b) { return a < b ? -1 : b < a ? 1 : 0; };
  if (!wanted.instant.empty()) {
    const auto mine = parse_instant(told.text().value_or("")), other = instant_of(wanted);
    if (!mine || !other) return std::nullopt;
    return sign(*mine, *other);
  }
  if (const auto number = wanted.value.number(); number && wanted.value.is_number()) {
    const auto mine = told.number();  // also of a text: services write path and row either way
    return mine ? std::optional(sign(*mine, *number)) : std::nullopt;
  }
  if (const auto flag = wanted.value.truth()) {
    const auto mine = told.truth();
    return mine ? std::optional(sign(*mine, *flag)) : std::nullopt;
  }
  const auto mine = told.scalar();
  return mine ? std::optional(sign(*mine, wanted.value.text().value_or(""))) : std::nullopt;
}

bool holds(int order, std::string_view sign) {
  if (sign == "=") return order == 0;
  if (sign == "<>") return order != 0;
  if (sign == "<") return order < 0;
  if (sign == "<=") return order <= 0;
  return sign == ">" ? order > 0 : order >= 0;
}

// '%' any characters, '_' one; '\' takes the next as it is. Linear in memory, no recursion.
bool like(std::string_view text, std::string_view pattern) {
  std::size_t t = 0, p = 0, star = std::string_view::npos, from = 0;
  while (t < text.size()) {
    const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
    const bool literal = p < pattern.size() &&
                         (escaped ? pattern[p + 1] == text[t] : pattern[p] != '%' && pattern[p] == text[t]);
    if (literal || (p < pattern.size() && !escaped && pattern[p] == '_')) {
      p += escaped ? 2 : 1;
      ++t;
    } else if (p < pattern.size() && pattern[p] == '%') {
      star = p++;
      from = t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++from;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '%') ++p;
  return p == pattern.size();
}

Truth evaluate(const Node& node, const Subject& subject);

Truth evaluate_parts(const Node& node, const Subject& subject, Truth decides) {
  Truth result = decides == Truth::no ? Truth::yes : Truth::no;
  for (const auto& part : node.parts) {
    const Truth one = evaluate(*part, subject);
    if (one == decides) return decides;
    if (one == Truth::unknown) result = Truth::unknown;
  }
  return result;
}

Truth evaluate_property(const Node& node, const Json& told) {
  if (node.kind == Kind::like) {
    const auto text = told.scalar();
    return text ? truth(like(*text, node.values[0].value.text().value_or(""))) : Truth::unknown;
  }
  if (node.kind == Kind::one_of) {
    return truth(std::any_of(node.values.begin(), node.values.end(),
                             [&](const Cql2Value& value) { return order(told, value) == 0; }));
  }
  const auto first = order(told, node.values[0]);
  if (!first) return Truth::unknown;
  if (node.kind == Kind::comparison) return truth(holds(*first, node.sign));
  const auto second = order(told, node.values[1]);
  return second ? truth(*first >= 0 && *second <= 0) : Truth::unknown;
}

Truth evaluate(const Node& node, const Subject& subject) {
  if (node.kind == Kind::all) return evaluate_parts(node, subject, Truth::no);
  if (node.kind == Kind::any) return evaluate_parts(node, subject, Truth::yes);
  if (node.kind == Kind::negation) {
    const Truth inner = evaluate(*node.parts.front(), subject);
    return inner == Truth::unknown ? inner : truth(inner == Truth::no);
  }
  const Json* told = subject.find(node.property);
  if (node.kind == Kind::absent) return truth(told == nullptr);
  return told == nullptr ? Truth::unknown : evaluate_property(node, *told);
}

std::string quoted(const std::string& text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    out += c;
    if (c == quote) out += c;
  }
  return out + quote;
}

std::string value_text(const Cql2Value& value) {
  if (const auto text = value.value.text()) {
    const std::string inside = quoted(*text, '\'');
    if (value.instant.empty()) return inside;
    return (value.instant == "date" ? "DATE(" : "TIMESTAMP(") + inside + ")";
  }
  if (const auto flag = value.value.truth()) return *flag ? "TRUE" : "FALSE";
  return value.value.scalar().value_or("");
}

std::string text_of(const Node& node) {
  const auto parts = [&](std::string_view between) {
    std::string out;
    for (const auto& part : node.parts) out += (out.empty() ? "(" : std::string(between)) + text_of(*part);
    return out + ")";
  };
  const std::string name = quoted(node.property, '"');
  switch (node.kind) {
    case Kind::all:
      return parts(" AND ");
    case Kind::any:
      return parts(" OR ");
    case Kind::negation:
      return "NOT (" + text_of(*node.parts.front()) + ")";
    case Kind::absent:
      return name + " IS NULL";
    case Kind::like:
      return name + " LIKE " + value_text(node.values[0]);
    case Kind::between:
      return name + " BETWEEN " + value_text(node.values[0]) + " AND " + value_text(node.values[1]);
    case Kind::comparison:
      return name + " " + node.sign + " " + value_text(node.values[0]);
    case Kind::one_of:
      break;
  }
  std::string out;
  for (const Cql2Value& value : node.values) out += (out.empty() ? "" : ", ") + value_text(value);
  return name + " IN (" + out + ")";
}

Json value_json(const Cql2Value& value) {
  return value.instant.empty() ? value.value : Json(Json::Object{{value.instant, value.value}});
}

Json json_of(const Node& node) {
  constexpr std::array<std::string_view, 8> kNames{"and", "or", "not", "", "between", "in", "like", "isNull"};
  Json out = Json::object();
  out.append("op", node.kind == Kind::comparison ? Json(node.sign)
                                                 : Json(kNames[static_cast<std::size_t>(node.kind)]));
  Json& arguments = out.append("args", Json::array());
  for (const auto& part : node.parts) arguments.push(json_of(*part));
  if (!node.parts.empty()) return out;
  arguments.push(Json(Json::Object{{"property", Json(node.property)}}));
  if (node.kind == Kind::one_of) {
    Json& list = arguments.push(Json::array());
    for (const Cql2Value& value : node.values) list.push(value_json(value));
  } else {
    for (const Cql2Value& value : node.values) arguments.push(value_json(value));
  }
  return out;
}

// Adds what the query extension can say of a condition; false when it cannot.
bool add_query(const Node& node, Json& query) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kSigns{
      {{"=", "eq"}, {"<>", "neq"}, {"<", "lt"}, {"<=", "lte"}, {">", "gt"}, {">=", "gte"}}};
  if (node.property.empty() || node.property == "id" || node.property == "collection") return false;
  std::vector<std::pair<std::string, Json>> tests;
  if (node.kind == Kind::comparison) {
    for (const auto& [sign, name] : kSigns) {
      if (sign == node.sign) tests.emplace_back(name, node.values[0].value);
    }
  } else if (node.kind == Kind::between) {
    tests = {{"gte", node.values[0].value}, {"lte", node.values[1].value}};
  } else if (node.kind == Kind::one_of) {
    Json list = Json::array();
    for (const Cql2Value& value : node.values) list.push(value.value);
    tests.emplace_back("in", std::move(list));
  } else {
    return false;
  }
  const Json* there = query.find(node.property);
  for (const auto& [name, value] : tests) {
    if (there != nullptr && there->find(name) != nullptr) return false;  // one test of a kind a property
  }
  Json all = there != nullptr ? *there : Json::object();
  for (auto& [name, value] : tests) all.append(name, std::move(value));
  query.set(node.property, std::move(all));
  return true;
}

void collect(const std::shared_ptr<const Node>& node, Json& query,
             std::vector<std::shared_ptr<const Node>>& rest) {
  if (node->kind == Kind::all) {
    for (const auto& part : node->parts) collect(part, query, rest);
  } else if (!add_query(*node, query)) {
    rest.push_back(node);
  }
}

}  // namespace

bool Cql2::fits(const Json& properties, const std::string& id, const std::string& collection) const {
  return evaluate(*root_, Subject{properties, Json(id), Json(collection)}) == Truth::yes;
}

std::string Cql2::text() const { return text_of(*root_); }

Json Cql2::json() const { return json_of(*root_); }

Json Cql2::query(std::optional<Cql2>& rest) const {
  Json query = Json::object();
  std::vector<std::shared_ptr<const Node>> others;
  collect(root_, query, others);
  rest.reset();
  if (!others.empty()) {
    std::vector<Cql2> filters;
    for (auto& node : others) filters.push_back(Cql2(std::move(node)));
    rest = all_of(std::move(filters));
  }
  return query;
}

}  // namespace isotherm

// Filters on properties as CQL2 text, for services that evaluate them and for those that do not.
//
// Understood: comparisons = <> < <= > >= of a property with a number, 'text', TRUE, FALSE, TIMESTAMP('...')
// or DATE('...'); BETWEEN a AND b; IN (...); LIKE 'a%_'; IS NULL; NOT, AND, OR and parentheses. Property
// names may hold
// ':' and '.', any other text in double quotes. A property that an item lacks makes a comparison neither true
// nor false, and an item is taken only when the whole is true (three-valued logic, as in SQL).
//
// Source: OGC 21-065r2, Common Query Language (CQL2), basic CQL2 and advanced comparison operators; STAC API
// query extension 1.0.0.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/io/json.h"

namespace isotherm {

class Cql2 {
 public:
  /// Throws Error(usage) with a caret under the place.
  static Cql2 parse(const std::string& text);
  /// property <= number: for filters made by options.
  static Cql2 at_most(const std::string& property, double number);
  static Cql2 all_of(std::vector<Cql2> filters);

  /// Of the members of `properties`; "id" and "collection" mean the item's own, which are given beside.
  bool fits(const Json& properties, const std::string& id, const std::string& collection) const;

  std::string text() const;  ///< CQL2 text
  Json json() const;         ///< CQL2 JSON

  /// The part that the `query` extension can say, {} when there is none. What it cannot say is left in
  /// `rest`.
  Json query(std::optional<Cql2>& rest) const;

  struct Node;

 private:
  explicit Cql2(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
};

}  // namespace isotherm

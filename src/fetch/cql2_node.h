// The parts a CQL2 filter is made of.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "isotherm/fetch/cql2.h"

namespace isotherm {

struct Cql2Value {
  Json value;                ///< number, text or truth
  std::string instant = {};  ///< "timestamp" or "date" when the text is one
};

struct Cql2::Node {
  enum class Kind { all, any, negation, comparison, between, one_of, like, absent };
  Kind kind = Kind::comparison;
  std::vector<std::shared_ptr<const Node>> parts;  ///< of all, any, negation
  std::string property;
  std::string sign;               ///< of a comparison: "=", "<>", "<", "<=", ">", ">="
  std::vector<Cql2Value> values;  ///< one, two of between, any number of one_of
};

}  // namespace isotherm

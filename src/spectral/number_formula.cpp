#include "isotherm/spectral/number_formula.h"

#include <algorithm>
#include <limits>
#include <numbers>

#include "isotherm/core/error.h"
#include "syntax.h"

namespace isotherm {

/// Names of the syntax become places in the list of values, known constants numbers.
struct NumberFormula::Tree {
  Syntax nodes;
  std::vector<std::size_t> value_of;  ///< by node, where it is a name
};

NumberFormula::NumberFormula(std::string_view text, std::string_view title) : text_(text), title_(title) {
  auto tree = std::make_shared<Tree>();
  tree->nodes = parse_formula(text_, title_);
  tree->value_of.resize(tree->nodes.size());
  for (std::size_t k = 0; k < tree->nodes.size(); ++k) {
    SyntaxNode& node = tree->nodes[k];
    if (node.kind != SyntaxNode::Kind::name) continue;
    if (node.name == "pi" || node.name == "nan") {
      node.kind = SyntaxNode::Kind::number;
      node.number = node.name == "pi" ? std::numbers::pi : std::numeric_limits<double>::quiet_NaN();
      continue;
    }
    const auto known = std::find(names_.begin(), names_.end(), node.name);
    tree->value_of[k] = static_cast<std::size_t>(known - names_.begin());
    if (known == names_.end()) names_.push_back(node.name);
  }
  tree_ = std::move(tree);
}

double NumberFormula::evaluate(std::span<const double> values) const {
  std::vector<double> results;
  results.reserve(tree_->nodes.size());
  for (std::size_t k = 0; k < tree_->nodes.size(); ++k) {
    const SyntaxNode& node = tree_->nodes[k];
    switch (node.kind) {
      case SyntaxNode::Kind::number:
        results.push_back(node.number);
        break;
      case SyntaxNode::Kind::name:
        results.push_back(values[tree_->value_of[k]]);
        break;
      case SyntaxNode::Kind::step:
        results.push_back(apply_as<double>(node.op, results[node.operand[0]], results[node.operand[1]],
                                           results[node.operand[2]]));
        break;
    }
  }
  return results.back();
}

void NumberFormula::refuse(std::string_view name, std::string_view why) const {
  std::size_t position = 0;
  for (const SyntaxNode& node : tree_->nodes) {
    if (node.kind == SyntaxNode::Kind::name && node.name == name) {
      position = node.position;
      break;
    }
  }
  throw Error(ErrorKind::usage, marked(title_, why, text_, position));
}

}  // namespace isotherm

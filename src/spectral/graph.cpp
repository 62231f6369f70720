#include "graph.h"

#include <bit>
#include <utility>

namespace isotherm {
namespace {

bool commutes(Op op) {
  switch (op) {
    case Op::add:
    case Op::multiply:
    case Op::equal:
    case Op::not_equal:
    case Op::logical_and:
    case Op::logical_or:
      return true;
    default:
      return false;
  }
}

}  // namespace

int Graph::add(const GraphNode& node) {
  const Key key{static_cast<int>(node.kind),
                static_cast<int>(node.op),
                node.operand[0],
                node.operand[1],
                node.operand[2],
                std::bit_cast<std::uint64_t>(node.value) + static_cast<std::uint64_t>(node.band)};
  const auto [at, is_new] = known_.try_emplace(key, static_cast<int>(nodes_.size()));
  if (is_new) nodes_.push_back(node);
  return at->second;
}

int Graph::input(int band) { return add({GraphNode::Kind::input, Op::add, {0, 0, 0}, band, 0}); }

int Graph::constant(double value) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  return add({GraphNode::Kind::constant, Op::add, {0, 0, 0}, 0, missing(value) ? none : value});
}

// Small whole powers as products and roots as roots: much faster than pow, and exact where pow is not.
int Graph::power(int base, int exponent) {
  const double n = value(exponent);
  if (n == 1) return base;
  if (n == 0.5) return step(Op::square_root, base, base, base);
  if (n == 2) return step(Op::multiply, base, base, base);
  if (n == 3) return step(Op::multiply, power(base, constant(2)), base, base);
  if (n == 4) return power(power(base, constant(2)), constant(2));
  if (n == -1) return step(Op::divide, constant(1), base, base);
  return add({GraphNode::Kind::step, Op::power, {base, exponent, base}, 0, 0});
}

int Graph::step(Op op, int a, int b, int c) {
  const int operands = operand_count(op);
  if (operands < 2) b = a;
  if (operands < 3) c = a;
  if (is_constant(a) && is_constant(b) && is_constant(c)) {
    return constant(apply_as<double>(op, value(a), value(b), value(c)));
  }
  if (op == Op::where && is_constant(a)) {
    if (missing(value(a))) return a;
    return value(a) != 0 ? b : c;
  }
  if (op == Op::power && is_constant(b)) return power(a, b);
  if (commutes(op) && b < a) {
    std::swap(a, b);
    c = a;
  }
  return add({GraphNode::Kind::step, op, {a, b, c}, 0, 0});
}

std::vector<bool> Graph::reachable_from(const std::vector<int>& outputs) const {
  std::vector<bool> needed(nodes_.size(), false);
  for (const int node : outputs) needed[static_cast<std::size_t>(node)] = true;
  for (std::size_t k = nodes_.size(); k-- > 0;) {
    if (!needed[k] || nodes_[k].kind != GraphNode::Kind::step) continue;
    for (const int operand : nodes_[k].operand) needed[static_cast<std::size_t>(operand)] = true;
  }
  return needed;
}

}  // namespace isotherm

// The steps of all formulas of one program as a graph without repetition: asking for a step that is already
// there gives the one that is there, and steps on constants only are worked out at once, in double.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "isotherm/spectral/step.h"

namespace isotherm {

struct GraphNode {
  enum class Kind : std::uint8_t { input, constant, step };
  Kind kind = Kind::input;
  Op op = Op::add;
  std::array<int, 3> operand = {0, 0, 0};  ///< earlier nodes; operands not read repeat the first
  int band = 0;                            ///< which input
  double value = 0;
};

class Graph {
 public:
  int input(int band);
  int constant(double value);
  int step(Op op, int a, int b, int c);

  const std::vector<GraphNode>& nodes() const { return nodes_; }
  /// Whether a node is needed by one of these.
  std::vector<bool> reachable_from(const std::vector<int>& outputs) const;

 private:
  struct Key {
    int kind, op, a, b, c;
    std::uint64_t bits;
    auto operator<=>(const Key&) const = default;
  };
  int add(const GraphNode& node);
  int power(int base, int exponent);
  bool is_constant(int node) const {
    return nodes_[static_cast<std::size_t>(node)].kind == GraphNode::Kind::constant;
  }
  double value(int node) const { return nodes_[static_cast<std::size_t>(node)].value; }

  std::vector<GraphNode> nodes_;
  std::map<Key, int> known_;
};

}  // namespace isotherm

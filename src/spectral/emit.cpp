// From the graph to registers: inputs, constants, then work registers that are used again once their value is
// dead, so that a strip of all of them stays in cache.
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "compiler.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {
namespace {

constexpr std::size_t kMaxRegisters = 65535;  // what a step can name

// The last node that reads each node; outputs are read after the end.
std::vector<std::size_t> last_reads(const Graph& graph, const std::vector<bool>& needed,
                                    const std::vector<int>& outputs) {
  const std::vector<GraphNode>& nodes = graph.nodes();
  std::vector<std::size_t> last(nodes.size(), 0);
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    if (!needed[k] || nodes[k].kind != GraphNode::Kind::step) continue;
    for (const int operand : nodes[k].operand) last[static_cast<std::size_t>(operand)] = k;
  }
  for (const int node : outputs) last[static_cast<std::size_t>(node)] = nodes.size();
  return last;
}

// Hands out work registers, lowest free one first.
class Registers {
 public:
  explicit Registers(std::size_t first) : next_(first) {}
  std::size_t take() {
    if (free_.empty()) {
      if (next_ >= kMaxRegisters)
        throw Error(ErrorKind::usage, "the formulas together are too large to compile");
      return next_++;
    }
    const auto lowest = std::min_element(free_.begin(), free_.end());
    const std::size_t taken = *lowest;
    free_.erase(lowest);
    return taken;
  }
  void give_back(std::size_t one) { free_.push_back(one); }
  std::size_t count() const { return next_; }

 private:
  std::size_t next_;
  std::vector<std::size_t> free_;
};

float as_float(double value) {
  if (std::abs(value) > static_cast<double>(std::numeric_limits<float>::max())) {
    throw Error(ErrorKind::usage, "a constant of the formulas is " + number_text(value) +
                                      ", which is too large for the float32 arithmetic of pixels");
  }
  return static_cast<float>(value);
}

}  // namespace

Program Compiler::emit(const std::vector<int>& outputs, std::vector<ProgramOutput> described) const {
  const std::vector<GraphNode>& nodes = graph_.nodes();
  const std::vector<bool> needed = graph_.reachable_from(outputs);
  const std::vector<std::size_t> last = last_reads(graph_, needed, outputs);
  std::vector<std::size_t> home(nodes.size(), 0);

  Program program;
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    if (!needed[k] || nodes[k].kind != GraphNode::Kind::input) continue;
    home[k] = program.inputs_.size();
    program.inputs_.push_back(bands_[static_cast<std::size_t>(nodes[k].band)]->name);
  }
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    if (!needed[k] || nodes[k].kind != GraphNode::Kind::constant) continue;
    home[k] = program.inputs_.size() + program.constants_.size();
    program.constants_.push_back(as_float(nodes[k].value));
  }

  Registers work(program.inputs_.size() + program.constants_.size());
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    if (!needed[k] || nodes[k].kind != GraphNode::Kind::step) continue;
    std::array<std::uint16_t, 3> from{};
    for (std::size_t j = 0; j < from.size(); ++j) {
      from[j] = static_cast<std::uint16_t>(home[static_cast<std::size_t>(nodes[k].operand[j])]);
    }
    for (const int operand : std::set<int>(nodes[k].operand.begin(), nodes[k].operand.end())) {
      const auto dying = static_cast<std::size_t>(operand);
      if (last[dying] == k && nodes[dying].kind == GraphNode::Kind::step) work.give_back(home[dying]);
    }
    home[k] = work.take();
    program.steps_.push_back({nodes[k].op, static_cast<std::uint16_t>(home[k]), from[0], from[1], from[2]});
  }
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    described[k].from = static_cast<std::uint16_t>(home[static_cast<std::size_t>(outputs[k])]);
  }
  program.outputs_ = std::move(described);
  program.registers_ = work.count();
  if (program.registers_ > kMaxRegisters) {
    throw Error(ErrorKind::usage, "the formulas together are too large to compile");
  }
  return program;
}

}  // namespace isotherm

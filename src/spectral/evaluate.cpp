// Runs a program strip by strip: each step is one loop over a strip that stays in cache. The step is chosen
// outside the loop; inside, `apply_as` with a known step is a few instructions that the compiler can turn
// into vectors (not `apply`, which it may leave as a call with a jump by step for every pixel).
#include <algorithm>
#include <utility>

#include "isotherm/core/vector_clones.h"
#include "isotherm/spectral/program.h"

namespace isotherm {
namespace {

constexpr std::size_t kStrip = 1024;  // pixels

template <Op op>
[[gnu::always_inline]] inline void run_strip(float* to, const float* a, const float* b, const float* c,
                                             std::size_t count) {
// `to` may be one of the operands: each pixel is read before it is written, so there is nothing to be careful
// of.
#pragma GCC ivdep
  for (std::size_t k = 0; k < count; ++k) to[k] = apply_as<float>(op, a[k], b[k], c[k]);
}

template <std::size_t... ops>
[[gnu::always_inline]] inline void run_one_of(Op op, float* to, const float* a, const float* b,
                                              const float* c, std::size_t count,
                                              std::index_sequence<ops...>) {
  const auto chosen = static_cast<std::size_t>(op);
  static_cast<void>(((chosen == ops && (run_strip<static_cast<Op>(ops)>(to, a, b, c, count), true)) || ...));
}

ISO_VECTOR_CLONES void run_step(Op op, float* to, const float* a, const float* b, const float* c,
                                std::size_t count) {
  run_one_of(op, to, a, b, c, count, std::make_index_sequence<kOpCount>());
}

void copy_present(float* to, const float* from, std::size_t count) {
  constexpr float none = std::numeric_limits<float>::quiet_NaN();
  for (std::size_t k = 0; k < count; ++k) to[k] = missing(from[k]) ? none : from[k];
}

}  // namespace

void Program::evaluate(std::span<const float* const> inputs, std::span<float* const> outputs,
                       std::size_t count) const {
  const std::size_t strip = std::min(kStrip, count);
  const std::size_t fixed = inputs_.size() + constants_.size();
  std::vector<float> memory((registers_ - inputs_.size()) * strip);
  std::vector<float*> work(registers_, nullptr);
  std::vector<const float*> read(registers_, nullptr);
  for (std::size_t k = inputs_.size(); k < registers_; ++k) {
    read[k] = work[k] = memory.data() + (k - inputs_.size()) * strip;
  }
  for (std::size_t k = 0; k < constants_.size(); ++k) {
    std::fill_n(work[inputs_.size() + k], strip, constants_[k]);
  }

  for (std::size_t first = 0; first < count; first += strip) {
    const std::size_t size = std::min(strip, count - first);
    for (std::size_t k = 0; k < inputs_.size(); ++k) read[k] = inputs[k] + first;
    // An output's own memory serves as its register, which saves a copy.
    for (std::size_t k = 0; k < outputs_.size(); ++k) {
      const std::size_t from = outputs_[k].from;
      if (from >= fixed) read[from] = work[from] = outputs[k] + first;
    }
    for (const Step& step : steps_) {
      run_step(step.op, work[step.to], read[step.a], read[step.b], read[step.c], size);
    }
    for (std::size_t k = 0; k < outputs_.size(); ++k) {
      const float* from = read[outputs_[k].from];
      if (from != outputs[k] + first) copy_present(outputs[k] + first, from, size);
    }
  }
}

}  // namespace isotherm

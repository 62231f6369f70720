#include "isotherm/backend/cpu.h"

#include <algorithm>

#include "pair_moments.h"

namespace isotherm {

namespace {

/// The pixels of one quantity under the spans of one zone.
struct Plane {
  const Window& window;
  View<const float> values;
  const float* run(const Span& span) const {
    return values.row(span.row - window.row) + (span.col - window.col);
  }
};

const float* weights_of(const Span& span, std::span<const float> weights) {
  return span.weights == Span::kFull ? nullptr : weights.data() + span.weights;
}

/// Is there anything to add to? Empty moments get their shift.
bool find_shift(std::span<const Span> spans, const Plane& plane, Moments& moments) {
  return std::ranges::any_of(
      spans, [&](const Span& span) { return find_shift(plane.run(span), span.count, moments); });
}

/// Two quantities cost hardly more than one: their sums do not wait for each other.
void add_pair(std::span<const Span> spans, std::span<const float> weights, const Plane& a, const Plane& b,
              Collector& into_a, Collector& into_b) {
  Moments read_a = into_a.moments(), read_b = into_b.moments();
  const bool some_a = find_shift(spans, a, read_a), some_b = find_shift(spans, b, read_b);
  if (!some_a && !some_b) return;
  PairMoments sums(read_a, read_b);
  for (const Span& span : spans) {
    const float *run_a = a.run(span), *run_b = b.run(span), *w = weights_of(span, weights);
    if (w == nullptr) {
      for (std::int32_t k = 0; k < span.count; ++k) sums.add(run_a[k], run_b[k], 1.0f);
    } else {
      for (std::int32_t k = 0; k < span.count; ++k) sums.add(run_a[k], run_b[k], w[k]);
    }
  }
  sums.read(read_a, read_b);
  into_a.set_moments(read_a);
  into_b.set_moments(read_b);
  for (const Span& span : spans) {
    const float* w = weights_of(span, weights);
    into_a.keep_run(a.run(span), w, span.count);
    into_b.keep_run(b.run(span), w, span.count);
  }
}

}  // namespace

void CpuBackend::evaluate(const Program& program, const Tile& inputs, Tile& outputs) {
  outputs.reset(inputs.window(), program.outputs().size());
  std::vector<const float*> in;
  std::vector<float*> out;
  for (std::size_t k = 0; k < inputs.planes(); ++k) in.push_back(inputs.plane(k).data());
  for (std::size_t k = 0; k < outputs.planes(); ++k) out.push_back(outputs.plane(k).data());
  program.evaluate(in, out, inputs.plane_size());
}

void CpuBackend::gather(const Coverage& coverage, const Tile& values, Gathering& gathering) {
  const Window& window = values.window();
  const auto weights = coverage.weights();
  const std::size_t quantities = gathering.quantities();
  for (std::size_t zone = 0; zone < coverage.zones(); ++zone) {
    const auto spans = coverage.spans(zone);
    const std::uint32_t begin = gathering.next_span(zone);
    std::uint32_t end = begin;
    while (end < spans.size() && spans[end].row < window.row_end()) ++end;
    if (end == begin) continue;
    const auto here = spans.subspan(begin, end - begin);
    std::size_t q = 0;
    for (; q + 1 < quantities; q += 2) {
      add_pair(here, weights, {window, values.view(q)}, {window, values.view(q + 1)},
               gathering.collector(zone, q), gathering.collector(zone, q + 1));
    }
    if (q < quantities) {
      const Plane plane{window, values.view(q)};
      Collector& collector = gathering.collector(zone, q);
      for (const Span& span : here) collector.add_run(plane.run(span), weights_of(span, weights), span.count);
    }
    gathering.next_span(zone) = end;
  }
}

}  // namespace isotherm

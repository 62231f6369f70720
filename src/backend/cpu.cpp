#include "isotherm/backend/cpu.h"

namespace isotherm {

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
  for (std::size_t zone = 0; zone < coverage.zones(); ++zone) {
    const auto spans = coverage.spans(zone);
    const std::uint32_t begin = gathering.next_span(zone);
    std::uint32_t end = begin;
    while (end < spans.size() && spans[end].row < window.row_end()) ++end;
    if (end == begin) continue;
    for (std::size_t quantity = 0; quantity < gathering.quantities(); ++quantity) {
      Collector& collector = gathering.collector(zone, quantity);
      const View<const float> plane = values.view(quantity);
      for (std::uint32_t k = begin; k < end; ++k) {
        const Span& span = spans[k];
        const float* run = plane.row(span.row - window.row) + (span.col - window.col);
        collector.add_run(run, span.weights == Span::kFull ? nullptr : weights.data() + span.weights,
                          span.count);
      }
    }
    gathering.next_span(zone) = end;
  }
}

}  // namespace isotherm

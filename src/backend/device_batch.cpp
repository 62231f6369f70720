#include "device_batch.h"

namespace isotherm {

ProgramArrays::ProgramArrays(const Program& program)
    : fits(program.registers() <= kernels::kMostRegisters),
      steps(program.steps()),
      constants(program.constants()),
      inputs(static_cast<std::uint32_t>(program.inputs().size())) {
  for (const ProgramOutput& output : program.outputs()) results.push_back(output.from);
}

kernels::ProgramView ProgramArrays::view() const {
  return {steps.data(),
          constants.data(),
          results.data(),
          static_cast<std::uint32_t>(steps.size()),
          inputs,
          static_cast<std::uint32_t>(constants.size()),
          static_cast<std::uint32_t>(results.size())};
}

GatherArrays::GatherArrays(const Coverage& coverage, const Tile& values, Gathering& gathering)
    : quantities_(static_cast<std::uint32_t>(gathering.quantities())) {
  const std::int64_t row_end = values.window().row_end();
  const auto all_weights = coverage.weights();
  for (std::size_t zone = 0; zone < coverage.zones(); ++zone) {
    const auto all = coverage.spans(zone);
    std::uint32_t k = gathering.next_span(zone);
    const std::uint32_t begin = k;
    for (; k < all.size() && all[k].row < row_end; ++k) {
      Span span = all[k];
      if (span.weights != Span::kFull) {
        const auto from = all_weights.begin() + span.weights;
        span.weights = static_cast<std::uint32_t>(weights.size());
        weights.insert(weights.end(), from, from + span.count);
      }
      spans.push_back(span);
    }
    if (k == begin) continue;
    zones.push_back(static_cast<std::uint32_t>(zone));
    first.push_back(static_cast<std::uint32_t>(spans.size()));
    for (std::uint32_t q = 0; q < quantities_; ++q) moments.push_back(gathering.collector(zone, q).moments());
  }
}

kernels::GatherView GatherArrays::view(const Tile& values) const {
  const Window& window = values.window();
  return {spans.data(),
          first.data(),
          weights.data(),
          values.planes() == 0 ? nullptr : values.plane(0).data(),
          values.plane_size(),
          window.col,
          window.row,
          window.width,
          static_cast<std::uint32_t>(zones.size()),
          quantities_};
}

void GatherArrays::finish(const Coverage& coverage, const Tile& values, Gathering& gathering) const {
  const Window& window = values.window();
  for (std::size_t z = 0; z < zones.size(); ++z) {
    const std::size_t zone = zones[z];
    const std::uint32_t begin = gathering.next_span(zone), count = first[z + 1] - first[z];
    for (std::uint32_t q = 0; q < quantities_; ++q) {
      Collector& collector = gathering.collector(zone, q);
      collector.set_moments(moments[z * quantities_ + q]);
      for (const Span& span : coverage.spans(zone).subspan(begin, count)) {
        collector.keep_run(values.view(q).row(span.row - window.row) + (span.col - window.col),
                           span.weights == Span::kFull ? nullptr : coverage.weights().data() + span.weights,
                           span.count);
      }
    }
    gathering.next_span(zone) = begin + count;
  }
}

}  // namespace isotherm

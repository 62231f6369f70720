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

GatherArrays::GatherArrays(const Coverage& coverage, const Tile& values, Gathering& gathering,
                           std::size_t first_zone, std::size_t most_bytes)
    : end_zone(first_zone), quantities_(static_cast<std::uint32_t>(gathering.quantities())) {
  const std::int64_t row_end = values.window().row_end();
  const auto all_weights = coverage.weights();
  for (; end_zone < coverage.zones() && (zones.empty() || bytes() < most_bytes); ++end_zone) {
    const auto all = coverage.spans(end_zone);
    std::uint32_t k = gathering.next_span(end_zone);
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
    zones.push_back(static_cast<std::uint32_t>(end_zone));
    first.push_back(static_cast<std::uint32_t>(spans.size()));
    for (std::uint32_t q = 0; q < quantities_; ++q)
      moments.push_back(gathering.collector(end_zone, q).moments());
  }
}

std::size_t GatherArrays::bytes() const {
  return spans.size() * sizeof(Span) + first.size() * sizeof(std::uint32_t) + weights.size() * sizeof(float) +
         moments.size() * sizeof(Moments);
}

kernels::GatherView GatherArrays::view(const Tile& values) const {
  return {spans.data(),    first.data(),
          weights.data(),  values.planes() == 0 ? nullptr : values.plane(0).data(),
          values.window(), static_cast<std::uint32_t>(zones.size()),
          quantities_};
}

void GatherArrays::finish(const Coverage& coverage, const Tile& values, Gathering& gathering) const {
  for (std::size_t z = 0; z < zones.size(); ++z) {
    for (std::uint32_t q = 0; q < quantities_; ++q)
      gathering.collector(zones[z], q).set_moments(moments[z * quantities_ + q]);
    keep_values(coverage, zones[z], values, gathering);
  }
}

void keep_values(const Coverage& coverage, std::size_t zone, const Tile& values, Gathering& gathering) {
  const Window& window = values.window();
  const auto spans = coverage.spans(zone);
  const std::uint32_t begin = gathering.next_span(zone);
  std::uint32_t end = begin;
  while (end < spans.size() && spans[end].row < window.row_end()) ++end;
  for (std::size_t q = 0; q < gathering.quantities(); ++q) {
    Collector& collector = gathering.collector(zone, q);
    for (const Span& span : spans.subspan(begin, end - begin)) {
      collector.keep_run(values.view(q).row(span.row - window.row) + (span.col - window.col),
                         span.weights == Span::kFull ? nullptr : coverage.weights().data() + span.weights,
                         span.count);
    }
  }
  gathering.next_span(zone) = end;
}

}  // namespace isotherm

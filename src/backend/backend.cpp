#include "isotherm/backend/backend.h"

#include <array>

#include "isotherm/backend/cpu.h"

namespace isotherm {

void Gathering::reset(const Coverage& coverage, std::size_t quantities, bool keep_samples) {
  quantities_ = quantities;
  next_span_.assign(coverage.zones(), 0);
  if (keep_samples != keep_samples_) collectors_.clear();
  keep_samples_ = keep_samples;
  for (Collector& collector : collectors_) collector.clear();
  collectors_.resize(coverage.zones() * quantities, Collector(keep_samples));
}

std::span<const BackendRow> backends() {
  static const std::array<BackendRow, 1> rows{{
      {"cpu", "all cores of this machine", [] { return true; },
       []() -> std::unique_ptr<Backend> { return std::make_unique<CpuBackend>(); }},
  }};
  return rows;
}

}  // namespace isotherm

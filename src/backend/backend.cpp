#include "isotherm/backend/backend.h"

#include <array>

#include "isotherm/backend/cpu.h"
#include "isotherm/backend/cuda.h"
#include "isotherm/core/error.h"
#include "isotherm/core/rows.h"

namespace isotherm {

void Gathering::reset(const Coverage& coverage, std::size_t quantities, bool keep_samples) {
  quantities_ = quantities;
  next_span_.assign(coverage.zones(), 0);
  if (keep_samples != keep_samples_) collectors_.clear();
  keep_samples_ = keep_samples;
  for (Collector& collector : collectors_) collector.clear();
  collectors_.resize(coverage.zones() * quantities, Collector(keep_samples));
}

void Backend::evaluate_stored(const Program& program, const StoredTile& inputs, Tile& outputs) {
  Tile decoded;
  inputs.decode_to(decoded);
  evaluate(program, decoded, outputs);
}

std::unique_ptr<KeptZones> Backend::keep(const Coverage&, std::size_t, std::span<const ValueStatistic>) {
  return nullptr;
}

std::span<const BackendRow> backends() {
  static const std::array<BackendRow, 2> rows{{
      {"cuda", "an NVIDIA GPU", [] { return gpu_report().trouble; }, make_cuda_backend},
      {"cpu", "all cores of this machine", [] { return std::string(); },
       [](const BackendChoice&) -> std::unique_ptr<Backend> { return std::make_unique<CpuBackend>(); }},
  }};
  return rows;
}

std::unique_ptr<Backend> make_backend(const BackendChoice& choice) {
  const std::string name = choice.name == "auto" ? std::string(backends().back().name) : choice.name;
  const BackendRow& row = row_named(backends(), name, "backend");
  if (const std::string trouble = row.trouble(); !trouble.empty())
    throw Error(ErrorKind::usage,
                "--backend " + name + ": " + trouble + "; without --backend the processor is used");
  if (row.name == "cpu" && (!choice.gpus.empty() || choice.gpu_memory > 0))
    throw Error(ErrorKind::usage, "--gpu and --gpu-memory go with --backend cuda");
  return row.make(choice);
}

}  // namespace isotherm

// What cards there are, and how fast they copy.
#include <algorithm>

#include "device.h"
#include "isotherm/backend/cuda.h"

namespace isotherm {

namespace {

std::string version(int number) {
  return std::to_string(number / 1000) + "." + std::to_string(number % 1000 / 10);
}

}  // namespace

GpuReport gpu_report() {
  GpuReport report;
  report.runtime = version(CUDART_VERSION);
  int number = 0;
  if (cudaDriverGetVersion(&number) != cudaSuccess || number == 0) {
    cudaGetLastError();
    report.trouble = "no NVIDIA driver was found";
    return report;
  }
  report.driver = version(number);
  int cards = 0;
  const cudaError_t counted = cudaGetDeviceCount(&cards);
  if (counted != cudaSuccess || cards == 0) {
    cudaGetLastError();
    report.trouble = counted == cudaSuccess
                         ? "no NVIDIA card was found"
                         : std::string(cudaGetErrorName(counted)) + ": " + cudaGetErrorString(counted);
    return report;
  }
  for (int k = 0; k < cards; ++k) {
    cudaDeviceProp properties{};
    GpuCard card;
    card.number = k;
    if (cudaGetDeviceProperties(&properties, k) == cudaSuccess) {
      card.name = properties.name;
      card.capability = std::to_string(properties.major) + "." + std::to_string(properties.minor);
      card.memory = properties.totalGlobalMem;
    }
    std::size_t all = 0;
    if (cudaSetDevice(k) == cudaSuccess) cudaMemGetInfo(&card.free_memory, &all);
    cudaGetLastError();
    report.cards.push_back(std::move(card));
  }
  if (report.cards.front().memory == 0) report.trouble = "the first card does not answer";
  return report;
}

double gpu_copy_bandwidth(int card, std::size_t bytes) {
  gpu::check(cudaSetDevice(card), "choosing card " + std::to_string(card));
  gpu::CardMemory<std::byte> from, to;
  std::byte *source = from.room(bytes), *target = to.room(bytes);
  const gpu::Stream stream;
  const gpu::Event start, end;
  double best = 0;
  for (int round = 0; round < 10; ++round) {
    gpu::check(cudaEventRecord(start.get(), stream.get()), "timing a copy");
    gpu::check(cudaMemcpyAsync(target, source, bytes, cudaMemcpyDeviceToDevice, stream.get()),
               "copying on the card");
    gpu::check(cudaEventRecord(end.get(), stream.get()), "timing a copy");
    stream.wait("copying on the card");
    float milliseconds = 0;
    gpu::check(cudaEventElapsedTime(&milliseconds, start.get(), end.get()), "timing a copy");
    best = std::max(best, 2.0 * static_cast<double>(bytes) / (static_cast<double>(milliseconds) * 1e-3));
  }
  return best;
}

}  // namespace isotherm

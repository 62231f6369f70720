// What a card does with pixels in a second, each beside the copies that this card makes: kernels on what lies
// in its memory already, then calls of the backend with all transfers. Results are compared with the
// processor's before anything is timed.
//   gpu_speed [CARD] [PIXELS OF A SIDE]        prints the rows of a table for docs/benchmarks
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "../../cuda/device.h"
#include "../../cuda/launch.h"
#include "../../src/backend/device_batch.h"
#include "isotherm/backend/cpu.h"
#include "isotherm/backend/cuda.h"
#include "isotherm/zones/cell_patterns.h"

namespace {

using namespace isotherm;
using gpu::CardMemory;

constexpr int kRuns = 11;

/// Seconds of the card's own clock, the median of several runs.
template <class Work>
double seconds_of(const gpu::Stream& stream, Work&& work) {
  const gpu::Event start, end;
  std::vector<double> runs;
  for (int run = 0; run < kRuns; ++run) {
    gpu::check(cudaEventRecord(start.get(), stream.get()), "timing");
    work();
    gpu::check(cudaEventRecord(end.get(), stream.get()), "timing");
    stream.wait("timing");
    float milliseconds = 0;
    gpu::check(cudaEventElapsedTime(&milliseconds, start.get(), end.get()), "timing");
    runs.push_back(static_cast<double>(milliseconds) * 1e-3);
  }
  std::nth_element(runs.begin(), runs.begin() + kRuns / 2, runs.end());
  return runs[kRuns / 2];
}

void print_row(const std::string& work, double seconds, double bytes, double rate) {
  std::printf("| %s | %.3f | %.1f | %.0f %% |\n", work.c_str(), 1e3 * seconds, 1e-9 * bytes / seconds,
              100 * bytes / seconds / rate);
}

/// Rates of copies into the card and out of it, bytes per second.
struct LinkRates {
  double in = 0, out = 0;
};

LinkRates link_rates(const gpu::Stream& stream, std::size_t bytes) {
  CardMemory<std::byte> card;
  gpu::PinnedMemory<std::byte> host;
  std::byte *there = card.room(bytes), *here = host.room(bytes);
  std::memset(here, 1, bytes);
  const auto copy = [&](std::byte* to, const std::byte* from, cudaMemcpyKind kind) {
    return static_cast<double>(bytes) / seconds_of(stream, [&] {
             gpu::check(cudaMemcpyAsync(to, from, bytes, kind, stream.get()), "copying");
           });
  };
  return {copy(there, here, cudaMemcpyHostToDevice), copy(here, there, cudaMemcpyDeviceToHost)};
}

/// Reflectances between 0 and 0.6, one in a hundred missing.
Tile made_bands(std::int64_t side, std::size_t planes) {
  Tile tile({0, 0, side, side}, planes);
  std::uint32_t state = 1;
  for (std::size_t k = 0; k < planes; ++k) {
    for (float& value : tile.plane(k)) {
      state = state * 1664525U + 1013904223U;
      value = state % 100 == 0 ? std::nanf("") : static_cast<float>(state >> 8) * (0.6f / 16777216.0f);
    }
  }
  return tile;
}

/// Bands as Landsat stores reflectance, and a quality band; one pixel in sixteen is cloud.
StoredTile made_numbers(std::int64_t side, std::size_t bands) {
  const Decoding reflectance{2.75e-5, -0.2, 0, 1, 65455};
  StoredQuality cloud;
  cloud.test.any = 1u << 3;
  StoredTile tile;
  tile.reset({0, 0, side, side}, {0, 0, side, side}, std::vector<Decoding>(bands, reflectance), {cloud});
  std::uint32_t state = 1;
  for (std::size_t k = 0; k < tile.planes(); ++k) {
    for (std::uint16_t& number : tile.plane(k)) {
      state = state * 1664525U + 1013904223U;
      number = k < bands ? static_cast<std::uint16_t>(7273 + (state >> 17)) : (state >> 28 == 0 ? 8 : 0);
    }
  }
  return tile;
}

Program made_program(const std::vector<std::string>& indices) {
  Scene scene;
  scene.id = "made";
  for (const char* name : {"blue", "green", "red", "nir08", "swir16", "swir22"}) {
    scene.bands.emplace_back();
    scene.bands.back().name = name;
  }
  FormulaScope scope;
  scope.catalogue = &Catalogue::builtin();
  return compile(indices, scope, scene);
}

template <class T>
T* upload(CardMemory<T>& memory, const T* values, std::size_t count) {
  T* room = memory.room(std::max<std::size_t>(count, 1));
  gpu::check(cudaMemcpy(room, values, count * sizeof(T), cudaMemcpyHostToDevice), "copying to the card");
  return room;
}

void time_program(const std::string& title, const std::vector<std::string>& indices, std::int64_t side,
                  const gpu::Stream& stream, double rate) {
  const Program program = made_program(indices);
  const ProgramArrays arrays(program);
  const Tile inputs = made_bands(side, program.inputs().size());
  const std::size_t pixels = inputs.plane_size(), results = program.outputs().size();
  CardMemory<Step> steps;
  CardMemory<float> constants, in, out;
  CardMemory<std::uint16_t> places;
  kernels::ProgramView view = arrays.view();
  view.steps = upload(steps, arrays.steps.data(), arrays.steps.size());
  view.constants = upload(constants, arrays.constants.data(), arrays.constants.size());
  view.results = upload(places, arrays.results.data(), arrays.results.size());
  const float* bands = upload(in, inputs.plane(0).data(), pixels * inputs.planes());
  float* values = out.room(pixels * results);
  const double decoded = seconds_of(stream, [&] {
    gpu::launch(gpu::evaluate_pixels, pixels, stream, "formulas", view, bands, values, pixels);
  });
  print_row(title + ", from decoded bands", decoded,
            static_cast<double>(pixels * (inputs.planes() + results) * sizeof(float)), rate);
  const StoredTile numbers = made_numbers(side, inputs.planes());
  CardMemory<std::uint16_t> stored_numbers;
  CardMemory<Decoding> rules;
  CardMemory<StoredQuality> qualities;
  StoredView stored = numbers.view();
  stored.numbers = upload(stored_numbers, stored.numbers, pixels * numbers.planes());
  stored.rules = upload(rules, stored.rules, stored.bands);
  stored.qualities = upload(qualities, stored.qualities, stored.quality_planes);
  const double raw = seconds_of(stream, [&] {
    gpu::launch(gpu::evaluate_stored_pixels, pixels, stream, "formulas", view, stored, values);
  });
  print_row(
      title + ", from uint16 bands and QA", raw,
      static_cast<double>(pixels * (numbers.planes() * sizeof(std::uint16_t) + results * sizeof(float))),
      rate);
}

Coverage made_coverage(const char* spec, std::int64_t side) {
  const Grid grid = Grid::parse(spec);
  const double size = 30.0 * static_cast<double>(side);
  const GeoTransform pixels(std::array<double, 6>{0, 30, 0, size, 0, -30});
  CoverageBuilder builder({0, 0, side, side}, CoverageRule::exact);
  CellPatterns patterns(grid, pixels, CoverageRule::exact);
  std::vector<std::int64_t> ids;
  const CellRange range = grid.cells_over({0, 0, size, size});
  for (std::int64_t n = 0; n < range.size(); ++n) ids.push_back(Grid::id(range.at(n)));
  patterns.add(ids, builder);
  return builder.finish();
}

void time_zones(const std::string& title, const Coverage& coverage, const Tile& values,
                const gpu::Stream& stream, double rate) {
  Gathering gathering;
  gathering.reset(coverage, values.planes(), false);
  const GatherArrays arrays(coverage, values, gathering, 0, std::numeric_limits<std::size_t>::max());
  CardMemory<Span> spans;
  CardMemory<std::uint32_t> first;
  CardMemory<float> weights, planes;
  CardMemory<Moments> sums;
  kernels::GatherView view = arrays.view(values);
  view.values = upload(planes, values.plane(0).data(), values.plane_size() * values.planes());
  view.spans = upload(spans, arrays.spans.data(), arrays.spans.size());
  view.first = upload(first, arrays.first.data(), arrays.first.size());
  view.weights = upload(weights, arrays.weights.data(), arrays.weights.size());
  Moments* moments = upload(sums, arrays.moments.data(), arrays.moments.size());
  const double seconds = seconds_of(
      stream, [&] { gpu::launch(gpu::gather_zones, arrays.moments.size(), stream, "zones", view, moments); });
  // Every pixel and all of the coverage once, sums read and written.
  print_row(title + ", " + std::to_string(coverage.zones()) + " zones", seconds,
            static_cast<double>(values.plane_size() * values.planes() * sizeof(float) +
                                arrays.spans.size() * sizeof(Span) + arrays.weights.size() * sizeof(float) +
                                2 * arrays.moments.size() * sizeof(Moments)),
            rate);
}

/// The same bits from both; exits where they are not.
void compare(const Coverage& coverage, const Tile& values, Backend& card, Backend& processor) {
  Gathering ours, theirs;
  ours.reset(coverage, values.planes(), false);
  theirs.reset(coverage, values.planes(), false);
  card.gather(coverage, values, ours);
  processor.gather(coverage, values, theirs);
  for (std::size_t zone = 0; zone < coverage.zones(); ++zone) {
    for (std::size_t q = 0; q < values.planes(); ++q) {
      const Moments &a = ours.collector(zone, q).moments(), &b = theirs.collector(zone, q).moments();
      if (std::memcmp(&a, &b, sizeof(Moments)) != 0) {
        std::printf("zone %zu differs from the processor's\n", zone);
        std::exit(1);
      }
    }
  }
}

/// A date of a whole job, transfers included: wall seconds of the best of three calls.
double date_seconds(Backend& backend, const Program& program, const Coverage& coverage,
                    const StoredTile& numbers, std::span<const Statistic> statistics) {
  const std::size_t quantities = program.outputs().size();
  std::vector<ValueStatistic> wanted;
  for (std::uint32_t q = 0; q < quantities; ++q) {
    for (const Statistic& statistic : statistics) wanted.push_back({q, statistic.kind, statistic.number()});
  }
  const auto kept = backend.keep(coverage, quantities, wanted);
  Gathering gathering;
  Tile values;
  std::vector<double> found(coverage.zones() * wanted.size());
  double best = 1e9;
  for (int run = 0; run < 3; ++run) {
    gathering.reset(coverage, quantities, kept == nullptr && !wanted.empty());
    const auto start = std::chrono::steady_clock::now();
    if (kept != nullptr) {
      kept->start();
      kept->add(program, numbers);
      kept->finish(gathering, found);
    } else {
      backend.evaluate_stored(program, numbers, values);
      backend.gather(coverage, values, gathering);
      for (std::size_t zone = 0; !wanted.empty() && zone < coverage.zones(); ++zone) {
        for (std::size_t q = 0; q < quantities; ++q) {
          gathering.collector(zone, q).read(
              statistics, 1,
              std::span(found).subspan((zone * quantities + q) * statistics.size(), statistics.size()));
        }
      }
    }
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

void time_backend(Backend& backend, const char* name, const Coverage& coverage, std::int64_t side,
                  double link) {
  const Program program = made_program({"ndvi", "ndbi"});
  const StoredTile numbers = made_numbers(side, program.inputs().size());
  const auto bytes = static_cast<double>(numbers.plane_size() * numbers.planes() * sizeof(std::uint16_t));
  const std::vector<Statistic> quantiles{parse_statistic("median"), parse_statistic("p10"),
                                         parse_statistic("p90")};
  print_row(std::string(name) + ": NDVI and NDBI of a date into their zones",
            date_seconds(backend, program, coverage, numbers, {}), bytes, link);
  print_row(std::string(name) + ": the same with median, p10 and p90",
            date_seconds(backend, program, coverage, numbers, quantiles), bytes, link);
}

void measure(int number, std::int64_t side) {
  const GpuReport report = gpu_report();
  const GpuCard& card = report.cards.at(static_cast<std::size_t>(number));
  gpu::check(cudaSetDevice(number), "choosing the card");
  const gpu::Stream stream;
  const auto pixels = static_cast<std::size_t>(side * side);
  const double rate = gpu_copy_bandwidth(number, std::min(std::size_t{1} << 30, 64 * pixels));
  const LinkRates link = link_rates(stream, std::min(std::size_t{1} << 28, 16 * pixels));
  std::printf("%s (%s), CUDA %s, driver of CUDA %s; %lld x %lld pixels\n\n", card.name.c_str(),
              card.capability.c_str(), report.runtime.c_str(), report.driver.c_str(),
              static_cast<long long>(side), static_cast<long long>(side));
  std::printf("| copies | GB/s |\n| --- | --- |\n| within the card, read and written | %.0f |\n",
              1e-9 * rate);
  std::printf("| into the card, pinned | %.1f |\n| out of it, pinned | %.1f |\n\n", 1e-9 * link.in,
              1e-9 * link.out);

  std::printf(
      "| kernel, bands on the card | ms | GB/s | of the card's copies |\n| --- | --- | --- | --- |\n");
  time_program("NDVI", {"ndvi"}, side, stream, rate);
  time_program("ten indices of six bands",
               {"ndvi", "ndbi", "ndwi", "mndwi", "evi", "savi", "msavi", "bsi", "nbr", "ui"}, side, stream,
               rate);
  const Tile values = made_bands(side, 2);
  const Coverage squares = made_coverage("square:100", side), hexagons = made_coverage("hex:100", side);
  time_zones("moments of two quantities, squares of 100 m", squares, values, stream, rate);
  time_zones("the same, hexagons of 100 m", hexagons, values, stream, rate);

  BackendChoice choice;
  choice.gpus = {std::to_string(number)};
  const std::unique_ptr<Backend> ours = make_cuda_backend(choice);
  CpuBackend processor;
  compare(hexagons, values, *ours, processor);
  std::printf("\n| call of a backend, one worker | ms | GB/s | of copies into the card |\n");
  std::printf("| --- | --- | --- | --- |\n");
  time_backend(*ours, "cuda", hexagons, side, link.in);
  time_backend(processor, "cpu, one thread", hexagons, side, link.in);
}

}  // namespace

int main(int count, char** words) {
  const GpuReport report = gpu_report();
  if (!report.trouble.empty()) {
    std::printf("skipped: no CUDA device (%s)\n", report.trouble.c_str());
    return 0;
  }
  const int number = count > 1 ? std::atoi(words[1]) : 0;
  const std::int64_t side = count > 2 ? std::atoll(words[2]) : 4096;
  if (number < 0 || number >= static_cast<int>(report.cards.size()) || side < 16 || side > 40000) {
    std::fprintf(stderr, "gpu_speed [CARD] [PIXELS OF A SIDE, 16 to 40000]\n");
    return 2;
  }
  try {
    measure(number, side);
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}

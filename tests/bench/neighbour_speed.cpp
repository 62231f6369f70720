// Seconds for nearest neighbours of a million places and for permutations of a hundred thousand cells.
//   neighbour_speed [THREADS] [POINTS.csv]     the scattered points go to POINTS.csv for other tools
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "isotherm/model/autocorrelation.h"
#include "isotherm/model/weights.h"

namespace {

using namespace isotherm;

double uniform(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) + 1e-6 * static_cast<double>(usage.ru_utime.tv_usec);
}

/// The median of five runs, wall and processor time.
template <class Work>
void time(const char* name, const Work& work) {
  std::vector<double> wall, processor;
  for (int run = 0; run < 5; ++run) {
    const auto start = std::chrono::steady_clock::now();
    const double used = processor_seconds();
    work();
    wall.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    processor.push_back(processor_seconds() - used);
  }
  std::sort(wall.begin(), wall.end());
  std::sort(processor.begin(), processor.end());
  std::printf("%-44s %8.3f s wall %8.3f s user\n", name, wall[2], processor[2]);
}

std::vector<Point> lattice(bool hexagons) {
  std::uint64_t state = 5;
  std::vector<Point> points;
  for (int j = 0; j < 1100; ++j) {
    for (int i = 0; i < 1100 && points.size() < 1000000; ++i) {
      if (uniform(state) < 0.1) continue;
      points.push_back({400000 + 100.0 * i + (hexagons && j % 2 == 1 ? 50 : 0),
                        5e6 - (hexagons ? 86.60254037844386 : 100.0) * j});
    }
  }
  return points;
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
  std::uint64_t state = 3;
  std::vector<Point> scattered(1000000);
  for (Point& p : scattered) p = {1e5 * uniform(state), 1e5 * uniform(state)};
  if (argc > 2) {
    std::FILE* file = std::fopen(argv[2], "w");
    if (file == nullptr) return 1;
    for (const Point& p : scattered) std::fprintf(file, "%.17g,%.17g\n", p.x, p.y);
    std::fclose(file);
  }
  const std::vector<Point> squares = lattice(false), hexagons = lattice(true);
  time("8 nearest of 1e6 scattered places", [&] { nearest_neighbours(scattered, 8, false, threads); });
  time("8 nearest of 1e6 squares, a tenth missing", [&] { nearest_neighbours(squares, 8, false, threads); });
  time("6 nearest of 1e6 hexagons, a tenth missing",
       [&] { nearest_neighbours(hexagons, 6, false, threads); });
  const std::vector<Point> few(scattered.begin(), scattered.begin() + 100000);
  Weights weights = nearest_neighbours(few, 8, false, threads);
  standardise(weights);
  std::vector<double> x;
  for (const Point& p : few) x.push_back(std::sin(p.x / 9000) + std::cos(p.y / 7000) + uniform(state));
  for (const auto& row : local_statistics()) {
    const std::string name = std::string(row.name) + ", 999 permutations, 1e5 cells";
    time(name.c_str(), [&] { local_autocorrelation(row.statistic, x, weights, {999, 1, threads}); });
  }
}

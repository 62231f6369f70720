// Small integer arithmetic shared by the grids.
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

#include "isotherm/core/error.h"
#include "isotherm/zones/grid.h"

namespace isotherm::lattice {

inline constexpr std::int64_t kLimit = std::int64_t{1} << 25;  ///< |i|, |j| stay below

/// Division and remainder that round down also for negative numbers.
inline std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }
inline std::int64_t floor_modulo(std::int64_t a, std::int64_t b) { return a - floor_divide(a, b) * b; }
inline bool odd(std::int64_t n) { return n % 2 != 0; }

inline bool holds(std::int64_t i, std::int64_t j) {
  return i > -kLimit && i < kLimit && j > -kLimit && j < kLimit;
}

/// A position known to be on the lattice. Throws Error(usage) otherwise.
inline Cell cell(std::int64_t i, std::int64_t j, const std::string& grid) {
  if (!holds(i, j)) {
    throw Error(ErrorKind::usage,
                grid + ": cell (" + std::to_string(i) + ", " + std::to_string(j) +
                    ") is off the lattice, which ends at 2^25 cells either way of the origin; "
                    "use larger cells, or a CRS in metres");
  }
  return {static_cast<std::int32_t>(i), static_cast<std::int32_t>(j)};
}

/// One axis of lattice lines: line n lies at n unit + origin. Outlines and zone_at take lines from here, so
/// that a point is compared with the very numbers that vertices are made of.
struct Axis {
  double unit;
  double origin = 0;

  double line(std::int64_t n) const { return static_cast<double>(n) * unit + origin; }
  /// The n with line(n) <= value < line(n + 1). Far beyond the lattice the answer only has to be beyond it,
  /// too.
  std::int64_t floor(double value) const {
    constexpr double kBeyond = 1e12;
    const double quotient = std::floor((value - origin) / unit);
    if (!(std::abs(quotient) < kBeyond)) return static_cast<std::int64_t>(quotient < 0 ? -kBeyond : kBeyond);
    auto n = static_cast<std::int64_t>(quotient);
    if (line(n) > value) --n;
    if (line(n + 1) <= value) ++n;
    return n;
  }
  /// The n with line(n - 1) < value <= line(n).
  std::int64_t ceil(double value) const {
    const std::int64_t n = floor(value);
    return line(n) == value ? n : n + 1;
  }
};

/// A size as it stands in specs and ids: shortest digits that read back, never with an exponent.
std::string size_text(double size);

/// "PREFIXi_j". Written for every cell of a run, so it allocates once.
inline std::string id_text(const std::string& prefix, Cell cell, char between) {
  std::array<char, 12> i, j;
  const auto i_end = std::to_chars(i.data(), i.data() + i.size(), cell.i).ptr;
  const auto j_end = std::to_chars(j.data(), j.data() + j.size(), cell.j).ptr;
  std::string text;
  text.reserve(prefix.size() + i.size() + j.size() + 1);
  text.append(prefix).append(i.data(), i_end).push_back(between);
  return text.append(j.data(), j_end);
}

}  // namespace isotherm::lattice

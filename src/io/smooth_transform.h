// Many points from a projected CRS to longitude and latitude, fast: a map projection changes smoothly, so it
// is measured at nine places of a patch 2 km wide and read off a biquadratic in between.
//
// Bound: a patch is used only when, at the four places where the error of such a polynomial is largest, it
// departs from the projection by at most 1e-9 degrees (0.1 mm, a hundredth of the seventh decimal);
// elsewhere, as near the poles, the antimeridian or the rim of a map, every point is transformed by itself.
// Patches are anchored to the CRS, so what a point becomes depends on the point alone. Method:
// docs/methods/projections.md.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <unordered_map>

#include "isotherm/io/crs.h"

namespace isotherm {

/// One per thread.
class SmoothTransform {
 public:
  explicit SmoothTransform(const CrsTransform& exact);
  SmoothTransform(const SmoothTransform& other) : SmoothTransform(other.exact_) {}
  SmoothTransform& operator=(const SmoothTransform&) = delete;
  /// In place, as CrsTransform::apply.
  void apply(std::span<Point> points);
  const CrsTransform& exact() const { return exact_; }

  static constexpr double kBound = 1e-9;  ///< degrees

 private:
  struct Patch {
    std::array<Point, 9> nodes;  ///< rows from the south
    bool smooth = false;
  };
  const Patch& patch_at(std::int64_t column, std::int64_t row);
  Patch measure(std::int64_t column, std::int64_t row) const;

  CrsTransform exact_;
  double side_ = 0;  ///< of a patch, in units of the source; 0: no patches
  std::unordered_map<std::int64_t, Patch> patches_;
  std::int64_t last_key_ = 0;
  const Patch* last_ = nullptr;
};

}  // namespace isotherm

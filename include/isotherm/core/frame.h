// Where pixels are: size, transform and CRS. Two bands meet only if their frames are equal.
#pragma once

#include <optional>
#include <string>

#include "isotherm/core/geometry.h"

namespace isotherm {

/// `crs` is the canonical text made by io (an authority code such as "EPSG:32632" when there is one, else
/// WKT); empty when unknown. Equal text means the same CRS.
struct Frame {
  std::int64_t width = 0;
  std::int64_t height = 0;
  GeoTransform transform;
  std::string crs;

  bool operator==(const Frame&) const = default;
  Window window() const { return {0, 0, width, height}; }
  /// Bounding map rectangle of all pixels.
  Extent extent() const;
};

/// Same CRS, same pixel size and orientation, and origins a whole number of pixels apart (within 1e-6 pixel).
bool same_lattice(const Frame& a, const Frame& b);

/// The pixel of `a` at which pixel (0, 0) of `b` lies; nothing when the two are not on one lattice.
std::optional<std::pair<std::int64_t, std::int64_t>> lattice_offset(const Frame& a, const Frame& b);

/// The smallest frame on the lattice of `a` that holds both. Throws Error(internal) when they share no
/// lattice.
Frame unite(const Frame& a, const Frame& b);

}  // namespace isotherm

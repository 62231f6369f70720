// The window of a raster over an area: whole pixels of the raster's own lattice, nothing resampled.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "isotherm/core/frame.h"

namespace isotherm {

/// The smallest window of `frame`'s lattice that holds the outline (in the frame's CRS) and `margin` more
/// pixels on every side, cut to the frame; empty when they do not meet. Edges that lie on a pixel's edge
/// within 1e-6 of a pixel take no further pixel.
Window covering_window(const Frame& frame, const MultiPolygon& outline, int margin);

/// An area in degrees, ready for rasters in any CRS. Safe for any number of threads.
class ClipArea {
 public:
  /// `outline`: longitude and latitude on WGS 84.
  ClipArea(MultiPolygon outline, int margin);
  Window window(const Frame& frame) const;
  const MultiPolygon& outline() const { return outline_; }
  int margin() const { return margin_; }
  /// Twelve digits that differ when the area or the margin differ.
  const std::string& id() const { return id_; }

 private:
  MultiPolygon outline_;
  int margin_;
  std::string id_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, MultiPolygon> by_crs_;
};

}  // namespace isotherm

// Outlines as bytes, for part files and for fingerprints.
#pragma once

#include "isotherm/core/bytes.h"
#include "isotherm/core/geometry.h"

namespace isotherm {

/// Counts of polygons, rings and corners before each of their lists; corners as two numbers.
inline void put_outline(ByteWriter& out, const MultiPolygon& outline) {
  out.varint(outline.size());
  for (const Polygon& polygon : outline) {
    out.varint(polygon.rings.size());
    for (const Ring& ring : polygon.rings) {
      out.varint(ring.size());
      for (const Point p : ring) {
        out.fixed(p.x);
        out.fixed(p.y);
      }
    }
  }
}

}  // namespace isotherm

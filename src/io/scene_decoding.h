// What the numbers of one layer of a Landsat product mean: the metadata's scale factors, read group by group,
// with the published values as a checked fallback.
#pragma once

#include <optional>
#include <string>

#include "isotherm/spectral/scene.h"
#include "mtl.h"

namespace isotherm {

/// A layer with everything but its file: name, title, number, quantity, unit, decoding.
struct Layer {
  Band band;
  bool unsigned16 = true;  ///< the product keeps it in unsigned 16 bits (or fewer)
};

/// Meaning of the layer with this suffix ("SR_B4", "ST_QA", "B10"; quality layers excluded) in `scene`. `mtl`
/// may be null: published values, as far as there are any. Nothing when it cannot be turned into a physical
/// value; the reason and every fallback become notes of the scene.
std::optional<Layer> describe_layer(const std::string& suffix, const Mtl* mtl, Scene& scene);

}  // namespace isotherm

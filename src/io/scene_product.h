// A Landsat scene put together from its header, its files and what is known of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/io/scene_reader.h"
#include "isotherm/spectral/scene.h"
#include "mtl.h"

namespace isotherm {

/// One layer of a product and the file it is in.
struct ProductFile {
  std::string suffix;  ///< "SR_B4"
  std::string path;
  // What the source of the scene says of the file, where it says something (STAC items do).
  std::optional<double> scale = std::nullopt, offset = std::nullopt, nodata = std::nullopt;
  std::optional<Frame> frame = std::nullopt;
};

/// Where a layer stands in lists: numbered bands by number, then the others ("10" after "2").
int layer_rank(std::string_view suffix);

/// Opens the files (reads no pixels) and builds the scene. `mtl` may be null: published values, as far as
/// there are any. Throws Error(input) when a file cannot be opened or no band can be used.
Scene build_product(Scene header, std::vector<ProductFile> files, const Mtl* mtl,
                    const SceneOptions& options);

}  // namespace isotherm

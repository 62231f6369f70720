// What a STAC item says of its scene, in the words of this program. Whatever is not told is empty.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "isotherm/fetch/item.h"
#include "isotherm/spectral/bands.h"
#include "isotherm/spectral/scene.h"

namespace isotherm {

struct ItemFacts {
  std::string id;  ///< of the item
  std::string collection;
  std::string
      product;  ///< Landsat product id without layer or part ("LC08_L2SP_047027_20201204_20210313_02_T1")
  std::string spacecraft;  ///< "LANDSAT_8", or the platform as told
  SensorFamily family = SensorFamily::unknown;
  Level level = Level::unknown;
  std::string correction;  ///< "L2SP", "L2SR", "L1TP", ...
  std::string tier;        ///< "T1", "T2", "RT"
  std::optional<int> path, row;
  std::optional<std::int64_t> time_ms;  ///< of the acquisition, milliseconds since 1970
  std::string day;                      ///< "2020-12-04"
  std::optional<double> cloud_cover, sun_elevation;
  std::string made;  ///< when it was processed, comparable as text: "20210313", or what created/updated says
  /// Same for all items of one acquisition at one level: "LC08 L2 047027 20201204"; the item's own id where
  /// unknown.
  std::string scene;
};

ItemFacts facts_of(const StacItem& item);

}  // namespace isotherm

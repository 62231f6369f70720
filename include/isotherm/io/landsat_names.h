// What Landsat's names say, and which layer an asset of a STAC item is: one table for reading scenes and for
// fetching them, since services and years name the same file differently ("red", "SR_B4", "SR_B4.TIF";
// "lwir11", "lwir", "ST_B10").
//
// Sources: Landsat Collection 2 product guides (LSDS-1619, LSDS-1618), naming convention; STAC items of Earth
// Search, Planetary Computer and LandsatLook as recorded.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "isotherm/core/date.h"
#include "isotherm/spectral/bands.h"
#include "isotherm/spectral/scene.h"

namespace isotherm {

/// What a Landsat name tells: product ids of Collections 1 and 2 ("LC08_L2SP_196024_20220418_20220427_02_T1")
/// and scene ids before them ("LC80200392015216LGN00"), also with a layer behind them.
struct ProductName {
  std::string id;
  std::string spacecraft;  ///< "LANDSAT_8"
  Level level = Level::unknown;
  int collection = 0;
  std::string tier;
  Date date;
  int path = 0, row = 0;
};
std::optional<ProductName> parse_product_name(std::string_view name);

/// An asset as an item describes it.
struct AssetName {
  std::string key;          ///< "red", "SR_B4.TIF"
  std::string href;         ///< its file's name decides first
  std::string common_name;  ///< of its first band, where told
};

/// The Landsat layer of an asset ("SR_B4", "ST_B10", "QA_PIXEL", "ST_EMIS"), by its file's name, its key, or
/// its common name; nothing when it is none that is read.
std::optional<std::string> landsat_layer(const AssetName& asset, SensorFamily family, Level level);

/// Name of the band that a layer holds: "red" of SR_B4, "lwir11" of ST_B10, "st_qa" of ST_QA, "qa_pixel" of
/// QA_PIXEL; empty for a layer without one.
std::string band_of_layer(std::string_view layer, SensorFamily family);

}  // namespace isotherm

// A scene: named bands of one acquisition with everything needed to turn stored numbers into physical values.
// Plain data; made by io, read by jobs and the engine. The one place that knows DN from physical value.
#pragma once

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "isotherm/core/date.h"
#include "isotherm/core/frame.h"
#include "isotherm/core/hd.h"
#include "isotherm/spectral/bands.h"
#include "isotherm/spectral/quality.h"

namespace isotherm {

/// How a stored number becomes a physical value. The order is fixed: nodata, then valid range, then scale and
/// offset. NaN stays NaN.
struct Decoding {
  double scale = 1;
  double offset = 0;
  double nodata = std::numeric_limits<double>::quiet_NaN();  ///< stored number that means missing; NaN: none
  double valid_min =
      -std::numeric_limits<double>::infinity();                ///< smallest stored number to trust, inclusive
  double valid_max = std::numeric_limits<double>::infinity();  ///< largest
  /// An unsigned 16-bit product kept in a signed 16-bit file: a negative stored number means itself + 65536,
  /// and is turned into that before anything else (`nodata` and the range speak of the unsigned number).
  bool wrap_unsigned16 = false;

  bool operator==(const Decoding&) const = default;
};

/// Physical value of a stored number, NaN when missing; `invalid` (may be null) is set when the number is
/// present but outside the valid range.
ISO_HD inline float decode(double stored, const Decoding& rule, bool* invalid = nullptr) {
  if (rule.wrap_unsigned16 && stored < 0) stored += 65536;
  if (stored != stored || stored == rule.nodata) return std::numeric_limits<float>::quiet_NaN();
  if (stored < rule.valid_min || stored > rule.valid_max) {
    if (invalid != nullptr) *invalid = true;
    return std::numeric_limits<float>::quiet_NaN();
  }
  return static_cast<float>(stored * rule.scale + rule.offset);
}

/// What the numbers of a band are once decoded.
enum class Quantity {
  plain,                    ///< unknown: a plain raster
  surface_reflectance,      ///< 1
  toa_reflectance,          ///< 1, corrected for the sun's elevation
  surface_temperature,      ///< kelvin
  radiance,                 ///< W/(m2 sr um) at the top of the atmosphere
  temperature_uncertainty,  ///< kelvin, one standard error
  emissivity,               ///< 1
  distance,                 ///< kilometres
  transmittance,            ///< 1
  quality,                  ///< bit field
};
std::string_view to_string(Quantity quantity);
/// Unit of the decoded numbers; empty for plain rasters.
std::string_view unit_of(Quantity quantity);

struct Band {
  std::string name;   ///< canonical name ("nir08", "lwir11", "st_qa"), or the user's for named bands
  std::string title;  ///< what a person calls it: the file's band description or the asset name
  std::string path;   ///< as GDAL opens it
  int index = 1;      ///< band of the file, from 1
  Frame frame;        ///< where its pixels are
  Quantity quantity = Quantity::plain;
  std::string unit;
  std::string number;  ///< Landsat band number ("4", "10"), empty otherwise
  Decoding decoding;
};

enum class Level { unknown, level1, level2 };

struct Scene {
  std::string id;          ///< product id, or the file's stem
  std::string source;      ///< the argument it came from
  std::string spacecraft;  ///< "LANDSAT_8", empty when unknown
  std::string sensor;      ///< "OLI_TIRS"
  SensorFamily family = SensorFamily::unknown;
  Level level = Level::unknown;
  int collection = 0;  ///< 0 pre-collection or unknown, 1, 2
  std::string tier;    ///< "T1", "RT", ...
  std::optional<Date> date;
  std::string time;                   ///< of the day, UTC: "10:21:00Z"; empty when unknown
  std::optional<int> path, row;       ///< WRS-2
  std::optional<double> cloud_cover;  ///< percent, from the metadata
  std::vector<Band> bands;            ///< on one frame: `frame`
  std::vector<Band>
      other_bands;  ///< bands on another frame (panchromatic), named but not usable with the rest
  Frame frame;
  QualityCoding coding = QualityCoding::none;
  std::optional<Band> quality;     ///< QA_PIXEL or BQA
  std::optional<Band> saturation;  ///< QA_RADSAT
  /// Numbers formulas may use: k1, k2, thermal_um, sun_elevation, earth_sun_distance, ...
  std::map<std::string, double> constants;
  std::vector<std::string>
      notes;  ///< what a person should know: fallbacks used, layers missing, placements made

  /// The band of `bands` with this name: exactly this text first, else ignoring case and through aliases
  /// ("nir" finds "nir08"). Null when there is none.
  const Band* find(std::string_view name) const;
};

}  // namespace isotherm

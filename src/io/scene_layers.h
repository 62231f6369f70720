// What the files of a Landsat product are called and what the numbers in them mean: the published tables.
//
// Sources: Landsat 8-9 Collection 2 Level 2 Science Product Guide (LSDS-1619) and Landsat 4-7 Collection 2
// Level 2 Science Product Guide (LSDS-1618), tables of band specifications (scale, offset, fill, valid
// range); Landsat 8-9 OLI/TIRS Collection 2 Level 1 Data Format Control Book (LSDS-1822); Chander, Markham
// and Helder (2009), Remote Sensing of Environment 113, 893-903, table 3 (solar irradiance of the reflective
// bands of Landsat 4-7).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "isotherm/core/date.h"
#include "isotherm/io/landsat_names.h"
#include "isotherm/spectral/scene.h"

namespace isotherm {

/// A layer that is no numbered band: found by the end of its file name or by its key in the metadata.
struct AuxiliaryLayer {
  std::string_view suffix;     ///< "ST_QA"
  std::string_view file_key;   ///< "FILE_NAME_QUALITY_L2_SURFACE_TEMPERATURE"
  std::string_view asset_key;  ///< of STAC items: "qa"
  std::string_view name;       ///< "st_qa"
  std::string_view title;
  Quantity quantity;
  double scale;
  double nodata;
};
/// Layers of surface temperature in Level 2, all kept in signed 16 bits.
std::span<const AuxiliaryLayer> auxiliary_layers();

inline constexpr double kReflectanceScale = 2.75e-5, kReflectanceOffset = -0.2;    ///< of SR_B*
inline constexpr double kTemperatureScale = 0.00341802, kTemperatureOffset = 149;  ///< of ST_B*, kelvin

/// Published decoding of a surface reflectance or surface temperature band.
Decoding published_reflectance();
Decoding published_temperature();
/// Published radiance of Level 1 thermal bands where it is the same for every product (TIRS); nothing
/// otherwise.
std::optional<Decoding> published_radiance(std::string_view spacecraft, std::string_view number);
/// Mean solar irradiance outside the atmosphere, W/(m2 um), of a reflective band of Landsat 4-7.
std::optional<double> solar_irradiance(std::string_view spacecraft, std::string_view number);

/// The layer a file name ends with: "SR_B4" of "LC08_..._SR_B4.TIF", "B6_VCID_1", "QA_PIXEL"; upper case.
/// Nothing when it names none.
std::optional<std::string> layer_suffix(std::string_view file_name);

/// Earth-Sun distance in astronomical units on a day, within 0.0003: the cosine approximation of Landsat 7's
/// handbook, d = 1 - 0.01672 cos(0.9856 (day of year - 4)) with the angle in degrees.
double earth_sun_distance(const Date& date);

}  // namespace isotherm

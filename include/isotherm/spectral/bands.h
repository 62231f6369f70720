// Names of bands: the common names of the STAC eo extension, their aliases, and which band of which Landsat
// sensor carries which name.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace isotherm {

/// A canonical band name with what users and services also call it.
struct BandName {
  std::string_view name;     ///< "nir08"
  std::string_view title;    ///< "near infrared"
  std::string_view aliases;  ///< space-separated: "nir nir08"; letters of index literature ("N") included
};

std::span<const BandName> band_names();

/// The canonical name of a band by name or alias, ignoring case ("NIR" -> "nir08"); nothing when unknown.
std::optional<std::string> canonical_band(std::string_view name);

/// Sensors differ in band numbering and constants.
enum class SensorFamily { mss, tm, etm, oli, unknown };

/// One band of one sensor family as Landsat numbers it ("4", "10", "6_VCID_1").
struct SensorBand {
  SensorFamily family;
  std::string_view number;
  std::string_view name;  ///< canonical
  double centre_um;       ///< centre wavelength in micrometres
};

std::span<const SensorBand> sensor_bands();

/// A spacecraft with its published constants (used when the metadata lacks them, and to check those it has).
struct Spacecraft {
  std::string_view id;      ///< "LANDSAT_8"
  std::string_view prefix;  ///< "LC08"
  SensorFamily family;
  double k1;                 ///< thermal constant of the band called lwir11, W/(m2 sr um)
  double k2;                 ///< kelvin
  double thermal_um;         ///< effective wavelength of lwir11 in micrometres
};

std::span<const Spacecraft> spacecrafts();
const Spacecraft* find_spacecraft(std::string_view id_or_prefix);

}  // namespace isotherm

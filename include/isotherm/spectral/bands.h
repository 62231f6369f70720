// Names of bands: the common names of the STAC eo extension, their aliases, and which band of which Landsat
// sensor carries which name. Bands that Landsat has not (red edge) have names too, so that asking for them
// can be answered with what is missing. MSS bands are numbered as on Landsat 4 and 5.
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
  std::string_view aliases;  ///< space-separated: "nir N"; letters of index literature included
};

std::span<const BandName> band_names();

/// The canonical name of a band by name or alias ("NIR" -> "nir08"); nothing when unknown. Case is ignored
/// except for single letters: "N" is a band, "n" is left for constants.
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
  double k1;          ///< thermal constant of the band called lwir11, W/(m2 sr um)
  double k2;          ///< kelvin
  double thermal_um;  ///< effective wavelength of lwir11 in micrometres
};

std::span<const Spacecraft> spacecrafts();
/// By id ("LANDSAT_8") or product prefix ("LC08"), ignoring case; null when unknown.
const Spacecraft* find_spacecraft(std::string_view id_or_prefix);

}  // namespace isotherm

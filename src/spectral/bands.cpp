#include "isotherm/spectral/bands.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "isotherm/core/text.h"

namespace isotherm {
namespace {

constexpr std::array kBandNames{
    BandName{"coastal", "coastal aerosol", "coastal_aerosol ca A"},
    BandName{"blue", "blue", "B"},
    BandName{"green05", "green near 0.53 um", "G1"},
    BandName{"green", "green", "G"},
    BandName{"yellow", "yellow", "Y"},
    BandName{"red", "red", "R"},
    BandName{"rededge071", "red edge near 0.71 um", "rededge1 RE1"},
    BandName{"rededge075", "red edge near 0.75 um", "rededge2 RE2"},
    BandName{"rededge078", "red edge near 0.78 um", "rededge3 RE3"},
    BandName{"nir08", "near infrared", "nir N"},
    BandName{"nir_narrow", "narrow near infrared (Sentinel-2 band 8A)", "nir8a N2"},
    BandName{"nir09", "near infrared near 0.95 um", ""},
    BandName{"vapour09", "water vapour near 0.94 um", "WV"},
    BandName{"cirrus", "cirrus", ""},
    BandName{"swir16", "shortwave infrared near 1.6 um", "swir1 S1"},
    BandName{"swir22", "shortwave infrared near 2.2 um", "swir2 S2"},
    BandName{"pan", "panchromatic", "panchromatic"},
    BandName{"lwir11", "thermal infrared near 11 um", "lwir tir tirs1 T T1"},
    BandName{"lwir11_high", "thermal infrared near 11 um, high gain", ""},
    BandName{"lwir12", "thermal infrared near 12 um", "tirs2 T2"},
    BandName{"vv", "radar, vertical to vertical", ""},
    BandName{"vh", "radar, vertical to horizontal", ""},
    BandName{"hv", "radar, horizontal to vertical", ""},
    BandName{"hh", "radar, horizontal to horizontal", ""},
    BandName{"st_qa", "uncertainty of surface temperature", ""},
    BandName{"emis", "surface emissivity", "st_emis"},
    BandName{"emsd", "standard deviation of surface emissivity", "st_emsd"},
    BandName{"trad", "thermal radiance at the top of the atmosphere", "st_trad"},
    BandName{"urad", "upwelled radiance", "st_urad"},
    BandName{"drad", "downwelled radiance", "st_drad"},
    BandName{"atran", "atmospheric transmittance", "st_atran"},
    BandName{"cdist", "distance to the nearest cloud", "st_cdist"},
};

// Centre wavelengths: middle of the band limits given by USGS ("What are the band designations for the
// Landsat satellites?").
using enum SensorFamily;
constexpr std::array kSensorBands{
    SensorBand{mss, "1", "green", 0.55},
    SensorBand{mss, "2", "red", 0.65},
    SensorBand{mss, "3", "nir08", 0.75},
    SensorBand{mss, "4", "nir09", 0.95},
    SensorBand{tm, "1", "blue", 0.485},
    SensorBand{tm, "2", "green", 0.56},
    SensorBand{tm, "3", "red", 0.66},
    SensorBand{tm, "4", "nir08", 0.83},
    SensorBand{tm, "5", "swir16", 1.65},
    SensorBand{tm, "6", "lwir11", 11.45},
    SensorBand{tm, "7", "swir22", 2.215},
    SensorBand{etm, "1", "blue", 0.485},
    SensorBand{etm, "2", "green", 0.56},
    SensorBand{etm, "3", "red", 0.66},
    SensorBand{etm, "4", "nir08", 0.835},
    SensorBand{etm, "5", "swir16", 1.65},
    SensorBand{etm, "6", "lwir11", 11.45},
    SensorBand{etm, "6_VCID_1", "lwir11", 11.45},  // low gain: does not saturate over hot roofs
    SensorBand{etm, "6_VCID_2", "lwir11_high", 11.45},
    SensorBand{etm, "7", "swir22", 2.215},
    SensorBand{etm, "8", "pan", 0.71},
    SensorBand{oli, "1", "coastal", 0.44},
    SensorBand{oli, "2", "blue", 0.48},
    SensorBand{oli, "3", "green", 0.56},
    SensorBand{oli, "4", "red", 0.655},
    SensorBand{oli, "5", "nir08", 0.865},
    SensorBand{oli, "6", "swir16", 1.61},
    SensorBand{oli, "7", "swir22", 2.2},
    SensorBand{oli, "8", "pan", 0.59},
    SensorBand{oli, "9", "cirrus", 1.37},
    SensorBand{oli, "10", "lwir11", 10.895},
    SensorBand{oli, "11", "lwir12", 12.005},
};

// K1 and K2: USGS, "Using the USGS Landsat Level-1 Data Product". Effective wavelengths of Landsat 4, 5 and
// 7: Jimenez-Munoz et al. 2009, IEEE TGRS 47(1):339-349; of Landsat 8 and 9: middle of band 10.
constexpr std::array kSpacecrafts{
    Spacecraft{"LANDSAT_4", "LT04", tm, 671.62, 1284.30, 11.154},
    Spacecraft{"LANDSAT_5", "LT05", tm, 607.76, 1260.56, 11.457},
    Spacecraft{"LANDSAT_7", "LE07", etm, 666.09, 1282.71, 11.269},
    Spacecraft{"LANDSAT_8", "LC08", oli, 774.8853, 1321.0789, 10.895},
    Spacecraft{"LANDSAT_9", "LC09", oli, 799.0284, 1329.2405, 10.895},
};

// Single letters keep their case: literature writes N for a band and n for an exponent.
bool same_name(std::string_view a, std::string_view b) {
  const auto small = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  return a == b || (a.size() > 1 && std::ranges::equal(a, b, {}, small, small));
}

// Files may have as many bands as they like, and each name is looked at again and again: no text is made on
// the way.
bool is_among(std::string_view aliases, std::string_view name) {
  while (!aliases.empty()) {
    const std::size_t end = std::min(aliases.find(' '), aliases.size());
    if (same_name(aliases.substr(0, end), name)) return true;
    aliases.remove_prefix(std::min(end + 1, aliases.size()));
  }
  return false;
}

}  // namespace

std::span<const BandName> band_names() { return kBandNames; }
std::span<const SensorBand> sensor_bands() { return kSensorBands; }
std::span<const Spacecraft> spacecrafts() { return kSpacecrafts; }

std::optional<std::string> canonical_band(std::string_view name) {
  for (const BandName& band : kBandNames) {
    if (same_name(band.name, name) || is_among(band.aliases, name)) return std::string(band.name);
  }
  return std::nullopt;
}

const Spacecraft* find_spacecraft(std::string_view id_or_prefix) {
  const std::string wanted = lower(id_or_prefix);
  for (const Spacecraft& craft : kSpacecrafts) {
    if (lower(craft.id) == wanted || lower(craft.prefix) == wanted) return &craft;
  }
  return nullptr;
}

}  // namespace isotherm

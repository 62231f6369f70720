#include "sensor_constants.h"

#include <array>
#include <limits>
#include <numbers>

namespace isotherm {
namespace {

using enum SensorFamily;
constexpr Level level1 = Level::level1;

constexpr std::array kConstants{
    SensorConstant{"pi", std::numbers::pi},
    SensorConstant{"nan", std::numeric_limits<double>::quiet_NaN()},
    SensorConstant{"kelvin_offset", 273.15},
    // Second radiation constant h c / k in um K (CODATA 2018).
    SensorConstant{"radiation_c2", 14387.76877},
    SensorConstant{"soil_l", 0.5},
    // NDVI of bare soil and of full cover: Sobrino et al. 2004.
    SensorConstant{"ndvi_soil", 0.2},
    SensorConstant{"ndvi_vegetation", 0.5},
    // Shortwave albedo: Liang 2001, given for TM and ETM+ and used for the matching bands of OLI.
    SensorConstant{"albedo_blue", 0.356},
    SensorConstant{"albedo_red", 0.130},
    SensorConstant{"albedo_nir08", 0.373},
    SensorConstant{"albedo_swir16", 0.085},
    SensorConstant{"albedo_swir22", 0.072},
    SensorConstant{"albedo_offset", -0.0018},
    // Tasselled cap of top-of-atmosphere reflectance: Huang et al. 2002 for ETM+, Baig et al. 2014 for OLI.
    SensorConstant{"tcb_blue", 0.3561, etm, level1},
    SensorConstant{"tcb_green", 0.3972, etm, level1},
    SensorConstant{"tcb_red", 0.3904, etm, level1},
    SensorConstant{"tcb_nir08", 0.6966, etm, level1},
    SensorConstant{"tcb_swir16", 0.2286, etm, level1},
    SensorConstant{"tcb_swir22", 0.1596, etm, level1},
    SensorConstant{"tcg_blue", -0.3344, etm, level1},
    SensorConstant{"tcg_green", -0.3544, etm, level1},
    SensorConstant{"tcg_red", -0.4556, etm, level1},
    SensorConstant{"tcg_nir08", 0.6966, etm, level1},
    SensorConstant{"tcg_swir16", -0.0242, etm, level1},
    SensorConstant{"tcg_swir22", -0.2630, etm, level1},
    SensorConstant{"tcw_blue", 0.2626, etm, level1},
    SensorConstant{"tcw_green", 0.2141, etm, level1},
    SensorConstant{"tcw_red", 0.0926, etm, level1},
    SensorConstant{"tcw_nir08", 0.0656, etm, level1},
    SensorConstant{"tcw_swir16", -0.7629, etm, level1},
    SensorConstant{"tcw_swir22", -0.5388, etm, level1},
    SensorConstant{"tcb_blue", 0.3029, oli, level1},
    SensorConstant{"tcb_green", 0.2786, oli, level1},
    SensorConstant{"tcb_red", 0.4733, oli, level1},
    SensorConstant{"tcb_nir08", 0.5599, oli, level1},
    SensorConstant{"tcb_swir16", 0.5080, oli, level1},
    SensorConstant{"tcb_swir22", 0.1872, oli, level1},
    SensorConstant{"tcg_blue", -0.2941, oli, level1},
    SensorConstant{"tcg_green", -0.2430, oli, level1},
    SensorConstant{"tcg_red", -0.5424, oli, level1},
    SensorConstant{"tcg_nir08", 0.7276, oli, level1},
    SensorConstant{"tcg_swir16", 0.0713, oli, level1},
    SensorConstant{"tcg_swir22", -0.1608, oli, level1},
    SensorConstant{"tcw_blue", 0.1511, oli, level1},
    SensorConstant{"tcw_green", 0.1973, oli, level1},
    SensorConstant{"tcw_red", 0.3283, oli, level1},
    SensorConstant{"tcw_nir08", 0.3407, oli, level1},
    SensorConstant{"tcw_swir16", -0.7117, oli, level1},
    SensorConstant{"tcw_swir22", -0.4559, oli, level1},
    // Atmospheric functions of the generalised single-channel method for TIRS band 10, polynomials in water
    // vapour: Jimenez-Munoz et al. 2014, table II. b_gamma is radiation_c2 over the effective wavelength.
    SensorConstant{"jms_b_gamma", 1324, oli, level1, "LANDSAT_8"},
    SensorConstant{"jms_psi1_2", 0.04019, oli, level1, "LANDSAT_8"},
    SensorConstant{"jms_psi1_1", 0.02916, oli, level1, "LANDSAT_8"},
    SensorConstant{"jms_psi1_0", 1.01523, oli, level1, "LANDSAT_8"},
    SensorConstant{"jms_psi2_2", -0.38333, oli, level1, "LANDSAT_8"},
    SensorConstant{"jms_psi2_1", -1.50294, oli, level1, "LANDSAT_8"},
    SensorConstant{"jms_psi2_0", 0.20324, oli, level1, "LANDSAT_8"},
    SensorConstant{"jms_psi3_2", 0.00918, oli, level1, "LANDSAT_8"},
    SensorConstant{"jms_psi3_1", 1.36072, oli, level1, "LANDSAT_8"},
    SensorConstant{"jms_psi3_0", -0.27514, oli, level1, "LANDSAT_8"},
};

// Longer names before the beginnings they share.
constexpr std::array kNames{
    ConstantName{"k1", "thermal constant K1, W m-2 sr-1 um-1"},
    ConstantName{"k2", "thermal constant K2, kelvin"},
    ConstantName{"thermal_um", "effective wavelength of the thermal band, um"},
    ConstantName{"sun_elevation", "degrees above the horizon"},
    ConstantName{"earth_sun_distance", "astronomical units"},
    ConstantName{"water_vapour", "column of water vapour in the atmosphere, g cm-2"},
    ConstantName{"kelvin_offset", "0 degrees Celsius in kelvin"},
    ConstantName{"radiation_c2", "second radiation constant, um K"},
    ConstantName{"soil_l", "soil adjustment L of SAVI"},
    ConstantName{"ndvi_soil", "NDVI of bare soil"},
    ConstantName{"ndvi_vegetation", "NDVI of full vegetation cover"},
    ConstantName{"pi", "3.14159..."},
    ConstantName{"nan", "missing"},
    ConstantName{"albedo_", "weight of a band in broadband albedo"},
    ConstantName{"tcb_", "weight of a band in tasselled cap brightness, known for OLI and ETM+"},
    ConstantName{"tcg_", "weight of a band in tasselled cap greenness, known for OLI and ETM+"},
    ConstantName{"tcw_", "weight of a band in tasselled cap wetness, known for OLI and ETM+"},
    ConstantName{"jms_", "coefficient of the generalised single-channel method, known for Landsat 8"},
};

}  // namespace

std::optional<double> sensor_constant(std::string_view name, const Scene& scene) {
  for (const SensorConstant& row : kConstants) {
    if (row.name == name && (row.family == SensorFamily::unknown || row.family == scene.family) &&
        (row.level == Level::unknown || row.level == scene.level) &&
        (row.spacecraft.empty() || row.spacecraft == scene.spacecraft)) {
      return row.value;
    }
  }
  return std::nullopt;
}

std::span<const ConstantName> constant_names() { return kNames; }

const ConstantName* find_constant_name(std::string_view name) {
  for (const ConstantName& row : kNames) {
    if (row.name == name || (row.name.back() == '_' && name.starts_with(row.name))) return &row;
  }
  return nullptr;
}

}  // namespace isotherm

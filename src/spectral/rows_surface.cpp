// Catalogue: albedo and tasselled cap.
#include "builtin_rows.h"

namespace isotherm {

std::vector<IndexRow> surface_rows() {
  return {
      {.name = "albedo",
       .title = "broadband shortwave albedo",
       .formula = "albedo_blue * blue + albedo_red * red + albedo_nir08 * nir08 + albedo_swir16 * swir16 + "
                  "albedo_swir22 * swir22 + albedo_offset",
       .formula_level1 = "-",
       .why_not = "it is defined for surface reflectance, which Level 1 does not have",
       .valid_min = 0,
       .valid_max = 1,
       .source = "Liang 2001, Remote Sensing of Environment 76:213-238",
       .group = "albedo"},
      {.name = "albedo_vis",
       .title = "broadband visible albedo",
       .formula = "0.443 * blue + 0.317 * green + 0.240 * red",
       .formula_level1 = "-",
       .why_not = "it is defined for surface reflectance, which Level 1 does not have",
       .valid_min = 0,
       .valid_max = 1,
       .source = "Liang 2001, Remote Sensing of Environment 76:213-238",
       .group = "albedo"},
      {.name = "albedo_nir",
       .title = "broadband near-infrared albedo",
       .formula = "0.693 * nir08 + 0.212 * swir16 + 0.116 * swir22 - 0.003",
       .formula_level1 = "-",
       .why_not = "it is defined for surface reflectance, which Level 1 does not have",
       .valid_min = 0,
       .valid_max = 1,
       .source = "Liang 2001, Remote Sensing of Environment 76:213-238",
       .group = "albedo"},
      {.name = "tcb",
       .title = "tasselled cap brightness",
       .formula = "0.2043 * blue + 0.4158 * green + 0.5524 * red + 0.5741 * nir08 + 0.3124 * swir16 + 0.2303 "
                  "* swir22",
       .formula_level1 = "tcb_blue * blue + tcb_green * green + tcb_red * red + tcb_nir08 * nir08 + "
                         "tcb_swir16 * swir16 + tcb_swir22 * swir22",
       .valid_min = 0,
       .valid_max = 2.5,
       .source = "Crist 1985, Remote Sensing of Environment 17:301-306 (surface reflectance); Level 1: Huang "
                 "et al. 2002 (ETM+), Baig et al. 2014 (OLI)",
       .group = "tasselled cap"},
      {.name = "tcg",
       .title = "tasselled cap greenness",
       .formula = "-0.1603 * blue - 0.2819 * green - 0.4934 * red + 0.7940 * nir08 - 0.0002 * swir16 - "
                  "0.1446 * swir22",
       .formula_level1 = "tcg_blue * blue + tcg_green * green + tcg_red * red + tcg_nir08 * nir08 + "
                         "tcg_swir16 * swir16 + tcg_swir22 * swir22",
       .valid_min = -1.5,
       .valid_max = 1,
       .source = "Crist 1985, Remote Sensing of Environment 17:301-306 (surface reflectance); Level 1: Huang "
                 "et al. 2002 (ETM+), Baig et al. 2014 (OLI)",
       .group = "tasselled cap"},
      {.name = "tcw",
       .title = "tasselled cap wetness",
       .formula = "0.0315 * blue + 0.2021 * green + 0.3102 * red + 0.1594 * nir08 - 0.6806 * swir16 - 0.6109 "
                  "* swir22",
       .formula_level1 = "tcw_blue * blue + tcw_green * green + tcw_red * red + tcw_nir08 * nir08 + "
                         "tcw_swir16 * swir16 + tcw_swir22 * swir22",
       .valid_min = -1.5,
       .valid_max = 1,
       .source = "Crist 1985, Remote Sensing of Environment 17:301-306 (surface reflectance); Level 1: Huang "
                 "et al. 2002 (ETM+), Baig et al. 2014 (OLI)",
       .group = "tasselled cap"},
  };
}

}  // namespace isotherm

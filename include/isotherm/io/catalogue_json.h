// Catalogues of indices from files: the public "awesome spectral indices" JSON, in its first layout
// (short_name, long_name, reference) and its second (acronym, name, source). Source of the layout and of the
// default constants: https://github.com/awesome-spectral-indices/awesome-spectral-indices
//
// Its band letters become band names ("N" is nir08; "T" is the temperature of the thermal band, thermal_k).
// Its constants (g, L, C1, nexp, ...) keep their names and get the catalogue's defaults, which --set
// replaces. Rows are kept as they are, also those that need bands Landsat has not or constants without a
// default: asking for them tells what is missing. Units and valid ranges are not part of the layout.
#pragma once

#include <string>
#include <vector>

#include "isotherm/spectral/catalogue.h"

namespace isotherm {

/// The indices of a file in its order of names. Throws Error(input) that names the file and the entry.
std::vector<IndexRow> read_catalogue_json(const std::string& path);

}  // namespace isotherm

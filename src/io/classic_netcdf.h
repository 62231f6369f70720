// The length a classic NetCDF file should have. The library reads what lies behind the end of a file that was
// cut short as zeros and says nothing.
#pragma once

#include <cstdint>
#include <istream>
#include <optional>

namespace isotherm {

/// The least number of bytes that hold what the header of a classic file (CDF-1, CDF-2 or CDF-5) describes;
/// nothing for other files. A header that cannot be followed is as if it asked for more than any file has.
/// Source: The NetCDF Classic Format Specification.
std::optional<std::uint64_t> classic_netcdf_bytes(std::istream& file);

}  // namespace isotherm

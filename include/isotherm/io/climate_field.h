// Temperatures of climate models at a few places: NetCDF fields (CF conventions, as in CMIP), and rasters.
//
// A field is a variable of time, latitude and longitude. Longitudes and latitudes are degrees, longitudes
// from 0 to 360 or from -180 to 180, both in any order. A place reads the cell whose centre is nearest in
// latitude and in longitude (of two as near the one that comes first); nothing is interpolated. A place
// further from every centre than these are from each other lies outside: Error(input).
//
// Years: a step belongs to the year of the middle of its bounds (of its time where there are none) and weighs
// as much as it is long (the usual distance of times where there are none). A step longer than 400 days is a
// period of its own. A year counts when its steps cover 342 days, which eleven months do not; of a single
// step without bounds that cannot be told, and it counts.
//
// Numbers are K, degrees Celsius, or degrees Fahrenheit times 5/9, so that differences are in K whatever the
// file writes and a file may hold changes; another unit is refused. Scale, offset and fill values are
// applied. Missing is NaN, and a year with a missing step is not there.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "isotherm/core/geometry.h"

namespace isotherm {

/// Years, both included.
struct YearSpan {
  int first = 0, last = 0;
  auto operator<=>(const YearSpan&) const = default;
};

struct ClimateField {
  std::string path;
  std::string model;              ///< attribute model_id or source_id; of fields else the file's name
  std::string scenario;           ///< attribute experiment_id; empty: not said
  std::string unit;               ///< "K", "degC", "degF" or, where nothing is said, empty
  std::vector<std::size_t> spot;  ///< per place, the spot that it reads
  std::vector<std::map<YearSpan, double>> years;  ///< per spot, the mean of each whole year or period
};

/// `places` are longitudes and latitudes in degrees. `variable` empty: tas, or the only one of three
/// dimensions. Memory is bounded by the places and a block of the field. Throws Error(input) that names the
/// file.
ClimateField read_climate_field(const std::string& path, const std::string& variable,
                                std::span<const Point> places);

/// A raster of temperatures or their changes, of any format and CRS that GDAL knows: a band for each year or
/// period, which the bands' descriptions say ("2050", "2041-2060"), or one band for `years`. A place, in
/// `crs`, reads the pixel it lies in. Throws Error(input) that names the file.
ClimateField read_climate_raster(const std::string& path, const std::optional<YearSpan>& years,
                                 std::span<const Point> places, const std::string& crs);

/// "2050" or "2041-2060", of years 1 to 9999.
std::optional<YearSpan> year_span(const std::string& text);
std::string year_span_text(const YearSpan& years);

}  // namespace isotherm

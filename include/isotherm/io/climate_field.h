// Temperature fields of climate models (NetCDF, CF conventions, as in CMIP) at a few places.
//
// The field is a variable of time, latitude and longitude, degrees; longitudes may run from 0 to 360 or from
// -180 to 180. Calendars: standard, gregorian, proleptic_gregorian, julian (as the former: only years are
// told apart), noleap, 365_day, all_leap, 366_day, 360_day. A place reads the cell whose centre is nearest in
// latitude and in longitude; nothing is interpolated. A year counts when it has as many steps as the fullest
// year of the file, and its steps weigh alike. Missing values are NaN.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "isotherm/core/geometry.h"

namespace isotherm {

struct ClimateField {
  std::string model;                         ///< attribute model_id or source_id; else the file's name
  std::vector<std::size_t> spot;             ///< per place, the spot that it reads
  std::vector<std::map<int, double>> years;  ///< per spot, the mean of each whole year
};

/// `places` are longitudes and latitudes in degrees. `variable` empty: tas, or the only one of three
/// dimensions. Throws Error(input) that names the file.
ClimateField read_climate_field(const std::string& path, const std::string& variable,
                                std::span<const Point> places);

/// The year of a time of the CF conventions: "days since 1850-01-01", in a calendar. Throws Error(input).
class ClimateClock {
 public:
  ClimateClock(const std::string& units, const std::string& calendar);
  int year(double time) const;

 private:
  double days_per_unit_ = 1;
  int year_length_ = 0;  ///< days of every year; 0: leap years as they come
  double start_ = 0;     ///< days from year 0 in that calendar
};

}  // namespace isotherm

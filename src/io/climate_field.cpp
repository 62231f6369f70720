#include "isotherm/io/climate_field.h"

#include <gdal_priv.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>

#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {

namespace {

using ArrayPointer = std::shared_ptr<GDALMDArray>;

constexpr std::size_t kMostSteps = 2000000;
constexpr std::size_t kMostCoordinates = 100000;
constexpr std::array<int, 12> kDaysBefore{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw Error(ErrorKind::input, path + ": " + why);
}

std::string attribute(const GDALIHasAttribute& of, const char* name) {
  const std::shared_ptr<GDALAttribute> found = of.GetAttribute(name);
  const char* const text = found ? found->ReadAsString() : nullptr;
  return text ? text : "";
}

/// Days from 1 January of year 0, proleptic Gregorian.
double days_from_year_0(long long year, int month, int day) {
  const long long before = year - 1;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  const auto days = 365 * year + before / 4 - before / 100 + before / 400 +
                    kDaysBefore[static_cast<std::size_t>(month - 1)] + (month > 2 && leap ? 1 : 0) + day;
  return static_cast<double>(days);
}

/// The place of a dimension among those of an array; -1 when none is called so.
int dimension_named(const GDALMDArray& array, std::initializer_list<std::string_view> names) {
  const auto& dimensions = array.GetDimensions();
  for (std::size_t k = 0; k < dimensions.size(); ++k) {
    const std::string name = lower(dimensions[k]->GetName());
    if (std::ranges::find(names, name) != names.end()) return static_cast<int>(k);
  }
  return -1;
}

std::vector<double> coordinates(const std::string& path, const GDALMDArray& array, int dimension,
                                std::size_t most) {
  const auto& of = array.GetDimensions()[static_cast<std::size_t>(dimension)];
  const ArrayPointer values = of->GetIndexingVariable();
  const auto size = static_cast<std::size_t>(of->GetSize());
  if (!values || values->GetDimensionCount() != 1)
    refuse(path, "dimension '" + of->GetName() + "' has no values");
  if (size == 0 || size > most)
    refuse(path, "dimension '" + of->GetName() + "' has " + std::to_string(size) + " values");
  std::vector<double> read(size);
  const GUInt64 start = 0;
  const std::size_t count = size;
  if (!values->Read(&start, &count, nullptr, nullptr, GDALExtendedDataType::Create(GDT_Float64), read.data()))
    refuse(path, "dimension '" + of->GetName() + "' cannot be read: " + last_gdal_error());
  return read;
}

ArrayPointer choose_array(const std::string& path, const GDALGroup& root, const std::string& wanted) {
  std::vector<std::string> names;
  for (const std::string& name : root.GetMDArrayNames()) {
    const ArrayPointer array = root.OpenMDArray(name);
    if (array && array->GetDimensionCount() == 3 && dimension_named(*array, {"time"}) >= 0)
      names.push_back(name);
  }
  const std::string name = !wanted.empty() ? wanted : names.size() == 1 ? names.front() : "tas";
  if (std::ranges::find(names, name) == names.end()) {
    refuse(path, "has no variable '" + name + "' of time, latitude and longitude; it has " +
                     (names.empty() ? "none" : join(names, ", ")) + suggestion(name, names));
  }
  return root.OpenMDArray(name);
}

std::size_t nearest(const std::vector<double>& centres, double at, bool around) {
  std::size_t best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < centres.size(); ++k) {
    double away = std::fabs(centres[k] - at);
    if (around) away = std::fabs(std::remainder(centres[k] - at, 360.0));
    if (away < least) least = away, best = k;
  }
  return best;
}

/// The whole years of one spot.
std::map<int, double> yearly(const std::vector<double>& values, const std::vector<int>& year_of_step) {
  std::map<int, int> steps;
  for (const int year : year_of_step) ++steps[year];
  int most = 0;
  for (const auto& [year, count] : steps) most = std::max(most, count);
  std::map<int, double> means;
  for (std::size_t t = 0; t < values.size(); ++t) {
    const int year = year_of_step[t];
    if (steps[year] == most) means[year] += values[t] / most;
  }
  std::erase_if(means, [](const auto& entry) { return !std::isfinite(entry.second); });
  return means;
}

}  // namespace

ClimateClock::ClimateClock(const std::string& units, const std::string& calendar) {
  const std::vector<std::string> words = split(lower(units), ' ');
  const auto fail = [&](const std::string& what) -> Error {
    return {ErrorKind::input, what + "; times are given as 'days since 1850-01-01'"};
  };
  if (words.size() < 3 || words[1] != "since") throw fail("the time '" + units + "' is not understood");
  const std::string unit = words[0].ends_with('s') ? words[0].substr(0, words[0].size() - 1) : words[0];
  if (unit == "day") {
    days_per_unit_ = 1;
  } else if (unit == "hour") {
    days_per_unit_ = 1 / 24.0;
  } else if (unit == "minute") {
    days_per_unit_ = 1 / 1440.0;
  } else if (unit == "second") {
    days_per_unit_ = 1 / 86400.0;
  } else {
    throw fail("the unit of time '" + words[0] + "' is not understood");
  }
  const std::vector<std::string> date = split(words[2].substr(0, words[2].find('t')), '-');
  std::array<long long, 3> parts{1, 1, 1};
  if (date.empty() || date.size() > 3) throw fail("the date of '" + units + "' is not understood");
  for (std::size_t k = 0; k < date.size(); ++k) {
    const auto number = parse_integer(date[k]);
    if (!number || *number < 0 || *number > 9999) throw fail("the date of '" + units + "' is not understood");
    parts[k] = *number;
  }
  if (parts[1] < 1 || parts[1] > 12 || parts[2] < 1 || parts[2] > 31)
    throw fail("the date of '" + units + "' is not understood");
  const int month = static_cast<int>(parts[1]), day = static_cast<int>(parts[2]);
  const double into_year = kDaysBefore[static_cast<std::size_t>(month - 1)] + day - 1;
  const std::string name = lower(calendar);
  if (name == "noleap" || name == "365_day") {
    year_length_ = 365;
    start_ = 365.0 * static_cast<double>(parts[0]) + into_year;
  } else if (name == "all_leap" || name == "366_day") {
    year_length_ = 366;
    start_ = 366.0 * static_cast<double>(parts[0]) + into_year + (month > 2 ? 1 : 0);
  } else if (name == "360_day") {
    year_length_ = 360;
    start_ = 360.0 * static_cast<double>(parts[0]) + 30.0 * (month - 1) + day - 1;
  } else if (name.empty() || name == "standard" || name == "gregorian" || name == "proleptic_gregorian" ||
             name == "julian") {
    start_ = days_from_year_0(parts[0], month, day);
  } else {
    throw Error(ErrorKind::input, "the calendar '" + calendar + "' is not known");
  }
}

int ClimateClock::year(double time) const {
  const double days = start_ + time * days_per_unit_;
  if (!(days >= 0 && days < 4e6)) throw Error(ErrorKind::input, "a time lies outside of the years 0 to 9999");
  if (year_length_ > 0) return static_cast<int>(std::floor(days / year_length_));
  int year = static_cast<int>(days / 365.2425);
  while (days_from_year_0(year + 1, 1, 1) <= days) ++year;
  while (year > 0 && days_from_year_0(year, 1, 1) > days) --year;
  return year;
}

ClimateField read_climate_field(const std::string& path, const std::string& variable,
                                std::span<const Point> places) {
  init_gdal();
  clear_gdal_error();
  const GdalDataset dataset(GDALDataset::Open(
      gdal_path(path).c_str(), GDAL_OF_MULTIDIM_RASTER | GDAL_OF_READONLY, nullptr, nullptr, nullptr));
  if (!dataset) refuse(path, "cannot be opened as a climate field: " + last_gdal_error());
  const std::shared_ptr<GDALGroup> root = dataset->GetRootGroup();
  if (!root) refuse(path, "holds no fields");
  const ArrayPointer array = choose_array(path, *root, variable);
  const int time = dimension_named(*array, {"time"});
  const int north = dimension_named(*array, {"lat", "latitude", "y"});
  const int east = dimension_named(*array, {"lon", "longitude", "x"});
  if (north < 0 || east < 0) refuse(path, "'" + array->GetName() + "' has no dimensions lat and lon");
  const std::vector<double> latitudes = coordinates(path, *array, north, kMostCoordinates);
  const std::vector<double> longitudes = coordinates(path, *array, east, kMostCoordinates);
  const std::vector<double> times = coordinates(path, *array, time, kMostSteps);

  ClimateField field;
  field.model = attribute(*root, "model_id");
  if (field.model.empty()) field.model = attribute(*root, "source_id");
  if (field.model.empty()) field.model = std::filesystem::path(path).stem().string();
  const ArrayPointer clock_array =
      array->GetDimensions()[static_cast<std::size_t>(time)]->GetIndexingVariable();
  // GDAL keeps the unit of CF apart from the other attributes.
  std::string units = clock_array->GetUnit();
  if (units.empty()) units = attribute(*clock_array, "units");
  const std::string calendar = attribute(*clock_array, "calendar");
  std::vector<int> year_of_step;
  try {
    const ClimateClock clock(units, calendar);
    for (const double step : times) year_of_step.push_back(clock.year(step));
  } catch (const Error& error) {
    refuse(path, error.what());
  }

  bool has_nodata = false, has_scale = false, has_offset = false;
  const double nodata = array->GetNoDataValueAsDouble(&has_nodata);
  const double scale = array->GetScale(&has_scale), offset = array->GetOffset(&has_offset);
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> known;
  for (const Point& place : places) {
    const std::pair spot{nearest(latitudes, place.y, false), nearest(longitudes, place.x, true)};
    const auto [at, fresh] = known.try_emplace(spot, known.size());
    field.spot.push_back(at->second);
    if (!fresh) continue;
    std::array<GUInt64, 3> start{};
    std::array<std::size_t, 3> count{1, 1, 1};
    start[static_cast<std::size_t>(north)] = spot.first;
    start[static_cast<std::size_t>(east)] = spot.second;
    count[static_cast<std::size_t>(time)] = times.size();
    std::vector<double> values(times.size());
    if (!array->Read(start.data(), count.data(), nullptr, nullptr, GDALExtendedDataType::Create(GDT_Float64),
                     values.data()))
      refuse(path, "'" + array->GetName() + "' cannot be read: " + last_gdal_error());
    for (double& value : values) {
      if (has_nodata && value == nodata) value = std::numeric_limits<double>::quiet_NaN();
      value = value * (has_scale ? scale : 1) + (has_offset ? offset : 0);
    }
    field.years.push_back(yearly(values, year_of_step));
  }
  return field;
}

}  // namespace isotherm

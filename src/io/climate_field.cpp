#include "isotherm/io/climate_field.h"

#include <gdal_priv.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>

#include "classic_netcdf.h"
#include "climate_axis.h"
#include "climate_unit.h"
#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/climate_clock.h"

namespace isotherm {

namespace {

using ArrayPointer = std::shared_ptr<GDALMDArray>;

constexpr std::size_t kMostSteps = 2000000;
constexpr std::size_t kMostCoordinates = 100000;
constexpr std::size_t kMostValues = std::size_t{1} << 21;  // of a block of the field
constexpr double kWholeYear = 342;                         // days: eleven months have 341
constexpr double kPeriod = 400;                            // days: a longer step is no year

[[noreturn]] void refuse_field(const std::string& path, const std::string& why) {
  throw Error(ErrorKind::input, path + ": " + why);
}

std::string attribute(const GDALIHasAttribute& of, const char* name) {
  const std::shared_ptr<GDALAttribute> found = of.GetAttribute(name);
  const char* const text = found ? found->ReadAsString() : nullptr;
  return text ? text : "";
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

/// GDAL keeps the unit of CF apart from the other attributes.
std::string unit_of(const GDALMDArray& array) {
  const std::string unit = array.GetUnit();
  return unit.empty() ? attribute(array, "units") : unit;
}

bool read_numbers(const GDALMDArray& array, std::span<const std::size_t> count, std::vector<double>& into) {
  const std::vector<GUInt64> start(count.size(), 0);
  return array.Read(start.data(), count.data(), nullptr, nullptr, GDALExtendedDataType::Create(GDT_Float64),
                    into.data());
}

std::vector<double> coordinates(const std::string& path, const GDALMDArray& array, int dimension,
                                std::size_t most) {
  const auto& of = array.GetDimensions()[static_cast<std::size_t>(dimension)];
  const ArrayPointer values = of->GetIndexingVariable();
  const std::size_t size = of->GetSize();
  if (!values || values->GetDimensionCount() != 1)
    refuse_field(path, "dimension '" + of->GetName() + "' has no values");
  if (size == 0 || size > most) {
    refuse_field(path, "dimension '" + of->GetName() + "' has " + std::to_string(size) + " values; 1 to " +
                           std::to_string(most) + " can be read");
  }
  std::vector<double> read(size);
  if (!read_numbers(*values, std::array{size}, read))
    refuse_field(path, "dimension '" + of->GetName() + "' cannot be read: " + last_gdal_error());
  if (!std::ranges::all_of(read, [](double value) { return std::isfinite(value); }))
    refuse_field(path, "dimension '" + of->GetName() + "' has values that are no numbers");
  return read;
}

ClimateAxis degree_axis(const std::string& path, const GDALMDArray& array, int dimension, bool around) {
  const auto& of = array.GetDimensions()[static_cast<std::size_t>(dimension)];
  std::vector<double> values = coordinates(path, array, dimension, kMostCoordinates);
  const double most = around ? 720 : 90.001;
  const std::string unit = lower(unit_of(*of->GetIndexingVariable()));
  const bool fits = std::ranges::all_of(values, [&](double value) { return std::fabs(value) <= most; });
  if (!fits || (!unit.empty() && !unit.starts_with("degree"))) {
    refuse_field(path, "dimension '" + of->GetName() +
                           "' is not in degrees; grids of a projection, turned or bent, have to be put on "
                           "longitudes and latitudes first (cdo remapnn)");
  }
  return {std::move(values), around};
}

ArrayPointer choose_array(const std::string& path, const GDALGroup& root, const std::string& wanted) {
  std::vector<std::string> names, others;
  for (const std::string& name : root.GetMDArrayNames()) {
    const ArrayPointer array = root.OpenMDArray(name);
    if (!array) continue;
    const bool field = array->GetDimensionCount() == 3 && dimension_named(*array, {"time"}) >= 0;
    (field ? names : others).push_back(name);
  }
  const std::string name = !wanted.empty() ? wanted : names.size() == 1 ? names.front() : "tas";
  if (std::ranges::find(names, name) == names.end()) {
    refuse_field(path, std::ranges::find(others, name) != others.end()
                           ? "variable '" + name + "' is not one of time, latitude and longitude alone"
                           : "has no variable '" + name + "' of time, latitude and longitude; it has " +
                                 (names.empty() ? "none" : join(names, ", ")) + suggestion(name, names) +
                                 (names.size() > 1 ? "; choose one with --delta-value" : ""));
  }
  return root.OpenMDArray(name);
}

ClimateNumbers numbers_of(const std::string& path, const GDALMDArray& array) {
  const std::optional<std::string> unit = temperature_unit(unit_of(array));
  if (!unit)
    refuse_field(path, "'" + array.GetName() + "' is in " + unit_of(array) + ", which is no temperature");
  ClimateNumbers numbers(*unit);
  bool has = false;
  if (const double fill = array.GetNoDataValueAsDouble(&has); has) numbers.add_fill(fill);
  if (const auto other = array.GetAttribute("missing_value")) numbers.add_fill(other->ReadAsDouble());
  if (const double scale = array.GetScale(&has); has) numbers.set_scale(scale);
  if (const double offset = array.GetOffset(&has); has) numbers.set_offset(offset);
  return numbers;
}

/// A step of time: what it belongs to, and how long it is.
struct ClimateStep {
  YearSpan years;
  double days = 0;
};

/// Ends of steps two by two; empty where the file has none that fit.
std::vector<double> bounds_of_steps(const GDALGroup& root, const GDALMDArray& time, std::size_t steps) {
  const std::string name = attribute(time, "bounds");
  const ArrayPointer bounds = name.empty() ? nullptr : root.OpenMDArray(name);
  if (!bounds || bounds->GetDimensionCount() != 2 || bounds->GetDimensions()[0]->GetSize() != steps ||
      bounds->GetDimensions()[1]->GetSize() != 2)
    return {};
  std::vector<double> ends(2 * steps);
  if (!read_numbers(*bounds, std::array<std::size_t, 2>{steps, 2}, ends)) return {};
  for (std::size_t t = 0; t < steps; ++t) {
    if (!(ends[2 * t] < ends[2 * t + 1])) return {};
  }
  return ends;
}

/// The usual distance of times; 0 of a single one.
double usual_distance(const std::vector<double>& times) {
  std::vector<double> distances;
  for (std::size_t t = 1; t < times.size(); ++t) distances.push_back(std::fabs(times[t] - times[t - 1]));
  if (distances.empty()) return 0;
  const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
  std::ranges::nth_element(distances, middle);
  return *middle;
}

std::vector<ClimateStep> steps_of(const std::string& path, const GDALGroup& root, const GDALMDArray& time,
                                  const std::vector<double>& times) {
  const std::vector<double> ends = bounds_of_steps(root, time, times.size());
  const double distance = usual_distance(times);
  std::vector<ClimateStep> steps;
  try {
    const ClimateClock clock(unit_of(time), attribute(time, "calendar"));
    const double half_day = 0.5 / clock.days(1);
    for (std::size_t t = 0; t < times.size(); ++t) {
      if (ends.empty()) {
        const int year = clock.year(times[t]);
        const double days = times.size() == 1 ? kWholeYear : clock.days(distance);
        steps.push_back({{year, year}, std::min(days, kPeriod)});
        continue;
      }
      const double first = ends[2 * t], last = ends[2 * t + 1], days = clock.days(last - first);
      if (days > kPeriod) {
        steps.push_back({{clock.year(first + half_day), clock.year(last - half_day)}, days});
      } else {
        const int year = clock.year(0.5 * (first + last));
        steps.push_back({{year, year}, days});
      }
    }
  } catch (const Error& error) {
    refuse_field(path, error.what());
  }
  return steps;
}

/// Means over years, step by step.
class YearMeans {
 public:
  void add(const ClimateStep& step, double value) {
    Sum& sum = sums_[step.years];
    sum.days += step.days;
    sum.degrees += value * step.days;
  }
  std::map<YearSpan, double> means() const {
    std::map<YearSpan, double> means;
    for (const auto& [years, sum] : sums_) {
      const double mean = sum.degrees / sum.days;
      if (sum.days >= kWholeYear && std::isfinite(mean)) means[years] = mean;
    }
    return means;
  }

 private:
  struct Sum {
    double days = 0, degrees = 0;
  };
  std::map<YearSpan, Sum> sums_;
};

struct Spot {
  std::size_t row = 0, column = 0;
};

/// A three-dimensional array and which dimension is which.
struct FieldArray {
  std::string path;
  ArrayPointer array;
  std::size_t time = 0, north = 0, east = 0;
};

/// One block of some steps around some spots, into their means. The field is read once, block after block, as
/// its chunks often hold a whole map each.
void read_block(const FieldArray& field, const ClimateNumbers& decode, std::span<const ClimateStep> steps,
                std::size_t first_step, std::size_t count_steps, std::span<const Spot> spots,
                std::span<YearMeans> means) {
  Spot least = spots.front(), most = spots.front();
  for (const Spot& spot : spots) {
    least = {std::min(least.row, spot.row), std::min(least.column, spot.column)};
    most = {std::max(most.row, spot.row), std::max(most.column, spot.column)};
  }
  std::array<GUInt64, 3> start{};
  std::array<std::size_t, 3> count{}, stride{};
  start[field.time] = first_step, count[field.time] = count_steps;
  start[field.north] = least.row, count[field.north] = most.row - least.row + 1;
  start[field.east] = least.column, count[field.east] = most.column - least.column + 1;
  stride = {count[1] * count[2], count[2], 1};
  std::vector<double> values(count[0] * count[1] * count[2]);
  if (!field.array->Read(start.data(), count.data(), nullptr, nullptr,
                         GDALExtendedDataType::Create(GDT_Float64), values.data()))
    refuse_field(field.path, "'" + field.array->GetName() + "' cannot be read: " + last_gdal_error());
  for (std::size_t k = 0; k < spots.size(); ++k) {
    const std::size_t at = (spots[k].row - least.row) * stride[field.north] +
                           (spots[k].column - least.column) * stride[field.east];
    for (std::size_t t = 0; t < count_steps; ++t)
      means[k].add(steps[first_step + t], decode(values[at + t * stride[field.time]]));
  }
}

/// `spots` ordered by rows: strips of rows, and in each blocks of steps.
std::vector<YearMeans> read_spots(const FieldArray& field, const ClimateNumbers& decode,
                                  std::span<const ClimateStep> steps, std::span<const Spot> spots) {
  std::vector<YearMeans> means(spots.size());
  std::size_t width = 1;
  for (const Spot& spot : spots) width = std::max(width, spot.column + 1);
  const std::size_t rows = std::max<std::size_t>(1, kMostValues / width);
  for (std::size_t first = 0; first < spots.size();) {
    std::size_t last = first;
    while (last < spots.size() && spots[last].row < spots[first].row + rows) ++last;
    const auto strip = spots.subspan(first, last - first);
    const auto sums = std::span(means).subspan(first, last - first);
    const std::size_t height = strip.back().row - strip.front().row + 1;
    const std::size_t at_once = std::max<std::size_t>(1, kMostValues / (width * height));
    for (std::size_t t = 0; t < steps.size(); t += at_once)
      read_block(field, decode, steps, t, std::min(at_once, steps.size() - t), strip, sums);
    first = last;
  }
  return means;
}

FieldArray find_field(const std::string& path, const GDALGroup& root, const std::string& variable) {
  FieldArray field{path, choose_array(path, root, variable)};
  const int north = dimension_named(*field.array, {"lat", "latitude", "y"});
  const int east = dimension_named(*field.array, {"lon", "longitude", "x"});
  if (north < 0 || east < 0) {
    refuse_field(path, "'" + field.array->GetName() +
                           "' has no dimensions lat and lon; grids of a projection, turned or bent, have to "
                           "be put on longitudes and latitudes first (cdo remapnn)");
  }
  field.time = static_cast<std::size_t>(dimension_named(*field.array, {"time"}));
  field.north = static_cast<std::size_t>(north);
  field.east = static_cast<std::size_t>(east);
  return field;
}

/// Gives each place its spot; the spots, ordered by rows.
std::vector<Spot> place_spots(const std::string& path, const ClimateAxis& north, const ClimateAxis& east,
                              std::span<const Point> places, std::vector<std::size_t>& spot_of_place) {
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> known;
  std::vector<std::pair<std::size_t, std::size_t>> of_place;
  for (const Point& place : places) {
    const auto row = north.nearest(place.y), column = east.nearest(place.x);
    if (!row || !column) {
      refuse_field(path, "a cell at longitude " + number_text(place.x) + ", latitude " +
                             number_text(place.y) + " lies outside of the field");
    }
    of_place.emplace_back(*row, *column);
    known.emplace(of_place.back(), 0);
  }
  std::vector<Spot> spots;
  for (auto& [pair, at] : known) {
    at = spots.size();
    spots.push_back({pair.first, pair.second});
  }
  for (const auto& pair : of_place) spot_of_place.push_back(known.at(pair));
  return spots;
}

void require_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const auto needed = file ? classic_netcdf_bytes(file) : std::nullopt;
  std::error_code unknown;
  const auto bytes = std::filesystem::file_size(path, unknown);
  if (needed && !unknown && bytes < *needed) refuse_field(path, "is cut short, or no NetCDF file");
}

}  // namespace

ClimateField read_climate_field(const std::string& path, const std::string& variable,
                                std::span<const Point> places) {
  require_whole(path);
  init_gdal();
  clear_gdal_error();
  const GdalDataset dataset(GDALDataset::Open(
      gdal_path(path).c_str(), GDAL_OF_MULTIDIM_RASTER | GDAL_OF_READONLY, nullptr, nullptr, nullptr));
  if (!dataset) refuse_field(path, "cannot be opened as a climate field: " + last_gdal_error());
  const std::shared_ptr<GDALGroup> root = dataset->GetRootGroup();
  if (!root) refuse_field(path, "holds no fields");
  const FieldArray array = find_field(path, *root, variable);
  const ClimateNumbers decode = numbers_of(path, *array.array);
  const ClimateAxis north = degree_axis(path, *array.array, static_cast<int>(array.north), false);
  const ClimateAxis east = degree_axis(path, *array.array, static_cast<int>(array.east), true);
  const std::vector<double> times = coordinates(path, *array.array, static_cast<int>(array.time), kMostSteps);
  const std::vector<ClimateStep> steps =
      steps_of(path, *root, *array.array->GetDimensions()[array.time]->GetIndexingVariable(), times);

  ClimateField field;
  field.path = path;
  field.model = attribute(*root, "model_id");
  if (field.model.empty()) field.model = attribute(*root, "source_id");
  if (field.model.empty()) field.model = std::filesystem::path(path).stem().string();
  field.scenario = attribute(*root, "experiment_id");
  field.unit = decode.unit();
  const std::vector<Spot> spots = place_spots(path, north, east, places, field.spot);
  for (const YearMeans& means : read_spots(array, decode, steps, spots)) field.years.push_back(means.means());
  return field;
}

}  // namespace isotherm

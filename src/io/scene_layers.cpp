#include "scene_layers.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cmath>
#include <numbers>

#include "isotherm/core/text.h"

namespace isotherm {

namespace {

using enum Quantity;

constexpr AuxiliaryLayer kAuxiliary[] = {
    {"ST_QA", "FILE_NAME_QUALITY_L2_SURFACE_TEMPERATURE", "qa", "st_qa", "surface temperature uncertainty",
     temperature_uncertainty, 0.01, -9999},
    {"ST_EMIS", "FILE_NAME_EMISSIVITY", "emis", "emis", "emissivity", emissivity, 1e-4, -9999},
    {"ST_EMSD", "FILE_NAME_EMISSIVITY_STDEV", "emsd", "emsd", "emissivity standard deviation", emissivity,
     1e-4, -9999},
    {"ST_CDIST", "FILE_NAME_CLOUD_DISTANCE", "cdist", "cdist", "distance to cloud", distance, 0.01, -9999},
    {"ST_TRAD", "FILE_NAME_THERMAL_RADIANCE", "trad", "trad", "thermal radiance", radiance, 1e-3, -9999},
    {"ST_URAD", "FILE_NAME_UPWELL_RADIANCE", "urad", "urad", "upwelled radiance", radiance, 1e-3, -9999},
    {"ST_DRAD", "FILE_NAME_DOWNWELL_RADIANCE", "drad", "drad", "downwelled radiance", radiance, 1e-3, -9999},
    {"ST_ATRAN", "FILE_NAME_ATMOSPHERIC_TRANSMITTANCE", "atran", "atran", "atmospheric transmittance",
     transmittance, 1e-4, -9999},
};

struct Irradiance {
  std::string_view spacecraft, number;
  double watts;
};
constexpr Irradiance kIrradiance[] = {
    {"LANDSAT_4", "1", 1983}, {"LANDSAT_4", "2", 1795},  {"LANDSAT_4", "3", 1539},
    {"LANDSAT_4", "4", 1028}, {"LANDSAT_4", "5", 219.8}, {"LANDSAT_4", "7", 83.49},
    {"LANDSAT_5", "1", 1983}, {"LANDSAT_5", "2", 1796},  {"LANDSAT_5", "3", 1536},
    {"LANDSAT_5", "4", 1031}, {"LANDSAT_5", "5", 220.0}, {"LANDSAT_5", "7", 83.44},
    {"LANDSAT_7", "1", 1997}, {"LANDSAT_7", "2", 1812},  {"LANDSAT_7", "3", 1533},
    {"LANDSAT_7", "4", 1039}, {"LANDSAT_7", "5", 230.8}, {"LANDSAT_7", "7", 84.90},
    {"LANDSAT_7", "8", 1362},
};

struct ThermalGain {
  std::string_view spacecraft, number;
  double scale, offset;
};
constexpr ThermalGain kThermalGain[] = {
    {"LANDSAT_8", "10", 3.342e-4, 0.1},
    {"LANDSAT_8", "11", 3.342e-4, 0.1},
    {"LANDSAT_9", "10", 3.8e-4, 0.1},
    {"LANDSAT_9", "11", 3.49e-4, 0.1},
};

bool digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int whole(std::string_view text) { return static_cast<int>(parse_integer(text).value_or(0)); }

std::string spacecraft_of(std::string_view prefix) {
  const Spacecraft* known = find_spacecraft(prefix);
  if (known != nullptr) return std::string(known->id);
  return "LANDSAT_" + std::to_string(whole(prefix.substr(2)));
}

bool is_sensor_letter(char c) { return std::string_view("CEMOT").find(c) != std::string_view::npos; }

// LXSS_LLLL_PPPRRR_YYYYMMDD_yyyymmdd_CC_TX
std::optional<ProductName> parse_collection_id(std::string_view name) {
  constexpr std::size_t kLength = 40;
  if (name.size() < kLength || (name.size() > kLength && name[kLength] != '_')) return std::nullopt;
  const std::string_view id = name.substr(0, kLength);
  for (const std::size_t k : {4, 9, 16, 25, 34, 37}) {
    if (id[k] != '_') return std::nullopt;
  }
  const auto date = parse_date(id.substr(17, 8));
  const bool fine = id[0] == 'L' && is_sensor_letter(id[1]) && digits(id.substr(2, 2)) && id[5] == 'L' &&
                    (id[6] == '1' || id[6] == '2') && digits(id.substr(10, 6)) && date &&
                    digits(id.substr(26, 8)) && digits(id.substr(35, 2));
  if (!fine) return std::nullopt;
  ProductName product;
  product.id = id;
  product.spacecraft = spacecraft_of(id.substr(0, 4));
  product.level = id[6] == '1' ? Level::level1 : Level::level2;
  product.collection = whole(id.substr(35, 2));
  product.tier = id.substr(38, 2);
  product.date = *date;
  product.path = whole(id.substr(10, 3));
  product.row = whole(id.substr(13, 3));
  return product;
}

// LXSPPPRRRYYYYDDDGSIVV
std::optional<ProductName> parse_scene_id(std::string_view name) {
  constexpr std::size_t kLength = 21;
  if (name.size() < kLength || (name.size() > kLength && name[kLength] != '_')) return std::nullopt;
  const std::string_view id = name.substr(0, kLength);
  if (id[0] != 'L' || !is_sensor_letter(id[1]) || !digits(id.substr(2, 14)) || !digits(id.substr(19, 2))) {
    return std::nullopt;
  }
  using namespace std::chrono;
  const int day_of_year = whole(id.substr(13, 3));
  if (day_of_year < 1 || day_of_year > 366) return std::nullopt;
  const year_month_day day(sys_days(year(whole(id.substr(9, 4))) / January / 1) + days(day_of_year - 1));
  ProductName product;
  product.id = id;
  product.spacecraft = spacecraft_of(std::string(id.substr(0, 2)) + "0" + id[2]);
  product.level = Level::level1;
  product.date = {static_cast<int>(day.year()), static_cast<int>(static_cast<unsigned>(day.month())),
                  static_cast<int>(static_cast<unsigned>(day.day()))};
  product.path = whole(id.substr(3, 3));
  product.row = whole(id.substr(6, 3));
  return product;
}

// "B4", "B10", "B6_VCID_1"
bool is_numbered(std::string_view suffix) {
  if (!suffix.starts_with('B')) return false;
  const std::string_view number = suffix.substr(1);
  if (number == "6_VCID_1" || number == "6_VCID_2") return true;
  return digits(number) && number.size() <= 2 && number[0] != '0' && whole(number) <= 11;
}

bool is_layer(std::string_view suffix) {
  if (is_numbered(suffix) || suffix == "QA_PIXEL" || suffix == "QA_RADSAT" || suffix == "BQA") return true;
  if (suffix.starts_with("SR_") || suffix.starts_with("ST_")) {
    if (is_numbered(suffix.substr(3))) return true;
  }
  return std::any_of(std::begin(kAuxiliary), std::end(kAuxiliary),
                     [&](const AuxiliaryLayer& layer) { return layer.suffix == suffix; });
}

}  // namespace

std::span<const AuxiliaryLayer> auxiliary_layers() { return kAuxiliary; }

Decoding published_reflectance() {
  return {.scale = kReflectanceScale,
          .offset = kReflectanceOffset,
          .nodata = 0,
          .valid_min = 7273,
          .valid_max = 43636};
}

Decoding published_temperature() {
  return {.scale = kTemperatureScale,
          .offset = kTemperatureOffset,
          .nodata = 0,
          .valid_min = 293,
          .valid_max = 61440};
}

std::optional<Decoding> published_radiance(std::string_view spacecraft, std::string_view number) {
  for (const ThermalGain& gain : kThermalGain) {
    if (gain.spacecraft == spacecraft && gain.number == number) {
      return Decoding{
          .scale = gain.scale, .offset = gain.offset, .nodata = 0, .valid_min = 1, .valid_max = 65535};
    }
  }
  return std::nullopt;
}

std::optional<double> solar_irradiance(std::string_view spacecraft, std::string_view number) {
  for (const Irradiance& row : kIrradiance) {
    if (row.spacecraft == spacecraft && row.number == number) return row.watts;
  }
  return std::nullopt;
}

std::optional<ProductName> parse_product_name(std::string_view name) {
  const std::size_t slash = name.find_last_of("/\\");
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  name = name.substr(0, name.find('.'));
  auto product = parse_collection_id(name);
  return product ? product : parse_scene_id(name);
}

std::optional<std::string> layer_suffix(std::string_view file_name) {
  const std::size_t slash = file_name.find_last_of("/\\");
  if (slash != std::string_view::npos) file_name.remove_prefix(slash + 1);
  const std::size_t dot = file_name.find_last_of('.');
  std::string stem(file_name.substr(0, dot));
  std::transform(stem.begin(), stem.end(), stem.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  // The longest ending that is a layer: "SR_B4" rather than "B4".
  for (std::size_t start = 0; start != std::string::npos;) {
    const std::string_view ending = std::string_view(stem).substr(start);
    if (is_layer(ending)) return std::string(ending);
    const std::size_t next = stem.find('_', start);
    start = next == std::string::npos ? next : next + 1;
  }
  return std::nullopt;
}

double earth_sun_distance(const Date& date) {
  using namespace std::chrono;
  const auto day = sys_days(year(date.year) / date.month / date.day);
  const double day_of_year = static_cast<double>((day - sys_days(year(date.year) / January / 1)).count() + 1);
  constexpr double kEccentricity = 0.01672, kDegreesPerDay = 0.9856, kPerihelion = 4;
  return 1 - kEccentricity * std::cos(kDegreesPerDay * (day_of_year - kPerihelion) * std::numbers::pi / 180);
}

}  // namespace isotherm

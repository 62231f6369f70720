#include <gdal_priv.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "climate_unit.h"
#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/climate_field.h"
#include "isotherm/io/crs.h"

namespace isotherm {

namespace {

constexpr int kMostBands = 10000;
constexpr double kMostBlockBytes = 256.0 * 1024 * 1024;
constexpr std::size_t kMostSpots = 1000000;

[[noreturn]] void refuse_raster(const std::string& path, const std::string& why) {
  throw Error(ErrorKind::input, path + ": " + why);
}

std::string raster_crs_of(const std::string& path, GDALDataset& dataset) {
  const char* const text = dataset.GetProjectionRef();
  if (text == nullptr || *text == '\0')
    refuse_raster(path,
                  "does not say its CRS, so cells cannot be found in it; write it with gdal_edit.py -a_srs");
  return canonical_crs(text);
}

/// Pixels by column and row.
class PixelPlaces {
 public:
  PixelPlaces(const std::string& path, GDALDataset& dataset, const std::string& crs, const std::string& from)
      : path_(path),
        width_(dataset.GetRasterXSize()),
        height_(dataset.GetRasterYSize()),
        to_raster_(from, crs),
        turn_(is_geographic(crs) ? to_raster_.turn() : 0) {
    std::array<double, 6> transform{};
    if (dataset.GetGeoTransform(transform.data()) != CE_None ||
        !GDALInvGeoTransform(transform.data(), inverse_.data()))
      refuse_raster(path, "does not say where its pixels lie");
    if (is_geographic(crs) && turn_ == 0) turn_ = 360;
  }

  std::pair<int, int> pixel(const Point& place) const {
    const Point there = to_raster_.apply(place);
    // Longitudes may be counted from 0 to 360.
    for (const double shift : {0.0, turn_, -turn_}) {
      const double x = there.x + shift;
      const double column = std::floor(inverse_[0] + x * inverse_[1] + there.y * inverse_[2]);
      const double row = std::floor(inverse_[3] + x * inverse_[4] + there.y * inverse_[5]);
      if (column >= 0 && column < width_ && row >= 0 && row < height_)
        return {static_cast<int>(column), static_cast<int>(row)};
    }
    refuse_raster(path_, "a cell lies outside of it (at " + number_text(place.x) + ", " +
                             number_text(place.y) + " of the cells' CRS)");
  }

 private:
  std::string path_;
  int width_, height_;
  CrsTransform to_raster_;
  double turn_;
  std::array<double, 6> inverse_{};
};

std::vector<YearSpan> years_of_bands(const std::string& path, GDALDataset& dataset,
                                     const std::optional<YearSpan>& years) {
  const int bands = dataset.GetRasterCount();
  if (bands < 1 || bands > kMostBands) refuse_raster(path, "has " + std::to_string(bands) + " bands");
  if (years) {
    if (bands > 1) {
      refuse_raster(path, "has " + std::to_string(bands) + " bands, and " + year_span_text(*years) +
                              " is one period; name the years of its bands in their descriptions, or give "
                              "one band alone");
    }
    return {*years};
  }
  std::vector<YearSpan> spans;
  for (int k = 1; k <= bands; ++k) {
    const std::string description = dataset.GetRasterBand(k)->GetDescription();
    const auto span = year_span(description);
    if (!span) {
      refuse_raster(path, "band " + std::to_string(k) + " is called '" + description +
                              "', which is no year or period such as 2041-2060; say the period of a raster "
                              "of one band in front of it: 2041-2060=FILE");
    }
    spans.push_back(*span);
  }
  return spans;
}

ClimateNumbers numbers_of_band(const std::string& path, GDALRasterBand& band) {
  const std::string written = band.GetUnitType();
  const std::optional<std::string> unit = temperature_unit(written);
  if (!unit) refuse_raster(path, "is in " + written + ", which is no temperature");
  ClimateNumbers numbers(*unit);
  int has = 0;
  if (const double nodata = band.GetNoDataValue(&has); has != 0) numbers.add_fill(nodata);
  if (const double scale = band.GetScale(&has); has != 0) numbers.set_scale(scale);
  if (const double offset = band.GetOffset(&has); has != 0) numbers.set_offset(offset);
  return numbers;
}

/// The numbers of one band at spots, row by row of pixels.
std::vector<double> values_at(const std::string& path, GDALRasterBand& band, const ClimateNumbers& decode,
                              const std::vector<std::pair<int, int>>& spots) {
  int block_width = 0, block_height = 0;
  band.GetBlockSize(&block_width, &block_height);
  if (static_cast<double>(block_width) * block_height * GDALGetDataTypeSizeBytes(band.GetRasterDataType()) >
      kMostBlockBytes)
    refuse_raster(path, "has blocks of more than 256 MiB");
  std::vector<double> values;
  for (const auto& [column, row] : spots) {
    double value = 0;
    if (band.RasterIO(GF_Read, column, row, 1, 1, &value, 1, 1, GDT_Float64, 0, 0, nullptr) != CE_None)
      refuse_raster(path, "cannot be read: " + last_gdal_error());
    values.push_back(decode(value));
  }
  return values;
}

std::string climate_metadata(GDALDataset& dataset, const char* name) {
  const char* const text = dataset.GetMetadataItem(name);
  return text != nullptr ? text : "";
}

}  // namespace

ClimateField read_climate_raster(const std::string& path, const std::optional<YearSpan>& years,
                                 std::span<const Point> places, const std::string& crs) {
  init_gdal();
  clear_gdal_error();
  const GdalDataset dataset = open_raster(path);
  const std::vector<YearSpan> spans = years_of_bands(path, *dataset, years);
  ClimateField field;
  field.path = path;
  field.model = climate_metadata(*dataset, "model_id");
  if (field.model.empty()) field.model = climate_metadata(*dataset, "source_id");
  field.scenario = climate_metadata(*dataset, "experiment_id");
  const PixelPlaces pixels(path, *dataset, raster_crs_of(path, *dataset), crs);
  std::map<std::pair<int, int>, std::size_t> known;  // by row and column, as pixels are stored
  std::vector<std::pair<int, int>> of_place;
  for (const Point& place : places) {
    const auto [column, row] = pixels.pixel(place);
    of_place.emplace_back(row, column);
    known.emplace(of_place.back(), 0);
    if (known.size() > kMostSpots)
      refuse_raster(path, "is finer than the cells need: more than 1000000 pixels");
  }
  std::vector<std::pair<int, int>> spots;
  for (auto& [pixel, at] : known) {
    at = spots.size();
    spots.emplace_back(pixel.second, pixel.first);
  }
  for (const auto& pixel : of_place) field.spot.push_back(known.at(pixel));
  field.years.resize(spots.size());
  for (std::size_t k = 0; k < spans.size(); ++k) {
    GDALRasterBand& band = *dataset->GetRasterBand(static_cast<int>(k) + 1);
    const ClimateNumbers decode = numbers_of_band(path, band);
    if (k > 0 && decode.unit() != field.unit)
      refuse_raster(path, "has bands in " + field.unit + " and in " + decode.unit());
    field.unit = decode.unit();
    const std::vector<double> values = values_at(path, band, decode, spots);
    for (std::size_t spot = 0; spot < spots.size(); ++spot) {
      if (!std::isfinite(values[spot])) continue;
      if (!field.years[spot].emplace(spans[k], values[spot]).second)
        refuse_raster(path, "has two bands of " + year_span_text(spans[k]));
    }
  }
  return field;
}

std::optional<YearSpan> year_span(const std::string& text) {
  const std::size_t dash = text.find('-', 1);
  const auto first = parse_integer(trim(text.substr(0, dash)));
  const auto last = dash == std::string::npos ? first : parse_integer(trim(text.substr(dash + 1)));
  if (!first || !last || *last < *first || *first < 1 || *last > 9999) return std::nullopt;
  return YearSpan{static_cast<int>(*first), static_cast<int>(*last)};
}

std::string year_span_text(const YearSpan& years) {
  return years.first == years.last ? std::to_string(years.first)
                                   : std::to_string(years.first) + "-" + std::to_string(years.last);
}

}  // namespace isotherm

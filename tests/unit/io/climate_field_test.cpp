#include "isotherm/io/climate_field.h"

#include <gdal_priv.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "../../../src/io/classic_netcdf.h"
#include "../../../src/io/climate_axis.h"
#include "../../../src/io/climate_unit.h"
#include "isotherm/core/error.h"
#include "isotherm/io/climate_clock.h"
#include "unit/io/table_fixture.h"

namespace isotherm {
namespace {

using testing_support::TemporaryFolder;
using testing_support::write_raster;

YearSpan one_year(int year) { return {year, year}; }

TEST(ClimateClock, CalendarsByHand) {
  // 365 days after 1 January 2007: the next year without leap days and with; in 360-day years it is far in
  // it.
  EXPECT_EQ(ClimateClock("days since 2007-01-01", "noleap").year(364.9), 2007);
  EXPECT_EQ(ClimateClock("days since 2007-01-01", "365_day").year(365), 2008);
  EXPECT_EQ(ClimateClock("days since 2008-01-01", "standard").year(365.5), 2008);  // a leap year
  EXPECT_EQ(ClimateClock("days since 2008-01-01", "noleap").year(365.5), 2009);
  EXPECT_EQ(ClimateClock("days since 2008-01-01", "all_leap").year(365.5), 2008);
  EXPECT_EQ(ClimateClock("days since 2007-12-30", "360_day").year(0.5), 2007);
  EXPECT_EQ(ClimateClock("days since 2007-12-30", "360_day").year(1.0), 2008);
  EXPECT_EQ(ClimateClock("hours since 1850-1-1 00:00:00", "gregorian").year(24.0 * 365), 1851);
  EXPECT_EQ(ClimateClock("days since 1850-01-01T00:00:00Z", "").year(56978), 2006);
  // 150 years of 365 days and 36 leap days (1900 is none).
  EXPECT_EQ(ClimateClock("days since 1850-01-01", "standard").year(150 * 365 + 36), 2000);
  EXPECT_EQ(ClimateClock("days since 1850-01-01", "standard").year(150 * 365 + 35), 1999);
}

TEST(ClimateClock, TheReformOf1582) {
  // 1 January 2000 is day 730119 since 1 January 1 of the Gregorian calendar carried back (Python's
  // date.toordinal() less 1). The Julian 1 January 1 came two days earlier, the Julian 1 January 2000 came 13
  // days later.
  EXPECT_EQ(ClimateClock("days since 0001-01-01", "proleptic_gregorian").year(730118), 1999);
  EXPECT_EQ(ClimateClock("days since 0001-01-01", "proleptic_gregorian").year(730119), 2000);
  EXPECT_EQ(ClimateClock("days since 0001-01-01", "standard").year(730120), 1999);
  EXPECT_EQ(ClimateClock("days since 0001-01-01", "standard").year(730121), 2000);
  EXPECT_EQ(ClimateClock("days since 0001-01-01", "julian").year(730133), 1999);
  EXPECT_EQ(ClimateClock("days since 0001-01-01", "julian").year(730134), 2000);
  // The year 1582 lost ten days: 355 of them, and 4 October is followed by 15 October.
  EXPECT_EQ(ClimateClock("days since 1582-01-01", "gregorian").year(354), 1582);
  EXPECT_EQ(ClimateClock("days since 1582-01-01", "gregorian").year(355), 1583);
  EXPECT_EQ(ClimateClock("days since 1582-10-15", "standard").year(-1), 1582);
  EXPECT_EQ(ClimateClock("days since 1582-10-15", "standard").year(-277), 1582);
  EXPECT_EQ(ClimateClock("days since 1582-10-15", "standard").year(-278), 1581);
}

TEST(ClimateClock, WhatIsNoTimeIsRefused) {
  EXPECT_THROW(ClimateClock("months since 2000-01-01", "standard"), Error);
  EXPECT_THROW(ClimateClock("2000", "standard"), Error);
  EXPECT_THROW(ClimateClock("days since 2000-13-01", "standard"), Error);
  EXPECT_THROW(ClimateClock("days since 2000-01-01", "lunar"), Error);
  EXPECT_THROW(ClimateClock("days since 2000-01-01", "standard").year(1e300), Error);
  EXPECT_THROW(ClimateClock("days since 2000-01-01", "standard").year(std::nan("")), Error);
}

/// 2 x 4 cells (latitudes -45, 45; longitudes 0, 90, 180, 270), 24 months of 30 days from 2030, packed as
/// short numbers: year 2030 holds 10 latitude + column, 2031 that and 1, months +-0.5 in turn.
std::string write_field(const TemporaryFolder& folder) {
  const std::string path = folder.file("field.nc");
  GDALAllRegister();
  GDALDriver* const driver = GetGDALDriverManager()->GetDriverByName("netCDF");
  const std::unique_ptr<GDALDataset> dataset(driver->CreateMultiDimensional(path.c_str(), nullptr, nullptr));
  const auto root = dataset->GetRootGroup();
  const auto number = GDALExtendedDataType::Create(GDT_Float64);
  const auto axis = [&](const char* name, std::vector<double> values) {
    const auto dimension = root->CreateDimension(name, "", "", values.size(), nullptr);
    const auto array = root->CreateMDArray(name, {dimension}, number, nullptr);
    const GUInt64 start = 0;
    const std::size_t count = values.size();
    array->Write(&start, &count, nullptr, nullptr, number, values.data());
    return std::pair(dimension, array);
  };
  std::vector<double> days;
  for (int month = 0; month < 24; ++month) days.push_back(15 + 30 * month);
  const auto time = axis("time", days);
  time.second->SetUnit("days since 2030-01-01");
  const auto calendar =
      time.second->CreateAttribute("calendar", {}, GDALExtendedDataType::CreateString(), nullptr);
  calendar->Write("360_day");
  const auto north = axis("lat", {-45, 45}), east = axis("lon", {0, 90, 180, 270});
  const auto field = root->CreateMDArray("tas", {time.first, north.first, east.first}, number, nullptr);
  std::vector<double> values;
  for (int month = 0; month < 24; ++month) {
    for (int row = 0; row < 2; ++row) {
      for (int column = 0; column < 4; ++column)
        values.push_back(10 * row + column + (month >= 12 ? 1 : 0) + (month % 2 == 0 ? 0.5 : -0.5));
    }
  }
  const std::array<GUInt64, 3> start{0, 0, 0};
  const std::array<std::size_t, 3> count{24, 2, 4};
  field->Write(start.data(), count.data(), nullptr, nullptr, number, values.data());
  return path;
}

TEST(ClimateField, PlacesReadTheNearestCellAndWholeYears) {
  const TemporaryFolder folder;
  const std::string path = write_field(folder);
  // Just west of Greenwich is column 0, not the column of 270; -80 is 280.
  const std::vector<Point> places{{8, 49}, {-3, 51}, {-80, 40}, {170, -30}};
  const ClimateField field = read_climate_field(path, "", places);
  EXPECT_EQ(field.model, "field");
  ASSERT_EQ(field.spot.size(), 4u);
  EXPECT_EQ(field.spot[0], field.spot[1]);
  ASSERT_EQ(field.years.size(), 3u);
  EXPECT_NEAR(field.years[field.spot[0]].at(one_year(2030)), 10, 1e-12);
  EXPECT_NEAR(field.years[field.spot[0]].at(one_year(2031)), 11, 1e-12);
  EXPECT_NEAR(field.years[field.spot[2]].at(one_year(2030)), 13, 1e-12);
  EXPECT_NEAR(field.years[field.spot[3]].at(one_year(2030)), 2, 1e-12);
  EXPECT_EQ(field.years[0].size(), 2u);
  EXPECT_THROW(read_climate_field(path, "pr", places), Error);
}

/// Big-endian numbers of four bytes, and text as it stands.
std::string words(std::initializer_list<std::uint32_t> numbers) {
  std::string bytes;
  for (const std::uint32_t number : numbers) {
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(number >> shift & 0xFF);
  }
  return bytes;
}

std::optional<std::uint64_t> needed_bytes(const std::string& bytes) {
  std::istringstream file(bytes);
  return classic_netcdf_bytes(file);
}

TEST(ClassicNetcdf, TheLengthByHand) {
  // Three records of a dimension "t"; no attributes; variables "a" (3 double numbers, dimension "x") at byte
  // 200, "b" (a short per record, padded to 4 bytes) at 224 and "c" (a double per record) at 228: records of
  // 12 bytes, the last ends at 228 + 2 * 12 + 8 = 260.
  const auto name = [](const char* one) { return words({1}) + one + std::string(3, '\0'); };
  const std::string head =
      "CDF\x01" + words({3, 10, 2}) + name("t") + words({0}) + name("x") + words({3, 0, 0, 11});
  const std::string a = name("a") + words({1, 1, 0, 0, 6, 24, 200});
  const std::string b = name("b") + words({1, 0, 0, 0, 3, 4, 224});
  const std::string c = name("c") + words({1, 0, 0, 0, 6, 8, 228});
  EXPECT_EQ(needed_bytes(head + words({1}) + a), 224u);
  EXPECT_EQ(needed_bytes(head + words({3}) + a + b + c), 260u);
  // A single variable of records is not padded: 224 + 2 * 2 + 2.
  EXPECT_EQ(needed_bytes(head + words({2}) + a + b), 230u);
  EXPECT_EQ(needed_bytes("\x89HDF and more"), std::nullopt);
  EXPECT_EQ(needed_bytes(""), std::nullopt);
  // What cannot be followed needs more than there is: cut, absurd counts, a dimension that is not there.
  const std::uint64_t no_end = std::numeric_limits<std::uint64_t>::max();
  const std::string whole = head + words({1}) + a;
  for (std::size_t length = 4; length < whole.size(); ++length)
    EXPECT_EQ(needed_bytes(whole.substr(0, length)), no_end) << length;
  EXPECT_EQ(needed_bytes("CDF\x01" + words({3, 10, 0xFFFFFFFF})), no_end);
  EXPECT_EQ(needed_bytes(head + words({1}) + name("a") + words({1, 7, 0, 0, 6, 24, 200})), no_end);
}

TEST(ClimateField, WhatIsNoFieldIsRefused) {
  const TemporaryFolder folder;
  const std::string path = folder.file("text.nc");
  std::ofstream(path) << "no field";
  EXPECT_THROW(read_climate_field(path, "", std::vector<Point>{{0, 0}}), Error);
}

/// 3 x 2 pixels of 10 degrees from 0 E, 60 N; two bands, packed.
std::string write_warming(const TemporaryFolder& folder, const std::vector<std::string>& names) {
  const std::string path = folder.file("warming.tif");
  write_raster(path, {3, 2, GDT_Int16, {{10, 20, -1, 40, 50, 60}, {11, 21, -1, 41, 51, 61}}, {}}, "EPSG:4326",
               {0, 10, 0, 60, 0, -10});
  const std::unique_ptr<GDALDataset> dataset(GDALDataset::Open(path.c_str(), GDAL_OF_UPDATE));
  for (int k = 0; k < 2; ++k) {
    GDALRasterBand* const band = dataset->GetRasterBand(k + 1);
    band->SetDescription(names[static_cast<std::size_t>(k)].c_str());
    band->SetNoDataValue(-1);
    band->SetScale(0.1);
    band->SetOffset(-0.5);
  }
  return path;
}

TEST(ClimateRaster, APlaceReadsThePixelItLiesIn) {
  const TemporaryFolder folder;
  const std::string path = write_warming(folder, {"1981-2010", "2050"});
  const std::vector<Point> places{{9.9, 50.1}, {10.1, 49.9}, {25, 55}, {9, 59}};
  const ClimateField field = read_climate_raster(path, std::nullopt, places, "EPSG:4326");
  ASSERT_EQ(field.spot.size(), 4u);
  EXPECT_EQ(field.spot[0], field.spot[3]);
  EXPECT_NEAR(field.years[field.spot[0]].at({1981, 2010}), 0.5, 1e-12);
  EXPECT_NEAR(field.years[field.spot[0]].at(one_year(2050)), 0.6, 1e-12);
  EXPECT_NEAR(field.years[field.spot[1]].at(one_year(2050)), 4.6, 1e-12);
  EXPECT_TRUE(field.years[field.spot[2]].empty());  // no data
  // Metres of UTM zone 32, whose central meridian is 9 E: the same pixel as 9 E, 55 N.
  const ClimateField metres =
      read_climate_raster(path, std::nullopt, std::vector<Point>{{500000, 6100000}}, "EPSG:32632");
  EXPECT_NEAR(metres.years[0].at(one_year(2050)), 0.6, 1e-12);
}

void set_unit(const std::string& path, int band, const char* unit) {
  const std::unique_ptr<GDALDataset> dataset(GDALDataset::Open(path.c_str(), GDAL_OF_UPDATE));
  dataset->GetRasterBand(band)->SetUnitType(unit);
}

TEST(ClimateRaster, DegreesFahrenheitAreFiveNinths) {
  const TemporaryFolder folder;
  const std::string path = write_warming(folder, {"2020", "2050"});
  const auto read = [&] {
    return read_climate_raster(path, std::nullopt, std::vector<Point>{{5, 55}}, "EPSG:4326");
  };
  set_unit(path, 1, "degF");
  EXPECT_THROW(read(), Error);  // the other band says nothing
  set_unit(path, 2, "degF");
  const ClimateField field = read();
  EXPECT_EQ(field.unit, "degF");
  EXPECT_NEAR(field.years[0].at(one_year(2050)), 0.6 * 5 / 9, 1e-12);
  set_unit(path, 1, "mm");
  EXPECT_THROW(read(), Error);
}

TEST(ClimateUnit, WordsOfFiles) {
  for (const char* kelvin : {"K", "kelvin", "Kelvins", "degK", "deg_K", "degrees_kelvin", "degree kelvin"})
    EXPECT_EQ(temperature_unit(kelvin), "K") << kelvin;
  for (const char* celsius : {"C", "degC", "deg C", "\u00b0C", "celsius", "degrees_Celsius", "Degrees C"})
    EXPECT_EQ(temperature_unit(celsius), "degC") << celsius;
  for (const char* fahrenheit : {"F", "degF", "degrees F", "degree_fahrenheit", " Fahrenheit"})
    EXPECT_EQ(temperature_unit(fahrenheit), "degF") << fahrenheit;
  EXPECT_EQ(temperature_unit(""), "");
  for (const char* other : {"mm", "degrees", "degrees_north", "km", "W m-2", "1"})
    EXPECT_FALSE(temperature_unit(other)) << other;
}

TEST(ClimateUnit, FillsAreKnownAsAFloatRoundsThem) {
  ClimateNumbers numbers("K");
  numbers.add_fill(1e20);  // a float32 file holds 100000002004087734272
  numbers.add_fill(-1e300);
  numbers.set_scale(0.5);
  numbers.set_offset(200);
  EXPECT_TRUE(std::isnan(numbers(1e20)));
  EXPECT_TRUE(std::isnan(numbers(static_cast<double>(1e20f))));
  EXPECT_TRUE(std::isnan(numbers(-1e300)));
  EXPECT_EQ(numbers(1e300), 5e299);
  EXPECT_EQ(numbers(180), 290);
}

TEST(ClimateRaster, WhatSaysNoYearsOrPlacesIsRefused) {
  const TemporaryFolder folder;
  const std::vector<Point> inside{{5, 55}}, outside{{-5, 55}};
  const std::string years = write_warming(folder, {"2020", "2050"});
  EXPECT_THROW(read_climate_raster(years, std::nullopt, outside, "EPSG:4326"), Error);
  EXPECT_THROW(read_climate_raster(years, YearSpan{2041, 2060}, inside, "EPSG:4326"), Error);
  EXPECT_THROW(read_climate_raster(write_warming(folder, {"now", "then"}), std::nullopt, inside, "EPSG:4326"),
               Error);
  EXPECT_THROW(
      read_climate_raster(write_warming(folder, {"2050", "2050"}), std::nullopt, inside, "EPSG:4326"), Error);
  const std::string bare = write_raster(folder.file("bare.tif"), {2, 2, GDT_Byte, {{1, 2, 3, 4}}, {}}, "");
  EXPECT_THROW(read_climate_raster(bare, YearSpan{2041, 2060}, inside, "EPSG:4326"), Error);
}

TEST(ClimateAxis, NearestAgainstALookAtAll) {
  // Seeded grids and places; the whole distance of longitudes is the shorter way around.
  std::mt19937 random(7);
  std::uniform_real_distribution<double> lon(-180, 360), jitter(-2, 2);
  for (int round = 0; round < 50; ++round) {
    std::vector<double> centres;
    for (int k = 0; k < 36; ++k) centres.push_back(10 * k + jitter(random) - (round % 2 == 0 ? 0 : 180));
    std::ranges::shuffle(centres, random);
    const ClimateAxis axis(centres, true);
    for (int k = 0; k < 20; ++k) {
      const double at = lon(random);
      std::size_t best = 0;
      for (std::size_t c = 1; c < centres.size(); ++c) {
        if (std::fabs(std::remainder(centres[c] - at, 360)) <
            std::fabs(std::remainder(centres[best] - at, 360)))
          best = c;
      }
      EXPECT_EQ(axis.nearest(at), best) << at;
    }
  }
}

TEST(ClimateAxis, WhatLiesOutsideHasNoCentre) {
  const ClimateAxis europe({-10, 0, 10, 20}, true);
  EXPECT_EQ(europe.nearest(-19), 0u);
  EXPECT_EQ(europe.nearest(341), 0u);
  EXPECT_FALSE(europe.nearest(-80));
  const ClimateAxis north({60, 50, 40}, false);
  EXPECT_EQ(north.nearest(52), 1u);
  EXPECT_FALSE(north.nearest(-30));
  EXPECT_EQ(ClimateAxis({0}, true).nearest(170), 0u);  // the globe as one cell
}

TEST(ClimateField, AYearOfCmip5) {
  const std::string path = ISOTHERM_SOURCE_DIR
      "/../shared/data/climate/cmip5_netcdf/tas_Amon_CanESM2_rcp85_r1i1p1_200701-200712.nc";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "the field is not at hand";
  const std::vector<Point> places{{8.7, 49.4}};
  const ClimateField field = read_climate_field(path, "", places);
  EXPECT_EQ(field.model, "CanESM2");
  EXPECT_EQ(field.scenario, "rcp85");
  EXPECT_EQ(field.unit, "K");
  // The bounds, 57274 to 57639 days since 1850 in years of 365 days, are December 2006 to November 2007 (157
  // years have 57305 days), whatever the file's name says: no year is whole.
  ASSERT_EQ(field.years.size(), 1u);
  EXPECT_TRUE(field.years[0].empty());
}

}  // namespace
}  // namespace isotherm

#include "isotherm/io/climate_field.h"

#include <gdal_priv.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "isotherm/core/error.h"
#include "unit/io/table_fixture.h"

namespace isotherm {
namespace {

using testing_support::TemporaryFolder;

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
  EXPECT_NEAR(field.years[field.spot[0]].at(2030), 10, 1e-12);
  EXPECT_NEAR(field.years[field.spot[0]].at(2031), 11, 1e-12);
  EXPECT_NEAR(field.years[field.spot[2]].at(2030), 13, 1e-12);
  EXPECT_NEAR(field.years[field.spot[3]].at(2030), 2, 1e-12);
  EXPECT_EQ(field.years[0].size(), 2u);
  EXPECT_THROW(read_climate_field(path, "pr", places), Error);
}

TEST(ClimateField, WhatIsNoFieldIsRefused) {
  const TemporaryFolder folder;
  const std::string path = folder.file("text.nc");
  std::ofstream(path) << "no field";
  EXPECT_THROW(read_climate_field(path, "", std::vector<Point>{{0, 0}}), Error);
}

TEST(ClimateField, AYearOfCmip5) {
  const std::string path = ISOTHERM_SOURCE_DIR
      "/../shared/data/climate/cmip5_netcdf/tas_Amon_CanESM2_rcp85_r1i1p1_200701-200712.nc";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "the field is not at hand";
  const std::vector<Point> places{{8.7, 49.4}};
  const ClimateField field = read_climate_field(path, "", places);
  EXPECT_EQ(field.model, "CanESM2");
  ASSERT_EQ(field.years[0].size(), 1u);
  // Kelvin, in the middle of Europe.
  EXPECT_NEAR(field.years[0].at(2007), 283, 5);
}

}  // namespace
}  // namespace isotherm

// What tests of the main job share: rasters of a few pixels, a job over them, its CSV by column name.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/job/zonal.h"
#include "unit/io/tiny_raster.h"

namespace isotherm::testing_support {

/// Rows of a CSV file by column name.
class Csv {
 public:
  explicit Csv(const std::string& path) {
    std::vector<std::string> lines = split(read_file(path), '\n');
    names_ = split(lines.front(), ',');
    for (std::size_t k = 1; k < lines.size(); ++k) {
      if (!lines[k].empty()) rows_.push_back(split(lines[k], ','));
    }
  }
  std::size_t rows() const { return rows_.size(); }
  const std::vector<std::string>& names() const { return names_; }
  std::string text(std::size_t row, const std::string& name) const {
    const auto at = std::find(names_.begin(), names_.end(), name);
    EXPECT_NE(at, names_.end()) << "no column " << name << " in " << join(names_, ",");
    return at == names_.end() ? "" : rows_[row][static_cast<std::size_t>(at - names_.begin())];
  }
  double number(std::size_t row, const std::string& name) const {
    const auto value = parse_number(text(row, name));
    EXPECT_TRUE(value) << name << " of row " << row << " is '" << text(row, name) << "'";
    return value.value_or(std::nan(""));
  }

 private:
  std::vector<std::string> names_;
  std::vector<std::vector<std::string>> rows_;
};

class ZonalFixture : public testing::Test {
 protected:
  ZonalJob job(const std::string& raster, const std::string& zones) {
    ZonalJob made;
    made.input.scenes = {raster};
    made.zones.zones = zones;
    made.output.path = folder_.file("out.csv");
    return made;
  }
  Csv table(const ZonalJob& made) {
    run_.context.overwrite = true;
    run(made, run_.context);
    return Csv(folder_.file("out.csv"));
  }
  std::string write_text(const std::string& name, const std::string& text) {
    std::ofstream(folder_.file(name)) << text;
    return folder_.file(name);
  }
  /// A 2 x 2 raster of 30 m pixels over x 500040..500100, y 4999980..5000040.
  std::string four_pixels(const std::string& name, std::vector<double> values,
                          GDALDataType type = GDT_Float32) {
    return write_raster(folder_.file(name), {2, 2, type, {std::move(values)}, {}}, "EPSG:32632",
                        {500040, 30, 0, 5000040, 0, -30});
  }
  TemporaryFolder folder_;
  TestRun run_;
};

}  // namespace isotherm::testing_support

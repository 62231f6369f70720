// What tests of forecasts share: a job over a table given as text, its result by column and row, and made
// tables.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>

#include "isotherm/core/error.h"
#include "isotherm/io/table_reader.h"
#include "isotherm/job/forecast.h"
#include "unit/io/table_fixture.h"

namespace isotherm::testing_support {

class ForecastRun : public testing::Test {
 protected:
  ForecastJob job(const std::string& csv) {
    ForecastJob made;
    made.table = folder_.file("in.csv");
    std::ofstream(made.table) << csv;
    made.id = "cell";
    made.time = "year";
    made.values = {"lst"};
    made.output.path = folder_.file("out.csv");
    return made;
  }

  Table result(const ForecastJob& made, int threads = 1) {
    run(made, place_.context(threads, true));
    return read_table(made.output.path, {}, place_.log).table;
  }

  static const Column& column(const Table& table, const char* name) {
    const auto at = table.find(name);
    EXPECT_TRUE(at) << name;
    return table.columns.at(at.value_or(0));
  }
  static double number(const Table& table, const char* name, std::size_t row) {
    const Column& c = column(table, name);
    if (const auto* integers = std::get_if<Integers>(&c.values)) return static_cast<double>((*integers)[row]);
    return c.reals()[row];
  }
  static std::string text(const Table& table, const char* name, std::size_t row) {
    return column(table, name).texts()[row].value_or("");
  }

  std::string message(const ForecastJob& made, ErrorKind kind) {
    try {
      run(made, place_.context(1, true));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), kind) << error.what();
      return error.what();
    }
    return "no error";
  }

  TemporaryFolder folder_;
  Place place_;
};

/// Yearly cells with a common trend and noise of their own.
inline std::string many_cells(int cells, int years) {
  std::mt19937 random(17);
  std::normal_distribution<double> normal;
  std::ostringstream csv;
  csv << "cell,year,lst\n";
  for (int cell = 0; cell < cells; ++cell) {
    const double base = 25 + 3 * normal(random);
    for (int year = 0; year < years; ++year) {
      csv << "c" << cell << "," << 2000 + year << "," << base + 0.05 * year + normal(random) << "\n";
    }
  }
  return csv.str();
}

}  // namespace isotherm::testing_support

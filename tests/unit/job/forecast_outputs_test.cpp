// What a forecast writes beside its table: areas, details of fits, drawings.
#include "unit/job/forecast_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace isotherm {
namespace {

using testing_support::ForecastRun;
using testing_support::read_file;

TEST_F(ForecastRun, AreasContinueTheirOwnMeansAndSums) {
  ForecastJob made =
      job("cell,ward,year,lst\n"
          "a,north,2021,1\na,north,2022,2\na,north,2023,3\n"
          "b,north,2021,3\nb,north,2022,\nb,north,2023,5\n"
          "c,south,2021,7\nc,south,2022,7\nc,south,2023,7\n");
  made.model = "naive";
  made.total = "ward";
  made.totals = folder_.file("wards.csv");
  result(made);
  const Table means = read_table(made.totals, {}, place_.log).table;
  ASSERT_EQ(means.rows(), 2u);
  EXPECT_EQ(text(means, "ward", 0), "north");
  // North: 2, 2 (b is missing), 4; changes 0 and 2.
  EXPECT_EQ(number(means, "mean", 0), 4);
  EXPECT_NEAR(number(means, "deviation", 0), std::sqrt(2.0), 1e-9);
  made.total_as = "sum";
  result(made);
  const Table sums = read_table(made.totals, {}, place_.log).table;
  EXPECT_EQ(number(sums, "mean", 0), 8);
  EXPECT_EQ(number(sums, "mean", 1), 7);
  made.total = "wart";
  EXPECT_NE(message(made, ErrorKind::input).find("did you mean 'ward'"), std::string::npos);
  made.totals = "";
  EXPECT_NE(message(made, ErrorKind::usage).find("go together"), std::string::npos);
}

TEST_F(ForecastRun, DetailsHoldTheFitAndPlotsTheCell) {
  ForecastJob made =
      job("cell,year,lst\na,2016,1\na,2017,3\na,2018,2\na,2019,4\na,2020,3\na,2021,5\na,2022,4\na,2023,6\n"
          "<b>,2022,1\n<b>,2023,2\n");
  made.model = "holt";
  made.details = folder_.file("fits.jsonl");
  made.components = true;
  made.plots = {"a", "<b>", "mean"};
  made.plot_file = folder_.file("{cell}-{variable}.svg");
  result(made);
  const std::string lines = read_file(made.details);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
  EXPECT_TRUE(lines.starts_with("{\"cell\": \"a\",\"variable\": \"lst\",\"first\": \"2016\",\"observed\": 8"))
      << lines;
  EXPECT_NE(lines.find("\"alpha\": "), std::string::npos);
  EXPECT_NE(lines.find("\"fitted\": ["), std::string::npos);
  EXPECT_NE(lines.find("\"model\": \"mean\""), std::string::npos);
  const std::string drawing = read_file(folder_.file("a-lst.svg"));
  EXPECT_TRUE(drawing.starts_with("<svg ")) << drawing;
  // Eight values and one step ahead, a dot each; the band.
  std::size_t dots = 0;
  for (std::size_t at = 0; (at = drawing.find("<circle", at)) != std::string::npos; ++at) ++dots;
  EXPECT_EQ(dots, 9u);
  EXPECT_NE(drawing.find("<polygon"), std::string::npos);
  EXPECT_NE(read_file(folder_.file("<b>-lst.svg")).find("lst, &lt;b&gt;"), std::string::npos);
  EXPECT_TRUE(read_file(folder_.file("mean-lst.svg")).starts_with("<svg "));
  made.plot_file = folder_.file("{cell}-{variable}.png");
  EXPECT_NE(message(made, ErrorKind::usage).find("drawings are SVG"), std::string::npos);
  made.plot_file = folder_.file("{cell}-{variable}.svg");
  made.plots = {"z"};
  EXPECT_NE(message(made, ErrorKind::usage).find("no cell 'z'"), std::string::npos);
  made.details = "";
  EXPECT_NE(message(made, ErrorKind::usage).find("--components needs --details"), std::string::npos);
}

}  // namespace
}  // namespace isotherm

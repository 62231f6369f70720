#include "isotherm/job/period.h"

#include <gtest/gtest.h>

#include <cmath>

#include "isotherm/core/error.h"

namespace isotherm {
namespace {

TEST(Periods, LabelDates) {
  const Date june{2021, 6, 4};
  EXPECT_EQ(period_label(Period::day, june), "2021-06-04");
  EXPECT_EQ(period_label(Period::month, june), "2021-06");
  EXPECT_EQ(period_label(Period::season, june), "2021-JJA");
  EXPECT_EQ(period_label(Period::year, june), "2021");
}

TEST(Periods, DecemberBelongsToTheNextWinter) {
  EXPECT_EQ(period_label(Period::season, {2021, 12, 31}), "2022-DJF");
  EXPECT_EQ(period_label(Period::season, {2022, 1, 1}), "2022-DJF");
  EXPECT_EQ(period_label(Period::season, {2022, 2, 28}), "2022-DJF");
  EXPECT_EQ(period_label(Period::season, {2022, 3, 1}), "2022-MAM");
  EXPECT_EQ(period_label(Period::season, {2022, 11, 30}), "2022-SON");
}

TEST(Reducers, FoldValuesWorkedByHand) {
  std::vector<double> values{4, 1, 10, 3};
  EXPECT_EQ(reduce(Reducer::mean, values), 4.5);
  EXPECT_EQ(reduce(Reducer::median, values), 3.5);
  EXPECT_EQ(reduce(Reducer::min, values), 1);
  EXPECT_EQ(reduce(Reducer::max, values), 10);
  EXPECT_EQ(reduce(Reducer::count, values), 4);
  std::vector<double> odd{9, 1, 2};
  EXPECT_EQ(reduce(Reducer::median, odd), 2);
}

TEST(Reducers, OfNothingAreMissingButCountIsZero) {
  EXPECT_TRUE(std::isnan(reduce(Reducer::mean, {})));
  EXPECT_TRUE(std::isnan(reduce(Reducer::median, {})));
  EXPECT_EQ(reduce(Reducer::count, {}), 0);
}

TEST(Words, SuggestWhatWasMeant) {
  EXPECT_EQ(parse_period("season"), Period::season);
  EXPECT_EQ(parse_reducer("median"), Reducer::median);
  for (const ReducerRow& row : reducer_rows()) EXPECT_EQ(to_string(parse_reducer(row.name)), row.name);
  try {
    parse_period("years");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'year'"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace isotherm

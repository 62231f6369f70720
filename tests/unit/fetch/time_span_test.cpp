#include "isotherm/fetch/time_span.h"

#include <gtest/gtest.h>

#include "isotherm/core/error.h"

namespace isotherm {
namespace {

TEST(Instants, AreRfc3339) {
  EXPECT_EQ(parse_instant("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_instant("1994-11-06T08:49:37Z"), 784111777000);
  EXPECT_EQ(parse_instant("1994-11-06t08:49:37.25z"), 784111777250);
  EXPECT_EQ(parse_instant("1994-11-06T09:49:37+01:00"), 784111777000);
  EXPECT_EQ(parse_instant("1994-11-06 03:19:37-05:30"), 784111777000);
  EXPECT_EQ(parse_instant("2020-12-04T19:02:11.194486Z"), 1607108531194);
  for (const char* wrong :
       {"", "1994", "1994-11-06", "1994-02-30T00:00:00Z", "1994-11-06T24:00:00Z", "1994-11-06T08:49Z",
        "1994-11-06T08:49:37", "1994-11-06T08:49:37.Z", "1994-11-06T08:49:37+1:00", "null"}) {
    EXPECT_FALSE(parse_instant(wrong)) << wrong;
  }
}

TEST(Instants, AreWrittenBack) {
  for (const char* text : {"1970-01-01T00:00:00Z", "2020-02-29T23:59:59.999Z", "1969-12-31T23:59:59Z"}) {
    EXPECT_EQ(instant_text(*parse_instant(text)), text);
  }
}

TEST(TimeSpans, FromTheFirstMomentToTheLast) {
  const std::pair<const char*, const char*> cases[] = {
      {"2014/2020", "2014-01-01T00:00:00Z/2020-12-31T23:59:59.999Z"},
      {"2020", "2020-01-01T00:00:00Z/2020-12-31T23:59:59.999Z"},
      {"2020-02", "2020-02-01T00:00:00Z/2020-02-29T23:59:59.999Z"},
      {"2019-02", "2019-02-01T00:00:00Z/2019-02-28T23:59:59.999Z"},
      {"2020-12", "2020-12-01T00:00:00Z/2020-12-31T23:59:59.999Z"},
      {"2020-06-01", "2020-06-01T00:00:00Z/2020-06-01T23:59:59.999Z"},
      {"2014-05/..", "2014-05-01T00:00:00Z/.."},
      {"../2020", "../2020-12-31T23:59:59.999Z"},
      {"/2020-06-01", "../2020-06-01T23:59:59.999Z"},
      {"2014/", "2014-01-01T00:00:00Z/.."},
      {"2020-06-01T10:00:00+02:00/2020-06-01T10:00:00Z", "2020-06-01T08:00:00Z/2020-06-01T10:00:00Z"}};
  for (const auto& [text, wanted] : cases) EXPECT_EQ(parse_time_span(text).text(), wanted) << text;
  EXPECT_TRUE(parse_time_span("").open());
  EXPECT_TRUE(parse_time_span("../..").open());
}

TEST(TimeSpans, BothEndsBelong) {
  const TimeSpan span = parse_time_span("2020-06-01");
  EXPECT_TRUE(span.contains(*parse_instant("2020-06-01T00:00:00Z")));
  EXPECT_TRUE(span.contains(*parse_instant("2020-06-01T23:59:59.5Z")));
  EXPECT_FALSE(span.contains(*parse_instant("2020-06-02T00:00:00Z")));
}

TEST(TimeSpans, RefuseWhatIsNoTime) {
  for (const char* wrong :
       {"yesterday", "2020-13", "2020-02-30", "2021/2020", "2014/2020/2021", "20", "2020-6-1"}) {
    EXPECT_THROW(parse_time_span(wrong), Error) << wrong;
  }
}

std::string months(const char* text) {
  std::string out;
  const std::bitset<12> told = parse_months(text);
  for (std::size_t m = 0; m < 12; ++m) {
    if (told.test(m)) out += (out.empty() ? "" : " ") + std::to_string(m + 1);
  }
  return out;
}

TEST(Months, RangesAndLists) {
  EXPECT_EQ(months("6-8"), "6 7 8");
  EXPECT_EQ(months("11-2"), "1 2 11 12");
  EXPECT_EQ(months("5, 7-9"), "5 7 8 9");
  EXPECT_EQ(months("3"), "3");
  EXPECT_EQ(months(""), "1 2 3 4 5 6 7 8 9 10 11 12");
  for (const char* wrong : {"0", "13", "6-", "June", "-", "6--8"})
    EXPECT_THROW(parse_months(wrong), Error) << wrong;
}

}  // namespace
}  // namespace isotherm

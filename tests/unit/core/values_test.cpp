// Dates, tables, exit codes: the small words.
#include <gtest/gtest.h>

#include <set>

#include "isotherm/core/date.h"
#include "isotherm/core/error.h"
#include "isotherm/core/run_context.h"
#include "isotherm/core/table.h"
#include "isotherm/core/version.h"

namespace isotherm {
namespace {

TEST(Dates, ReadTheFormsLandsatAndStacUse) {
  EXPECT_EQ(parse_date("2021-06-14"), (Date{2021, 6, 14}));
  EXPECT_EQ(parse_date("20210614"), (Date{2021, 6, 14}));
  EXPECT_EQ(parse_date("2021-06-14T10:10:50.31Z"), (Date{2021, 6, 14}));
  EXPECT_EQ(to_string(Date{2021, 6, 4}), "2021-06-04");
}

TEST(Dates, RefuseDaysThatDoNotExist) {
  EXPECT_FALSE(parse_date("2021-02-29"));
  EXPECT_TRUE(parse_date("2020-02-29"));
  EXPECT_FALSE(parse_date("2021-13-01"));
  EXPECT_FALSE(parse_date("2021-6-14"));
  EXPECT_FALSE(parse_date("2021-06-14x"));
  EXPECT_FALSE(parse_date("2021061"));
  EXPECT_FALSE(parse_date(""));
}

TEST(Tables, ColumnsHaveTheKindTheirTypeAsksFor) {
  const TableSchema schema{{{"id", ColumnType::integer, "", ""},
                            {"x", ColumnType::real, "K", ""},
                            {"day", ColumnType::date, "", ""}},
                           false,
                           "EPSG:4326"};
  Table table = make_table(schema);
  table.columns[0].integers().push_back(7);
  table.columns[1].reals().push_back(1.5);
  table.columns[2].texts().push_back("2021-06-14");
  EXPECT_EQ(table.rows(), 1u);
  EXPECT_EQ(table.schema(), schema);
  EXPECT_EQ(table.find("day"), 2u);
  EXPECT_FALSE(table.find("month"));
}

TEST(ExitCodes, EveryKindOfErrorHasItsOwn) {
  std::set<int> codes;
  for (ErrorKind kind : {ErrorKind::usage, ErrorKind::input, ErrorKind::output, ErrorKind::no_data,
                         ErrorKind::interrupted, ErrorKind::internal, ErrorKind::network, ErrorKind::service,
                         ErrorKind::some_failed, ErrorKind::all_failed}) {
    EXPECT_NE(exit_code(kind), 0);
    codes.insert(exit_code(kind));
  }
  EXPECT_EQ(codes.size(), 10u);
  EXPECT_EQ(exit_codes().size(), 11u);
}

TEST(StopTokens, ThrowOnceAsked) {
  StopToken stop;
  EXPECT_NO_THROW(stop.check());
  stop.request();
  try {
    stop.check();
    FAIL() << "a requested stop must throw";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
}

TEST(Version, HasThreeNumbers) { EXPECT_EQ(std::count(version().begin(), version().end(), '.'), 2); }

}  // namespace
}  // namespace isotherm

// Workbooks as another program (GDAL's reader) sees them.
#include <gdal_priv.h>
#include <gtest/gtest.h>
#include <ogrsf_frmts.h>

#include "../../../src/io/gdal_support.h"
#include "../../../src/io/table_sinks.h"
#include "isotherm/core/error.h"
#include "unit/io/table_fixture.h"

namespace isotherm {
namespace {

using namespace testing_support;

using Rows = std::vector<std::vector<std::string>>;

/// Every sheet as text, head included, in order.
std::vector<std::pair<std::string, Rows>> read_book(const std::string& path) {
  CPLSetThreadLocalConfigOption("OGR_XLSX_HEADERS", "DISABLE");
  CPLSetThreadLocalConfigOption("OGR_XLSX_FIELD_TYPES", "STRING");
  const GdalDataset book = open_vector(path);
  std::vector<std::pair<std::string, Rows>> sheets;
  for (int k = 0; k < book->GetLayerCount(); ++k) {
    OGRLayer& layer = *book->GetLayer(k);
    Rows rows;
    for (const auto& feature : layer) {
      rows.emplace_back();
      for (int c = 0; c < feature->GetFieldCount(); ++c)
        rows.back().emplace_back(feature->GetFieldAsString(c));
    }
    sheets.emplace_back(layer.GetName(), std::move(rows));
  }
  CPLSetThreadLocalConfigOption("OGR_XLSX_HEADERS", nullptr);
  CPLSetThreadLocalConfigOption("OGR_XLSX_FIELD_TYPES", nullptr);
  return sheets;
}

Table dated(const std::vector<std::pair<std::string, double>>& rows) {
  TableSchema schema;
  schema.columns = {{"zone", ColumnType::text, "", "name of the zone"},
                    {"date", ColumnType::date, "", "day"},
                    {"lst_mean", ColumnType::real, "K", "mean of surface temperature"}};
  Table table = make_table(schema);
  for (const auto& [date, value] : rows) {
    table.columns[0].texts().emplace_back("z");
    table.columns[1].texts().emplace_back(date.empty() ? std::nullopt : std::optional(date));
    table.columns[2].reals().push_back(value);
  }
  return table;
}

void write(RowSink& sink, Table table) { sink.write(sink.prepare(std::move(table))); }

class Xlsx : public ::testing::Test {
 protected:
  void SetUp() override {
    init_gdal();
    if (GetGDALDriverManager()->GetDriverByName("XLSX") == nullptr) GTEST_SKIP() << "this GDAL reads no XLSX";
  }
  TemporaryFolder folder_;
  Place place_;
};

TEST_F(Xlsx, ASheetPerYearAndADictionary) {
  const std::string path = folder_.file("t.xlsx");
  const Table first = dated({{"2021-06-14", 300.5}, {"2022-07-01", std::nan("")}, {"2021-08-02", 301}});
  TableOptions options;
  options.about = {{"scene", "LC08_somewhere"}};
  {
    const auto sink = open_table(path, schema_of(first), options, place_.context());
    write(*sink, first);
    write(*sink, dated({{"", 299}}));
    sink->finish();
  }
  const auto book = read_book(path);
  ASSERT_EQ(book.size(), 4u);
  EXPECT_EQ(book[0].first, "2021");
  EXPECT_EQ(book[0].second,
            (Rows{{"zone", "date", "lst_mean"}, {"z", "2021/06/14", "300.5"}, {"z", "2021/08/02", "301"}}));
  EXPECT_EQ(book[1].first, "2022");
  EXPECT_EQ(book[1].second.at(1).at(2), "") << "missing is an empty cell";
  EXPECT_EQ(book[2].first, "undated");
  EXPECT_EQ(book[3].first, "columns");
  EXPECT_EQ(book[3].second.at(3),
            (std::vector<std::string>{"lst_mean", "number", "K", "mean of surface temperature"}));
  bool scene = false;
  for (const auto& row : book[3].second) scene = scene || (row[0] == "scene" && row[3] == "LC08_somewhere");
  EXPECT_TRUE(scene) << "the dictionary names the sources";
  EXPECT_EQ(folder_.names(), std::vector<std::string>{"t.xlsx"}) << "nothing else is left behind";
}

TEST_F(Xlsx, AFullSheetGoesOnInTheNext) {
  const std::string path = folder_.file("t.xlsx");
  std::vector<std::pair<std::string, double>> rows;
  for (int k = 0; k < 7; ++k) rows.emplace_back("2021-06-14", k);
  const Table table = dated(rows);
  const auto sink = open_xlsx(path, schema_of(table), {}, place_.context(), 4);  // a head and three rows
  write(*sink, table);
  sink->finish();
  const auto book = read_book(path);
  ASSERT_EQ(book.size(), 4u);
  EXPECT_EQ(book[0].first, "2021");
  EXPECT_EQ(book[1].first, "2021 (2)");
  EXPECT_EQ(book[2].first, "2021 (3)");
  EXPECT_EQ(book[2].second, (Rows{{"zone", "date", "lst_mean"}, {"z", "2021/06/14", "6"}}));
}

TEST_F(Xlsx, EqualTablesGiveEqualBytes) {
  const Table table = small_table();
  for (const char* name : {"a.xlsx", "b.xlsx"}) {
    const auto sink = open_table(folder_.file(name), schema_of(table), {}, place_.context());
    write(*sink, table);
    sink->finish();
  }
  EXPECT_EQ(read_file(folder_.file("a.xlsx")), read_file(folder_.file("b.xlsx")));
}

TEST_F(Xlsx, NothingAppearsUnlessItIsWhole) {
  {
    const auto sink = open_table(folder_.file("t.xlsx"), schema_of(small_table()), {}, place_.context());
    write(*sink, small_table());
  }
  EXPECT_TRUE(folder_.names().empty());
}

TEST_F(Xlsx, WhatExcelCannotHoldIsRefusedOrWrittenAsText) {
  TableSchema wide;
  for (int k = 0; k < 16385; ++k) wide.columns.push_back({"c" + std::to_string(k), ColumnType::real, "", ""});
  EXPECT_THROW(open_table(folder_.file("t.xlsx"), wide, {}, place_.context()), Error);
  EXPECT_TRUE(folder_.names().empty());
  TableSchema schema;
  schema.columns = {{"id", ColumnType::integer, "", ""}, {"date", ColumnType::date, "", ""}};
  Table table = make_table(schema);
  table.columns[0].integers() = {9007199254740993, 7};  // 2^53 + 1 is no double
  table.columns[1].texts() = {"1890-05-01", "2021-01-01"};
  const auto sink = open_table(folder_.file("t.xlsx"), schema, {}, place_.context());
  write(*sink, table);
  sink->finish();
  const auto book = read_book(folder_.file("t.xlsx"));
  EXPECT_EQ(book[0].first, "1890");
  EXPECT_EQ(book[0].second.at(1), (std::vector<std::string>{"9007199254740993", "1890-05-01"}));
  EXPECT_EQ(book[1].second.at(1).at(0), "7");
}

}  // namespace
}  // namespace isotherm

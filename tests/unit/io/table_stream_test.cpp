// A table read in pieces is the table read at once.
#include <gtest/gtest.h>

#include <fstream>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/table_reader.h"
#include "isotherm/io/table_writer.h"
#include "unit/io/table_fixture.h"

namespace isotherm {
namespace {

using testing_support::box;
using testing_support::Place;
using testing_support::TemporaryFolder;

class TableStreamTest : public testing::Test {
 protected:
  std::string file(const char* name, const std::string& text) {
    std::ofstream(folder_.file(name), std::ios::binary) << text;
    return folder_.file(name);
  }

  /// Names and values of all pieces behind one another, each piece of at most `rows` rows.
  std::string told(const std::string& path, TableReadOptions options, std::size_t rows) {
    options.coded = {"cell"};
    options.columns = {"value"};
    options.anchors = false;
    options.coordinates_once = options.outlines_once = true;
    TableStream stream(path, options);
    std::string text;
    std::size_t before = 0;
    for (;;) {
      const ReadTable piece = stream.next(rows, place_.log);
      EXPECT_LE(piece.rows, rows);
      EXPECT_EQ(piece.before, before);
      before += piece.rows;
      if (piece.rows == 0) return text;
      const Column& names = piece.coded.front().values;
      for (std::size_t row = 0; row < piece.rows; ++row) {
        const std::size_t name = piece.coded.front().codes[row];
        text += names.info.type == ColumnType::integer ? std::to_string(names.integers()[name])
                                                       : names.texts()[name].value_or("none");
        const Column& value = piece.table.columns.front();
        text += value.info.type == ColumnType::integer ? "=" + std::to_string(value.integers()[row]) + " "
                                                       : "=" + number_text(value.reals()[row]) + " ";
      }
      for (const Column& once : piece.once) onces_ += once.info.name + std::to_string(once.size()) + " ";
    }
  }

  TemporaryFolder folder_;
  Place place_;
  std::string onces_;
};

TEST_F(TableStreamTest, PiecesOfPlainCsvAreItsRows) {
  const std::string path =
      file("t.csv", "cell,value,x,y\na,1,10,20\na,2.5,11,21\n\nb,3,12,22\n\"c, d\",4,13,23\n");
  EXPECT_EQ(told(path, {}, 100), "a=1 a=2.5 b=3 c, d=4 ");
  EXPECT_EQ(onces_, "x3 y3 ") << "coordinates once a cell";
  for (const std::size_t rows : {1, 2, 3}) EXPECT_EQ(told(path, {}, rows), "a=1 a=2.5 b=3 c, d=4 ") << rows;
}

TEST_F(TableStreamTest, AFileThatStopsBeingPlainIsGoneOnWith) {
  // A name over two lines: only GDAL reads that. The first pieces were read without it.
  const std::string path = file("t.csv", "cell,value\na,1\nb,2\n\"c\nd\",3\ne,4\nf,5\n");
  const std::string whole = "a=1 b=2 c\nd=3 e=4 f=5 ";
  for (const std::size_t rows : {1, 2, 3, 100}) EXPECT_EQ(told(path, {}, rows), whole) << rows;
}

TEST_F(TableStreamTest, AColumnThatTurnsToTextIsReadAgainFromItsPiece) {
  const std::string path = file("t.csv", "cell,value,lon,lat\n1,5,1,2\n2,6,1,2\n3,7,3,4\nx4,8,5,six\n");
  TableReadOptions options;
  options.names_as_text = true;
  for (const std::size_t rows : {1, 2, 4}) {
    onces_.clear();
    EXPECT_EQ(told(path, options, rows), "1=5 2=6 3=7 x4=8 ");
    EXPECT_EQ(onces_.find("lat4"), std::string::npos) << "words are no coordinates";
  }
}

TEST_F(TableStreamTest, StopsWhereItIsFullAndGoesOn) {
  std::string csv = "cell,value\n";
  for (int row = 0; row < 40000; ++row)
    csv += "c" + std::to_string(row / 7) + "," + std::to_string(row) + "\n";
  const std::string path = file("t.csv", csv);
  TableReadOptions options;
  options.coded = {"cell"};
  options.columns = {"value"};
  options.most_bytes = 1000;
  EXPECT_THROW(read_table(path, options, place_.log), Error);
  options.stop_when_full = true;
  TableStream stream(path, options);
  const ReadTable first = stream.next(100000, place_.log);
  EXPECT_FALSE(first.whole);
  EXPECT_LT(first.rows, 40000u);
  const ReadTable second = stream.next(100000, place_.log);
  EXPECT_EQ(second.table.columns.front().integers().front(), static_cast<std::int64_t>(first.rows));
}

TEST_F(TableStreamTest, PiecesOfAGeoPackageAreItsRows) {
  Table table = make_table(
      {{{"cell", ColumnType::text, "", ""}, {"value", ColumnType::real, "", ""}}, true, "EPSG:32632"});
  std::string whole;
  for (int row = 0; row < 10; ++row) {
    const std::string name(1, static_cast<char>('a' + row / 2));
    table.columns[0].texts().push_back(name);
    table.columns[1].reals().push_back(row);
    table.geometry.push_back({{{box(row, 0, row + 1, 1)}}});
    whole += name + "=" + std::to_string(row) + " ";
  }
  const auto sink =
      open_table(folder_.file("t.gpkg"), testing_support::schema_of(table), {}, place_.context());
  sink->write(sink->prepare(std::move(table)));
  sink->finish();
  for (const std::size_t rows : {1, 3, 100}) EXPECT_EQ(told(folder_.file("t.gpkg"), {}, rows), whole) << rows;
  TableReadOptions options;
  options.coded = {"cell"};
  options.columns = {"value"};
  options.outlines_once = true;
  TableStream stream(folder_.file("t.gpkg"), options);
  EXPECT_EQ(stream.next(4, place_.log).table.geometry.size(), 2u);
  EXPECT_EQ(stream.next(4, place_.log).table.geometry.front().front().rings.front().front().x, 4);
}

}  // namespace
}  // namespace isotherm

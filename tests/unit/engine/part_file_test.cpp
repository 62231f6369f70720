// Parts of a run: what is written is read, damage is refused, shares are named as they should be.
#include "isotherm/engine/part_file.h"

#include <gtest/gtest.h>

#include <cmath>

#include "isotherm/core/error.h"
#include "unit/io/tiny_raster.h"

namespace isotherm {
namespace {

using namespace testing_support;

PartInfo info_of_two_dates() {
  PartInfo info;
  info.share = {2, 5};
  info.facts = {{"--stat", "mean"}, {"file a.tif", "12 bytes"}};
  info.about = {{"scene", "a"}};
  info.cells = PartCells{"square:100", {15, 0}, {1, 2, 3, 4, -1}, "EPSG:32632"};
  info.schema.has_geometry = true;
  info.schema.crs = "EPSG:32632";
  info.schema.columns = {{"zone", ColumnType::text, "", "name"},
                         {"cell_id", ColumnType::integer, "", "number"},
                         {"date", ColumnType::date, "", "day"},
                         {"b1_mean", ColumnType::real, "K", "mean", 10}};
  info.slots = {{"2021-06-14", "a", "2021-06-14"}, {"2022-07-01", "b", "2022-07-01"}};
  info.observations = 2;
  info.zones = 2;
  info.with_values = 1;
  return info;
}

PartBlock two_zones(const PartInfo& info) {
  PartBlock block;
  block.positions = {7, 9};
  block.outlines = {{Polygon{{{{0, 0}, {1, 0}, {0, 1}}}}}, {}};
  block.rows = make_table(info.schema);
  block.rows.columns[0].texts() = {"x", "x", std::nullopt, ""};
  block.rows.columns[1].integers() = {1, 1, kMissingInteger, 2};
  block.rows.columns[2].texts() = {"2021-06-14", "2022-07-01", "2021-06-14", "2022-07-01"};
  block.rows.columns[3].reals() = {1.5, std::nan(""), -0.0, 1e300};
  return block;
}

std::string part_bytes(const TemporaryFolder& folder) {
  const PartInfo info = info_of_two_dates();
  PartWriter writer(folder.file("a.part"), true);
  writer.write(PartWriter::encode(two_zones(info)), 7);
  writer.write(PartWriter::encode({}), 0);
  writer.finish(info);
  return read_file(folder.file("a.part"));
}

TEST(PartFiles, GiveBackWhatWasWritten) {
  TemporaryFolder folder;
  part_bytes(folder);
  const PartFile part = PartFile::open(folder.file("a.part"));
  const PartInfo wanted = info_of_two_dates();
  EXPECT_EQ(part.info().share.text(), "2/5");
  EXPECT_EQ(part.info().facts, wanted.facts);
  EXPECT_EQ(part.info().about, wanted.about);
  EXPECT_EQ(part.info().schema, wanted.schema);
  EXPECT_EQ(part.info().slots[1].date, "2022-07-01");
  ASSERT_TRUE(part.info().cells);
  EXPECT_EQ(part.info().cells->origin, (Point{15, 0}));
  EXPECT_EQ(part.info().cells->range.j_count, 4);
  ASSERT_EQ(part.blocks(), 1u) << "a block without zones is not written";
  EXPECT_EQ(part.first_position(0), 7);
  const PartBlock block = part.block(0), same = two_zones(wanted);
  EXPECT_EQ(block.positions, same.positions);
  EXPECT_EQ(block.outlines, same.outlines);
  for (const std::size_t c : {0u, 2u}) EXPECT_EQ(block.rows.columns[c].texts(), same.rows.columns[c].texts());
  EXPECT_EQ(block.rows.columns[1].integers(), same.rows.columns[1].integers());
  const Reals& numbers = block.rows.columns[3].reals();
  EXPECT_EQ(numbers[0], 1.5);
  EXPECT_TRUE(std::isnan(numbers[1]));
  EXPECT_TRUE(std::signbit(numbers[2]));
  EXPECT_EQ(numbers[3], 1e300);
}

TEST(PartFiles, NoCutAndNoChangedByteGoesUnseen) {
  TemporaryFolder folder;
  const std::string whole = part_bytes(folder);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x04);
    EXPECT_THROW(PartFile::parse(std::as_bytes(std::span(changed)), "test").check(), Error) << at;
    const std::string cut = whole.substr(0, at);
    EXPECT_THROW(PartFile::parse(std::as_bytes(std::span(cut)), "test").check(), Error) << at;
  }
}

TEST(PartFiles, DigestsTellFactsApart) {
  const std::vector<Fact> a{{"x", "1"}, {"y", "2"}}, b{{"x", "1"}, {"y", "3"}}, c{{"x1", ""}, {"y", "2"}};
  EXPECT_EQ(digest_of(a), digest_of(a));
  EXPECT_NE(digest_of(a), digest_of(b));
  EXPECT_NE(digest_of(a), digest_of(c)) << "names and values must not run into each other";
}

TEST(Shares, AreReadStrictly) {
  EXPECT_TRUE(parse_share("").whole());
  EXPECT_EQ(parse_share("2/5").text(), "2/5");
  for (const char* wrong : {"0/5", "6/5", "2", "2/", "/5", "a/b", "2/5/6", "-1/5", "1/99999999999"})
    EXPECT_THROW(parse_share(wrong), Error) << wrong;
}

}  // namespace
}  // namespace isotherm

#include "isotherm/io/label_reader.h"

#include <gtest/gtest.h>

#include "isotherm/core/error.h"
#include "unit/io/table_fixture.h"

namespace isotherm {
namespace {

using testing_support::TemporaryFolder;
using testing_support::TestRun;
using testing_support::TinyRaster;
using testing_support::write_raster;

/// 4 x 3 pixels of 30 m at (500000, 5000000); label 7 in two pieces that touch in a corner.
TinyRaster painted_labels() {
  return {4,
          3,
          GDT_Int32,
          {{7, 7, 0, -2,  //
            0, 0, 7, -2,  //
            9, 9, 9, -2}},
          {}};
}

std::string label_refusal(const std::string& path, const RunContext& context) {
  try {
    read_labels(path, "", context);
  } catch (const Error& error) {
    return error.what();
  }
  return "not refused";
}

TEST(LabelReader, ZonesAreThePixelsOfALabel) {
  const TemporaryFolder folder;
  TestRun run;
  const PolygonLayer layer =
      read_labels(write_raster(folder.file("l.tif"), painted_labels()), "", run.context);
  EXPECT_EQ(layer.ids, (std::vector<std::int64_t>{-2, 7, 9}));
  EXPECT_EQ(layer.id_texts, (std::vector<std::string>{"-2", "7", "9"}));
  ASSERT_EQ(layer.outlines.size(), 3u);
  EXPECT_EQ(area(layer.outlines[0]), 3 * 900.0);
  EXPECT_EQ(area(layer.outlines[1]), 3 * 900.0);
  EXPECT_EQ(layer.outlines[1].size(), 2u) << "pieces that touch in a corner";
  const Extent nine = extent_of(layer.outlines[2]);
  EXPECT_EQ(nine, (Extent{500000, 4999910, 500090, 4999940}));
  EXPECT_EQ(layer.crs, "EPSG:32632");
}

TEST(LabelReader, EveryTypeTilingAndNodataGiveTheSameZones) {
  const TemporaryFolder folder;
  TestRun run;
  TinyRaster raster{40, 40, GDT_Byte, {{}}, {}};
  for (int k = 0; k < 1600; ++k) raster.bands[0].push_back(1 + k % 40 / 7 + 6 * (k / 40 / 11));
  const PolygonLayer plain = read_labels(write_raster(folder.file("p.tif"), raster), "", run.context);
  EXPECT_EQ(plain.ids.size(), 24u);
  for (const GDALDataType type :
       {GDT_Byte, GDT_UInt16, GDT_Int16, GDT_UInt32, GDT_Int32, GDT_Int64, GDT_UInt64}) {
    raster.type = type;
    raster.options = {"TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16", "COMPRESS=DEFLATE"};
    const PolygonLayer tiled = read_labels(write_raster(folder.file("t.tif"), raster), "", run.context);
    EXPECT_EQ(tiled.ids, plain.ids) << GDALGetDataTypeName(type);
    EXPECT_TRUE(tiled.outlines == plain.outlines) << GDALGetDataTypeName(type);
    const GDALDatasetUniquePtr file(
        GDALDataset::Open(folder.file("t.tif").c_str(), GDAL_OF_RASTER | GDAL_OF_UPDATE));
    if (type == GDT_Int64) {
      file->GetRasterBand(1)->SetNoDataValueAsInt64(5);
    } else if (type == GDT_UInt64) {
      file->GetRasterBand(1)->SetNoDataValueAsUInt64(5);
    } else {
      file->GetRasterBand(1)->SetNoDataValue(5);
    }
    file->FlushCache();
    const PolygonLayer fewer = read_labels(folder.file("t.tif"), "", run.context);
    EXPECT_EQ(fewer.ids.size(), 23u);
    EXPECT_EQ(fewer.ids[4], 6) << GDALGetDataTypeName(type);
  }
}

TEST(LabelReader, AMaskIsNoZone) {
  const TemporaryFolder folder;
  TestRun run;
  const std::string path = write_raster(folder.file("l.tif"), painted_labels());
  {
    const GDALDatasetUniquePtr file(GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_UPDATE));
    ASSERT_EQ(file->CreateMaskBand(GMF_PER_DATASET), CE_None);
    std::vector<std::uint8_t> there(12, 255);
    there[2 * 4] = 0;  // the first pixel of 9
    ASSERT_EQ(file->GetRasterBand(1)->GetMaskBand()->RasterIO(GF_Write, 0, 0, 4, 3, there.data(), 4, 3,
                                                              GDT_Byte, 0, 0, nullptr),
              CE_None);
  }
  const PolygonLayer layer = read_labels(path, "", run.context);
  ASSERT_EQ(layer.ids.size(), 3u);
  EXPECT_EQ(area(layer.outlines[2]), 2 * 900.0);
}

// GDAL's block cache took 1.2 GB for a raster whose budget was 256 MB: blocks of a row are all that is held
// now, so a row that does not fit is told.
TEST(LabelReader, ARowOfBlocksFitsTheMemoryOrIsRefused) {
  const TemporaryFolder folder;
  TestRun run;
  TinyRaster raster{
      512, 512, GDT_Int32, {std::vector<double>(512 * 512, 1)}, {"TILED=YES", "COMPRESS=DEFLATE"}};
  const std::string path = write_raster(folder.file("l.tif"), raster);
  run.context.memory = 512 * 256 * 4;  // two tiles
  EXPECT_EQ(read_labels(path, "", run.context).ids.size(), 1u);
  run.context.memory -= 1;
  EXPECT_EQ(
      label_refusal(path, run.context),
      path +
          ": a row of its blocks (2 of 256 x 256 pixels) does not fit into --memory; give --memory 1M, or "
          "rewrite it in smaller blocks (gdal_translate -co TILED=YES)");
}

TEST(LabelReader, APhotographIsNoMapOfZones) {
  const TemporaryFolder folder;
  TestRun run;
  TinyRaster raster{300, 300, GDT_Int32, {{}}, {}};
  for (int k = 0; k < 300 * 300; ++k) raster.bands[0].push_back(k + 1);
  const std::string path = write_raster(folder.file("l.tif"), raster);
  run.context.memory = std::size_t{1} << 20;
  EXPECT_NE(label_refusal(path, run.context)
                .find("pieces, whose outlines would take more than four times --memory"),
            std::string::npos)
      << label_refusal(path, run.context);
  run.context.memory = std::size_t{1} << 26;
  EXPECT_EQ(read_labels(path, "", run.context).ids.size(), 90000u);
}

// As many pieces, and few enough, but each has a long border: told by their vertices.
TEST(LabelReader, LongBordersCountToo) {
  const TemporaryFolder folder;
  TestRun run;
  TinyRaster raster{600, 600, GDT_Byte, {{}}, {}};
  // A comb: every other column is 1, joined at the top; the rest is 2, joined at the bottom.
  for (int k = 0; k < 600 * 600; ++k) {
    const int row = k / 600, col = k % 600;
    raster.bands[0].push_back(row == 0 ? 1 : row == 599 ? 2 : 1 + (col + row / 2) % 2);
  }
  const std::string path = write_raster(folder.file("l.tif"), raster);
  run.context.memory = std::size_t{1} << 16;
  EXPECT_NE(label_refusal(path, run.context).find("four times --memory"), std::string::npos);
}

TEST(LabelReader, RefusesWhatAreNoLabels) {
  const TemporaryFolder folder;
  TestRun run;
  EXPECT_NE(label_refusal(write_raster(folder.file("f.tif"), {1, 1, GDT_Float32, {{1}}, {}}), run.context)
                .find("whole numbers"),
            std::string::npos);
  EXPECT_NE(label_refusal(write_raster(folder.file("b.tif"), {1, 1, GDT_Byte, {{1}, {2}}, {}}), run.context)
                .find("one band"),
            std::string::npos);
  EXPECT_NE(label_refusal(write_raster(folder.file("c.tif"), {1, 1, GDT_Byte, {{1}}, {}}, ""), run.context)
                .find("no CRS"),
            std::string::npos);
  EXPECT_NE(label_refusal(write_raster(folder.file("z.tif"), {1, 1, GDT_Byte, {{0}}, {}}), run.context)
                .find("holds no zone"),
            std::string::npos);
  EXPECT_NE(label_refusal(write_raster(folder.file("u.tif"), {1, 1, GDT_UInt64, {{1.5e19}}, {}}), run.context)
                .find("larger than the largest number"),
            std::string::npos);
}

TEST(LabelReader, StopsWhenAskedTo) {
  const TemporaryFolder folder;
  TestRun run;
  const std::string path = write_raster(folder.file("l.tif"), painted_labels());
  run.stop.request();
  EXPECT_THROW(read_labels(path, "", run.context), Error);
}

}  // namespace
}  // namespace isotherm

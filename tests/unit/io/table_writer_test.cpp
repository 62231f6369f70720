#include "isotherm/io/table_writer.h"

#include <gdal_priv.h>
#include <gtest/gtest.h>
#include <ogrsf_frmts.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>

#include "isotherm/core/error.h"
#include "isotherm/io/crs.h"
#include "unit/io/table_fixture.h"
#include "unit/io/tiny_raster.h"

namespace isotherm {
namespace {

using testing_support::box;
using testing_support::Place;
using testing_support::read_file;
using testing_support::schema_of;
using testing_support::small_table;
using testing_support::TemporaryFolder;

void write_table(const std::string& path, const Table& table, const TableOptions& options = {},
                 bool overwrite = false) {
  Place place;
  const auto sink = open_table(path, schema_of(table), options, place.context(1, overwrite));
  sink->write(sink->prepare(table));
  sink->finish();
}

TableOptions with_format(const std::string& format) {
  TableOptions options;
  options.format = format;
  return options;
}

TableOptions with_wkt() {
  TableOptions options;
  options.wkt = true;
  return options;
}

/// Kind and text of the error of opening such an output.
std::pair<ErrorKind, std::string> why_refused(const std::string& path, const TableOptions& options = {}) {
  Place place;
  try {
    open_table(path, schema_of(small_table()), options, place.context());
  } catch (const Error& error) {
    return {error.kind(), error.what()};
  }
  return {ErrorKind::internal, "not refused"};
}

// --- CSV
// -----------------------------------------------------------------------------------------------------------

TEST(Csv, BytesOfASmallTable) {
  const TemporaryFolder folder;
  write_table(folder.file("t.csv"), small_table());
  EXPECT_EQ(read_file(folder.file("t.csv")),
            "zone,id,lst,date\n"
            "\"a \"\"quoted\"\", name\",7,300.25,2021-06-14\n"
            ",,,\n");
}

TEST(Csv, WktColumnIsInTheCrsOfTheZones) {
  const TemporaryFolder folder;
  Table table = small_table("EPSG:32632");
  table.geometry[0] = {{{box(500000, 5700000, 500100.125, 5700100), box(500010, 5700010, 500020, 5700020)}}};
  write_table(folder.file("t.csv"), table, with_wkt());
  EXPECT_EQ(read_file(folder.file("t.csv")),
            "zone,id,lst,date,wkt\n"
            "\"a \"\"quoted\"\", name\",7,300.25,2021-06-14,\"POLYGON ((500000 5700000,500100.125 5700000,"
            "500100.125 5700100,500000 5700100,500000 5700000),(500010 5700010,500020 5700010,500020 5700020,"
            "500010 5700020,500010 5700010))\"\n"
            ",,,,\n");
}

TEST(Csv, QuotesLineEndsAndTellsEmptyFromMissing) {
  const TemporaryFolder folder;
  Table table;
  table.columns.push_back(make_column({"a,b", ColumnType::text, "", ""}));
  table.columns[0].texts() = {"line\nbreak", "", std::nullopt, "plain"};
  write_table(folder.file("t.csv"), table);
  EXPECT_EQ(read_file(folder.file("t.csv")), "\"a,b\"\n\"line\nbreak\"\n\"\"\n\nplain\n");
}

bool is_set(const OGRFeature& feature, const char* name) {
  return feature.IsFieldSetAndNotNull(feature.GetFieldIndex(name)) != 0;
}

// --- through GDAL
// --------------------------------------------------------------------------------------------------

class GdalFormats : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, GdalFormats,
                         ::testing::Values("t.gpkg", "t.fgb", "t.shp", "t.geojson", "t.geojsonl"));

TEST_P(GdalFormats, ReadBackEqual) {
  const TemporaryFolder folder;
  const std::string path = folder.file(GetParam());
  write_table(path, small_table());
  const std::unique_ptr<GDALDataset> dataset(GDALDataset::Open(path.c_str(), GDAL_OF_VECTOR));
  ASSERT_TRUE(dataset);
  OGRLayer& layer = *dataset->GetLayer(0);
  const bool keeps_empty = path.find(".fgb") == std::string::npos;
  ASSERT_EQ(layer.GetFeatureCount(), keeps_empty ? 2 : 1);
  ASSERT_NE(layer.GetSpatialRef(), nullptr);
  EXPECT_EQ(std::string(layer.GetSpatialRef()->GetAuthorityCode(nullptr)), "4326");
  int full = 0;
  for (const auto& feature : layer) {  // a spatial index may reorder the features of a FlatGeobuf
    if (!is_set(*feature, "id")) {
      EXPECT_FALSE(is_set(*feature, "zone"));
      EXPECT_FALSE(is_set(*feature, "lst"));
      EXPECT_FALSE(is_set(*feature, "date"));
      EXPECT_TRUE(feature->GetGeometryRef() == nullptr || feature->GetGeometryRef()->IsEmpty());
      continue;
    }
    ++full;
    EXPECT_STREQ(feature->GetFieldAsString("zone"), "a \"quoted\", name");
    EXPECT_EQ(feature->GetFieldAsInteger64("id"), 7);
    EXPECT_EQ(feature->GetFieldAsDouble("lst"), 300.25);
    int year = 0, month = 0, day = 0, hour, minute, second, zone;
    feature->GetFieldAsDateTime(feature->GetFieldIndex("date"), &year, &month, &day, &hour, &minute, &second,
                                &zone);
    EXPECT_EQ(year * 10000 + month * 100 + day, 20210614);
    ASSERT_NE(feature->GetGeometryRef(), nullptr);
    EXPECT_DOUBLE_EQ(OGR_G_Area(OGRGeometry::ToHandle(feature->GetGeometryRef())), 1);
  }
  EXPECT_EQ(full, 1);
}

TEST_P(GdalFormats, SameTableSameBytes) {
  const TemporaryFolder a, b;
  write_table(a.file(GetParam()), small_table());
  write_table(b.file(GetParam()), small_table());
  EXPECT_EQ(read_file(a.file(GetParam())), read_file(b.file(GetParam())));
}

TEST_P(GdalFormats, AbandonedRunLeavesNothing) {
  const TemporaryFolder folder;
  {
    Place place;
    const auto sink = open_table(folder.file(GetParam()), schema_of(small_table()), {}, place.context());
    sink->write(sink->prepare(small_table()));
  }
  EXPECT_EQ(folder.names(), std::vector<std::string>{});
}

TEST_P(GdalFormats, ExistingFileIsKeptWithoutOverwrite) {
  const TemporaryFolder folder;
  const std::string path = folder.file(GetParam());
  std::ofstream(path) << "mine";
  const auto [kind, text] = why_refused(path);
  EXPECT_EQ(kind, ErrorKind::output);
  EXPECT_NE(text.find("--overwrite"), std::string::npos) << text;
  EXPECT_EQ(read_file(path), "mine");
  write_table(path, small_table(), {}, true);
  EXPECT_NE(read_file(path), "mine");
}

TEST(Geopackage, ColumnsMayBeNamedLikeItsOwn) {
  const TemporaryFolder folder;
  Table table = small_table();
  table.columns[0].info.name = "FID";
  table.columns[3].info.name = "geom";
  write_table(folder.file("t.gpkg"), table);
  const std::unique_ptr<GDALDataset> dataset(
      GDALDataset::Open(folder.file("t.gpkg").c_str(), GDAL_OF_VECTOR));
  ASSERT_TRUE(dataset);
  EXPECT_GE(dataset->GetLayer(0)->GetLayerDefn()->GetFieldIndex("geom"), 0);
}

TEST(Shapefile, SaysWhichNamesItShortens) {
  const TemporaryFolder folder;
  Table table = small_table();
  table.columns[2].info.name = "lst_c_median_2021";
  Place place;
  const auto sink = open_table(folder.file("t.shp"), schema_of(table), {}, place.context());
  sink->write(sink->prepare(table));
  sink->finish();
  ASSERT_EQ(place.log.warnings.size(), 1u);
  EXPECT_NE(place.log.warnings[0].find("lst_c_median_2021 -> lst_c_medi"), std::string::npos)
      << place.log.warnings[0];
}

TEST(FlatGeobuf, SaysWhichRowsItCannotHold) {
  const TemporaryFolder folder;
  Place place;
  const auto sink = open_table(folder.file("t.fgb"), schema_of(small_table()), {}, place.context());
  sink->write(sink->prepare(small_table()));
  sink->finish();
  ASSERT_EQ(place.log.warnings.size(), 1u);
  EXPECT_NE(place.log.warnings[0].find("1 rows without an outline"), std::string::npos)
      << place.log.warnings[0];
}

// --- choosing and failing
// ------------------------------------------------------------------------------------------

TEST(OpenTable, UnknownFormatsAreRefusedWithAHint) {
  const auto [kind, text] = why_refused("cells.geojsn");
  EXPECT_EQ(kind, ErrorKind::usage);
  EXPECT_NE(text.find("did you mean '.geojson'"), std::string::npos) << text;
  EXPECT_EQ(why_refused("cells").first, ErrorKind::usage);
  EXPECT_EQ(why_refused("cells.csv", with_format("nonsense")).first, ErrorKind::usage);
  EXPECT_EQ(why_refused("cells.gpkg", with_wkt()).first, ErrorKind::usage);
  EXPECT_EQ(why_refused("-", with_format("gpkg")).first, ErrorKind::usage);
}

TEST(OpenTable, FormatMayBeADriverOrAnExtension) {
  const TemporaryFolder folder;
  for (const char* format : {"csv", "CSV", ".csv"}) {
    write_table(folder.file("t.txt"), small_table(), with_format(format), true);
    EXPECT_TRUE(read_file(folder.file("t.txt")).starts_with("zone,id")) << format;
  }
}

TEST(OpenTable, EveryFormatOfTheListWrites) {
  for (const TableFormat& format : table_formats()) {
    const TemporaryFolder folder;
    write_table(folder.file("t" + std::string(format.extension)), small_table());
    EXPECT_FALSE(folder.names().empty()) << format.extension;
  }
}

TEST(OpenTable, MissingFolderIsAnOutputError) {
  EXPECT_EQ(why_refused("/nowhere/at/all/t.csv").first, ErrorKind::output);
}

/// A full disk, played by a limit on the size of files, in a process of its own.
int exit_of_writing_into_little_room(const std::string& path) {
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{200000, 200000};
    setrlimit(RLIMIT_FSIZE, &limit);
    int code = 0;
    try {
      Table table = small_table();
      for (int k = 0; k < 13; ++k) {  // 2^14 rows
        Table twice = table;
        for (std::size_t c = 0; c < table.columns.size(); ++c) {
          std::visit(
              [&](auto& to) {
                const auto& from = std::get<std::decay_t<decltype(to)>>(table.columns[c].values);
                to.insert(to.end(), from.begin(), from.end());
              },
              twice.columns[c].values);
        }
        twice.geometry.insert(twice.geometry.end(), table.geometry.begin(), table.geometry.end());
        table = std::move(twice);
      }
      write_table(path, table);
    } catch (const Error& error) {
      code = error.kind() == ErrorKind::output ? 42 : 43;
    }
    _exit(code);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_P(GdalFormats, FullDiskIsAnOutputErrorAndLeavesNothing) {
  const TemporaryFolder folder;
  EXPECT_EQ(exit_of_writing_into_little_room(folder.file(GetParam())), 42);
  EXPECT_EQ(folder.names(), std::vector<std::string>{});
}

}  // namespace
}  // namespace isotherm

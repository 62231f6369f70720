#include "isotherm/io/vector_reader.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "isotherm/core/error.h"
#include "isotherm/io/table_writer.h"
#include "unit/io/table_fixture.h"

namespace isotherm {
namespace {

using testing_support::box;
using testing_support::KeptLog;
using testing_support::Place;
using testing_support::schema_of;
using testing_support::small_table;
using testing_support::TemporaryFolder;

std::string feature(const std::string& geometry, const std::string& properties = "{}") {
  return R"({"type":"Feature","properties":)" + properties + R"(,"geometry":)" + geometry + "}";
}

std::string collection(const std::vector<std::string>& features, const std::string& more = "") {
  std::string text = R"({"type":"FeatureCollection",)" + more + R"("features":[)";
  for (std::size_t k = 0; k < features.size(); ++k) text += (k > 0 ? "," : "") + features[k];
  return text + "]}";
}

const std::string kSquare = R"({"type":"Polygon","coordinates":[[[7,51],[8,51],[8,52],[7,52],[7,51]]]})";
const std::string kBowTie = R"({"type":"Polygon","coordinates":[[[0,0],[2,2],[2,0],[0,2],[0,0]]]})";
const std::string kPoint = R"({"type":"Point","coordinates":[7,51]})";
const std::string kLine = R"({"type":"LineString","coordinates":[[7,51],[8,52]]})";

class VectorReader : public ::testing::Test {
 protected:
  std::string put(const std::string& text, const std::string& name = "zones.geojson") {
    std::ofstream(folder_.file(name)) << text;
    return folder_.file(name);
  }
  PolygonLayer read(const std::string& text, const VectorOptions& options = {}) {
    return read_polygons(put(text), options, log_);
  }
  std::string refusal(const std::string& path, const VectorOptions& options = {}) {
    try {
      read_polygons(path, options, log_);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      EXPECT_NE(std::string(error.what()).find(path), std::string::npos)
          << "names the file: " << error.what();
      return error.what();
    }
    return "not refused";
  }
  TemporaryFolder folder_;
  KeptLog log_;
};

TEST_F(VectorReader, FeaturesInFileOrderNoneDropped) {
  const PolygonLayer layer = read(collection({feature(kSquare), feature("null"), feature(kSquare)}));
  EXPECT_EQ(layer.crs, "EPSG:4326");
  EXPECT_EQ(layer.ids, (std::vector<std::int64_t>{0, 1, 2}));
  EXPECT_EQ(layer.id_texts, (std::vector<std::string>{"0", "1", "2"}));
  ASSERT_EQ(layer.outlines.size(), 3u);
  EXPECT_EQ(layer.outlines[0], (MultiPolygon{{{box(7, 51, 8, 52)}}}));
  EXPECT_TRUE(layer.outlines[1].empty());
  EXPECT_EQ(layer.repaired, 0u);
  EXPECT_TRUE(log_.warnings.empty());
}

TEST_F(VectorReader, IdsFromAnAttribute) {
  const std::string text =
      collection({feature(kSquare, R"({"code":"A1","nr":40})"), feature(kSquare, R"({"code":null,"nr":7})")});
  VectorOptions options;
  options.id_field = "nr";
  EXPECT_EQ(read(text, options).ids, (std::vector<std::int64_t>{40, 7}));
  EXPECT_EQ(read(text, options).id_texts, (std::vector<std::string>{"40", "7"}));
  options.id_field = "code";
  EXPECT_EQ(read(text, options).ids, (std::vector<std::int64_t>{0, 1}))
      << "texts are no numbers: the file's own";
  EXPECT_EQ(read(text, options).id_texts, (std::vector<std::string>{"A1", ""}));
  options.id_field = "cod";
  EXPECT_NE(refusal(folder_.file("zones.geojson"), options).find("did you mean 'code'"), std::string::npos);
}

TEST_F(VectorReader, NamesThatFeaturesShareAreNoted) {
  const auto named = [](const std::string& name) {
    return feature(kSquare, R"({"code":")" + name + R"("})");
  };
  VectorOptions options;
  options.id_field = "code";
  EXPECT_EQ(
      read(collection({named("b"), named("a"), named("b"), named("c"), named("b")}), options).ids.size(), 5u);
  ASSERT_EQ(log_.notes.size(), 1u);
  EXPECT_NE(log_.notes[0].find("3 of 5 features have a 'code' that another has too, such as 'b'"),
            std::string::npos)
      << log_.notes[0];
  read(collection({named("b"), named("a")}), options);
  EXPECT_EQ(log_.notes.size(), 1u) << "names of their own";
}

TEST_F(VectorReader, KeepsAttributesWithTheirTypes) {
  const std::string text =
      collection({feature(kSquare, R"({"name":"Mitte","people":12000,"share":0.25,"day":"2020-02-29"})"),
                  feature(kSquare, R"({"name":null,"people":null,"share":null,"day":null})")});
  VectorOptions options;
  options.keep = {"*"};
  const PolygonLayer all = read(text, options);
  ASSERT_EQ(all.attributes.columns.size(), 4u);
  EXPECT_EQ(all.attributes.columns[0].texts(), (Texts{"Mitte", std::nullopt}));
  EXPECT_EQ(all.attributes.columns[1].integers(), (Integers{12000, kMissingInteger}));
  EXPECT_EQ(all.attributes.columns[2].reals()[0], 0.25);
  EXPECT_TRUE(std::isnan(all.attributes.columns[2].reals()[1]));
  EXPECT_EQ(all.attributes.columns[3].info.type, ColumnType::date);
  EXPECT_EQ(all.attributes.columns[3].texts(), (Texts{"2020-02-29", std::nullopt}));
  options.keep = {"share", "name", "share"};
  const PolygonLayer some = read(text, options);
  ASSERT_EQ(some.attributes.columns.size(), 2u) << "in the order asked for, each once";
  EXPECT_EQ(some.attributes.columns[0].info.name, "share");
}

TEST_F(VectorReader, RepairsInvalidPolygonsAndSaysHowMany) {
  const PolygonLayer layer = read(collection({feature(kBowTie), feature(kSquare), feature(kBowTie)}));
  EXPECT_EQ(layer.repaired, 2u);
  EXPECT_DOUBLE_EQ(area(layer.outlines[0]), 2) << "both triangles of the bow tie, 1 each";
  ASSERT_EQ(log_.warnings.size(), 1u);
  EXPECT_NE(log_.warnings[0].find("2 invalid polygons"), std::string::npos) << log_.warnings[0];
}

TEST_F(VectorReader, LinesAndPointsAreRefusedWithTheirCount) {
  const std::string text =
      refusal(put(collection({feature(kPoint), feature(kSquare), feature(kLine), feature(kLine)})));
  EXPECT_NE(text.find("3 of 4"), std::string::npos) << text;
  EXPECT_NE(text.find("1 of points, 2 of lines"), std::string::npos) << text;
}

TEST_F(VectorReader, PolygonsAreFoundInsideCollections) {
  const std::string mixed = R"({"type":"GeometryCollection","geometries":[)" + kPoint + "," + kSquare +
                            R"(,{"type":"GeometryCollection","geometries":[)" + kBowTie + "]}]}";
  const PolygonLayer layer = read(collection({feature(mixed)}));
  EXPECT_DOUBLE_EQ(area(layer.outlines[0]), 3);
  ASSERT_EQ(log_.warnings.size(), 2u);
}

TEST_F(VectorReader, HolesPartsAndWindingAreNormalised) {
  const std::string geometry =
      R"({"type":"MultiPolygon","coordinates":[[[[0,0],[0,4],[4,4],[4,0],[0,0]],[[1,1],[2,1],[2,2],[1,2],[1,1]]],)"
      R"([[[10,0],[11,0],[11,1],[10,1],[10,0]]]]})";
  const MultiPolygon outline = read(collection({feature(geometry)})).outlines[0];
  ASSERT_EQ(outline.size(), 2u);
  EXPECT_GT(signed_area(outline[0].rings[0]), 0);
  EXPECT_LT(signed_area(outline[0].rings[1]), 0);
  EXPECT_DOUBLE_EQ(area(outline), 16 - 1 + 1);
}

TEST_F(VectorReader, ACrsIsNeeded) {
  // CSV with a WKT column carries none.
  const std::string path = put("WKT,a\n\"POLYGON ((0 0,1 0,1 1,0 0))\",1\n", "zones.csv");
  EXPECT_NE(refusal(path).find("--zones-crs"), std::string::npos);
  VectorOptions options;
  options.crs = "+proj=utm +zone=32 +datum=WGS84";
  EXPECT_EQ(read_polygons(path, options, log_).crs, "EPSG:32632");
}

TEST_F(VectorReader, LayersAreChosenByName) {
  Place place;
  Table table = small_table("EPSG:32632");
  const std::string path = folder_.file("two.gpkg");
  TableOptions first;
  first.layer = "districts";
  const auto sink = open_table(path, schema_of(table), first, place.context());
  sink->write(sink->prepare(table));
  sink->finish();
  EXPECT_EQ(read_polygons(path, {}, log_).crs, "EPSG:32632");
  VectorOptions options;
  options.layer = "distrcts";
  EXPECT_NE(refusal(path, options).find("did you mean 'districts'"), std::string::npos);
}

TEST_F(VectorReader, MissingEmptyAndBrokenFiles) {
  EXPECT_NE(refusal(folder_.file("nowhere.gpkg")), "not refused");
  EXPECT_NE(refusal(put(collection({}))).find("no features"), std::string::npos);
  EXPECT_NE(refusal(put("{\"type\":\"FeatureCollection\",\"features\":[")), "not refused");
  EXPECT_NE(refusal(put("")).find("is empty"), std::string::npos);
}

TEST_F(VectorReader, HostileFilesAreReadOrRefused) {
  const std::string folder = ISOTHERM_SOURCE_DIR "/../shared/data/hostile";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no sample data at " << folder;
  int read = 0, refused = 0;
  for (const char* part : {"/geojson", "/json"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder + part)) {
      if (!entry.is_regular_file()) continue;
      try {
        const PolygonLayer layer = read_polygons(entry.path().string(), {}, log_);
        EXPECT_EQ(layer.ids.size(), layer.outlines.size());
        for (const MultiPolygon& outline : layer.outlines) {
          for (const Polygon& polygon : outline) {
            for (const Ring& ring : polygon.rings) EXPECT_GE(ring.size(), 3u) << entry.path();
          }
        }
        ++read;
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::input) << entry.path() << ": " << error.what();
        ++refused;
      }
    }
  }
  EXPECT_GT(read, 20);
  EXPECT_GT(refused, 100);
}

TEST_F(VectorReader, GoodFilesOfTheStandardAreRead) {
  const std::string folder = ISOTHERM_SOURCE_DIR "/../shared/data/hostile/geojson/canonical_good";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no sample data at " << folder;
  for (const char* name : {"good-polygon.geojson", "multipolygon.geojson"}) {
    EXPECT_FALSE(read_polygons(folder + "/" + name, {}, log_).outlines.at(0).empty()) << name;
  }
}

}  // namespace
}  // namespace isotherm

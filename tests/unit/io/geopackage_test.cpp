// GeoPackages, written past GDAL: what GDAL, SQLite and the standard find in them.
#include <gdal_priv.h>
#include <gtest/gtest.h>
#include <ogrsf_frmts.h>
#include <sqlite3.h>

#include <cstring>
#include <memory>
#include <random>

#include "isotherm/io/table_writer.h"
#include "unit/io/table_fixture.h"
#include "unit/io/tiny_raster.h"

namespace isotherm {
namespace {

using testing_support::box;
using testing_support::Place;
using testing_support::read_file;
using testing_support::small_table;
using testing_support::TemporaryFolder;

/// Cells in rows of forty, some without an outline, some of two parts, one with a hole.
Table many_cells(std::size_t count) {
  std::mt19937_64 random(5);
  TableSchema schema;
  schema.columns = {{"name", ColumnType::text, "", ""}, {"number", ColumnType::integer, "", ""}};
  schema.has_geometry = true;
  schema.crs = "EPSG:32632";
  Table table = make_table(schema);
  for (std::size_t k = 0; k < count; ++k) {
    const double x = 459000 + 100 * static_cast<double>(k % 40),
                 y = 5.7e6 + 100 * static_cast<double>(k / 40);
    table.columns[0].texts().push_back(k % 7 == 3 ? std::nullopt
                                                  : std::optional("cell " + std::to_string(k)));
    table.columns[1].integers().push_back(static_cast<std::int64_t>(random()));
    MultiPolygon outline{{{box(x, y, x + 90.5, y + 90)}}};
    if (k % 11 == 5) outline.push_back({{box(x + 92, y, x + 95.25, y + 90)}});
    if (k == 8) outline[0].rings.push_back({{x + 1, y + 1}, {x + 1, y + 2}, {x + 2, y + 2}, {x + 2, y + 1}});
    if (k % 13 == 6) outline.clear();
    table.geometry.push_back(std::move(outline));
  }
  return table;
}

Table slice(const Table& table, std::size_t begin, std::size_t end) {
  Table part = make_table(table.schema());
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    std::visit(
        [&](auto& to) {
          const auto& from = std::get<std::decay_t<decltype(to)>>(table.columns[c].values);
          to.assign(from.begin() + static_cast<std::ptrdiff_t>(begin),
                    from.begin() + static_cast<std::ptrdiff_t>(end));
        },
        part.columns[c].values);
  }
  part.geometry.assign(table.geometry.begin() + static_cast<std::ptrdiff_t>(begin),
                       table.geometry.begin() + static_cast<std::ptrdiff_t>(end));
  return part;
}

void write_in_batches(const std::string& path, const Table& table, bool has_geometry, std::size_t batch) {
  Place place;
  TableSchema schema = table.schema();
  schema.has_geometry = has_geometry;
  const auto sink = open_table(path, schema, {}, place.context());
  for (std::size_t begin = 0; begin < table.rows(); begin += batch)
    sink->write(sink->prepare(slice(table, begin, std::min(begin + batch, table.rows()))));
  sink->finish();
}

/// Rows of the first column of an answer.
std::vector<std::string> ask(const std::string& path, const std::string& sql) {
  sqlite3* opened = nullptr;
  EXPECT_EQ(sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> database(opened, sqlite3_close);
  std::vector<std::string> answer;
  const auto keep = [](void* rows, int, char** values, char**) {
    static_cast<std::vector<std::string>*>(rows)->emplace_back(values[0] ? values[0] : "NULL");
    return 0;
  };
  char* reason = nullptr;
  EXPECT_EQ(sqlite3_exec(database.get(), sql.c_str(), keep, &answer, &reason), SQLITE_OK)
      << (reason ? reason : "");
  sqlite3_free(reason);
  return answer;
}

using Words = std::vector<std::string>;

std::unique_ptr<GDALDataset> open_with_gdal(const std::string& path, unsigned how = 0) {
  return std::unique_ptr<GDALDataset>(GDALDataset::Open(path.c_str(), GDAL_OF_VECTOR | how));
}

/// What GDAL's own writing of the same outline gives.
std::string wkt_of(const MultiPolygon& outline) {
  OGRMultiPolygon all;
  for (const Polygon& part : outline) {
    OGRPolygon polygon;
    for (const Ring& ring : part.rings) {
      OGRLinearRing line;
      for (const Point& p : ring) line.addPoint(p.x, p.y);
      line.closeRings();
      polygon.addRing(&line);
    }
    all.addGeometry(&polygon);
  }
  return all.exportToWkt();
}

TEST(GeopackageFile, HoldsEveryRowAndOutline) {
  const TemporaryFolder folder;
  const Table table = many_cells(1000);
  write_in_batches(folder.file("cells.gpkg"), table, true, 64);
  const auto dataset = open_with_gdal(folder.file("cells.gpkg"));
  ASSERT_TRUE(dataset);
  OGRLayer& layer = *dataset->GetLayer(0);
  EXPECT_STREQ(layer.GetName(), "cells");
  EXPECT_EQ(layer.GetFeatureCount(), 1000);
  std::size_t row = 0;
  for (const auto& feature : layer) {
    ASSERT_EQ(feature->GetFID(), static_cast<GIntBig>(row) + 1);
    const auto& name = table.columns[0].texts()[row];
    ASSERT_EQ(feature->IsFieldSetAndNotNull(0) != 0, name.has_value());
    ASSERT_EQ(name.value_or(""), feature->GetFieldAsString(0));
    ASSERT_EQ(feature->GetFieldAsInteger64(1), table.columns[1].integers()[row]);
    const OGRGeometry* geometry = feature->GetGeometryRef();
    if (geometry == nullptr) {
      ASSERT_TRUE(table.geometry[row].empty());
    } else {
      ASSERT_EQ(geometry->exportToWkt(), wkt_of(table.geometry[row]));
    }
    ++row;
  }
  EXPECT_EQ(row, 1000U);
}

TEST(GeopackageFile, IsSoundInTheEyesOfSqlite) {
  const TemporaryFolder folder;
  const std::string path = folder.file("cells.gpkg");
  write_in_batches(path, many_cells(3000), true, 1000);
  EXPECT_EQ(ask(path, "PRAGMA integrity_check"), Words{"ok"});
  EXPECT_EQ(ask(path, "SELECT rtreecheck('rtree_cells_geom')"), Words{"ok"});
  // 231 of the 3000 have no outline (those whose number leaves 6 when divided by 13).
  EXPECT_EQ(ask(path, "SELECT count(*) FROM rtree_cells_geom"), Words{"2769"});
  EXPECT_EQ(ask(path, "SELECT feature_count FROM gpkg_ogr_contents"), Words{"3000"});
  // The last column begins at 462900 and ends, in one of two parts, at 95.25 behind that.
  EXPECT_EQ(ask(path, "SELECT min_x || ' ' || min_y || ' ' || max_x || ' ' || max_y FROM gpkg_contents"),
            Words{"459000.0 5700000.0 462995.25 5707490.0"});
  // Header of the first outline: magic, version, flags, number of the CRS.
  EXPECT_EQ(ask(path, "SELECT hex(substr(geom, 1, 8)) FROM cells LIMIT 1"), Words{"47500003787F0000"});
}

TEST(GeopackageFile, ItsIndexFindsWhatLiesInAWindow) {
  const TemporaryFolder folder;
  const Table table = many_cells(3000);
  write_in_batches(folder.file("cells.gpkg"), table, true, 3000);
  const auto dataset = open_with_gdal(folder.file("cells.gpkg"));
  ASSERT_TRUE(dataset);
  OGRLayer& layer = *dataset->GetLayer(0);
  EXPECT_TRUE(layer.TestCapability(OLCFastSpatialFilter));
  std::mt19937_64 random(9);
  for (int k = 0; k < 50; ++k) {
    const double x = 458900 + static_cast<double>(random() % 4000),
                 y = 5.7e6 + static_cast<double>(random() % 7400);
    const Extent window{x, y, x + static_cast<double>(random() % 700),
                        y + static_cast<double>(random() % 700)};
    std::vector<GIntBig> expected, found;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      Extent bounds;
      for (const Polygon& part : table.geometry[row]) {
        for (const Point& p : part.rings.front()) bounds.add(p);
      }
      if (bounds.xmax >= window.xmin && bounds.xmin <= window.xmax && bounds.ymax >= window.ymin &&
          bounds.ymin <= window.ymax)
        expected.push_back(static_cast<GIntBig>(row) + 1);
    }
    layer.SetSpatialFilterRect(window.xmin, window.ymin, window.xmax, window.ymax);
    for (const auto& feature : layer) found.push_back(feature->GetFID());
    // The filter looks at outlines: what is in a window may be less than what bounds say, never more.
    std::ranges::sort(found);
    EXPECT_TRUE(std::ranges::includes(expected, found));
    for (const GIntBig id : expected) {
      const bool one_part = table.geometry[static_cast<std::size_t>(id) - 1].size() == 1;
      EXPECT_TRUE(!one_part || id == 9 || std::ranges::binary_search(found, id)) << id;
    }
  }
}

TEST(GeopackageFile, OthersMayAddToIt) {
  const TemporaryFolder folder;
  const std::string path = folder.file("cells.gpkg");
  write_in_batches(path, many_cells(200), true, 100);
  {
    const auto dataset = open_with_gdal(path, GDAL_OF_UPDATE);
    ASSERT_TRUE(dataset);
    OGRLayer& layer = *dataset->GetLayer(0);
    OGRFeature feature(layer.GetLayerDefn());
    feature.SetField("name", "one more");
    OGRGeometry* geometry = nullptr;
    OGRGeometryFactory::createFromWkt("MULTIPOLYGON (((0 0,1 0,1 1,0 0)))", nullptr, &geometry);
    feature.SetGeometryDirectly(geometry);
    ASSERT_EQ(layer.CreateFeature(&feature), OGRERR_NONE);
    EXPECT_EQ(feature.GetFID(), 201);
    ASSERT_EQ(layer.DeleteFeature(1), OGRERR_NONE);
  }
  EXPECT_EQ(ask(path, "SELECT feature_count FROM gpkg_ogr_contents"), Words{"200"});
  EXPECT_EQ(ask(path, "SELECT id FROM rtree_cells_geom WHERE maxx < 2"), Words{"201"});
  EXPECT_EQ(ask(path, "SELECT count(*) FROM rtree_cells_geom WHERE id = 1"), Words{"0"});
  EXPECT_EQ(ask(path, "SELECT rtreecheck('rtree_cells_geom')"), Words{"ok"});
}

TEST(GeopackageFile, SameBytesHoweverTheRowsCome) {
  const TemporaryFolder a, b;
  const Table table = many_cells(1000);
  write_in_batches(a.file("cells.gpkg"), table, true, 1000);
  write_in_batches(b.file("cells.gpkg"), table, true, 7);
  EXPECT_TRUE(read_file(a.file("cells.gpkg")) == read_file(b.file("cells.gpkg")));
}

TEST(GeopackageFile, TablesWithoutOutlinesOrRows) {
  const TemporaryFolder folder;
  Table table = many_cells(10);
  table.geometry.clear();
  Place place;
  const auto plain = open_table(folder.file("plain.gpkg"), table.schema(), {}, place.context());
  plain->write(plain->prepare(table));
  plain->finish();
  EXPECT_EQ(ask(folder.file("plain.gpkg"), "SELECT data_type FROM gpkg_contents"), Words{"attributes"});
  EXPECT_EQ(ask(folder.file("plain.gpkg"), "SELECT count(*) FROM plain"), Words{"10"});
  write_in_batches(folder.file("none.gpkg"), many_cells(0), true, 1);
  EXPECT_EQ(ask(folder.file("none.gpkg"), "SELECT feature_count FROM gpkg_ogr_contents"), Words{"0"});
  EXPECT_EQ(ask(folder.file("none.gpkg"), "SELECT rtreecheck('rtree_none_geom')"), Words{"ok"});
  EXPECT_EQ(ask(folder.file("none.gpkg"), "SELECT min_x FROM gpkg_contents"), Words{"NULL"});
}

TEST(GeopackageFile, ValuesOfEveryKind) {
  const TemporaryFolder folder;
  Table table = small_table();
  table.columns[0].texts() = {std::string("cut\0off", 7), "Köln, \"Süd\""};
  table.columns[1].integers() = {-5, kMissingInteger + 1};
  table.columns[2].reals() = {std::numeric_limits<double>::infinity(), -0.1};
  table.columns[3].texts() = {"2021-06-14T10:00:00Z", "someday"};
  const std::string path = folder.file("t.gpkg");
  write_in_batches(path, table, true, 2);
  EXPECT_EQ(ask(path, "SELECT zone FROM t"), (Words{"cut", "Köln, \"Süd\""}));
  EXPECT_EQ(ask(path, "SELECT id FROM t"), (Words{"-5", "-9223372036854775807"}));
  EXPECT_EQ(ask(path, "SELECT lst FROM t"), (Words{"NULL", "-0.1"}));
  EXPECT_EQ(ask(path, "SELECT date FROM t"), (Words{"2021-06-14", "NULL"}));
}

TEST(GeopackageFile, NamesThatSqlWouldTrip) {
  const TemporaryFolder folder;
  Table table = small_table();
  table.columns[0].info.name = "it's \"a\" name; DROP";
  TableOptions options;
  options.layer = "O'Neill \"x\"";
  Place place;
  TableSchema schema = table.schema();
  schema.has_geometry = true;
  const auto sink = open_table(folder.file("t.gpkg"), schema, options, place.context());
  sink->write(sink->prepare(table));
  sink->finish();
  const auto dataset = open_with_gdal(folder.file("t.gpkg"));
  ASSERT_TRUE(dataset);
  OGRLayer& layer = *dataset->GetLayer(0);
  EXPECT_STREQ(layer.GetName(), "O'Neill \"x\"");
  EXPECT_STREQ(layer.GetLayerDefn()->GetFieldDefn(0)->GetNameRef(), "it's \"a\" name; DROP");
  EXPECT_EQ(layer.GetFeatureCount(), 2);
  layer.SetSpatialFilterRect(7.4, 51.4, 7.6, 51.6);
  EXPECT_EQ(layer.GetFeatureCount(), 1);
}

}  // namespace
}  // namespace isotherm

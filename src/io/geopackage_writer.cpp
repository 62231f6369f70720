// Tables as GeoPackages. GDAL makes the file, its layer and what belongs to them, without a row; rows then go
// straight to SQLite, which takes a third of the time, and the spatial index is packed (packed_boxes.h) where
// GDAL hands it over box by box.
//
// What the file holds is what GDAL would write: outlines as multipolygons behind the header of the standard,
// with their bounds; missing values and rows without an outline as NULL; the number of rows and the bounds of
// all where readers look for them. Source: OGC 12-128r19, GeoPackage Encoding Standard 1.4, 2.1.3 and annex
// F.3.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>
#include <vector>

#include "isotherm/core/date.h"
#include "isotherm/core/text.h"
#include "isotherm/io/output_file.h"
#include "new_vector_file.h"
#include "packed_boxes.h"
#include "sqlite_support.h"
#include "table_sinks.h"

namespace isotherm {

namespace {

static_assert(std::endian::native == std::endian::little, "outlines are written as they lie in memory");

template <class Number>
void put_number(std::string& out, Number value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

constexpr std::uint32_t kWkbPolygon = 3, kWkbMultiPolygon = 6;
constexpr std::size_t kBoundsAt = 8;  // in the header: xmin, xmax, ymin, ymax

void put_rings(std::string& out, const Polygon& polygon) {
  put_number(out, static_cast<std::uint32_t>(polygon.rings.size()));
  for (const Ring& ring : polygon.rings) {
    put_number(out, static_cast<std::uint32_t>(ring.size() + 1));
    out.append(reinterpret_cast<const char*>(ring.data()), ring.size() * sizeof(Point));
    put_number(out, ring.front());
  }
}

/// Behind its length; a length of nothing where there is no outline.
void put_outline(std::string& out, const MultiPolygon& outline, std::int32_t crs) {
  const std::size_t begin = out.size();
  put_number(out, std::uint64_t{0});
  if (outline.empty()) return;
  out += {'G', 'P', 0, 3};  // version 1, bounds of x and y, least significant byte first
  put_number(out, crs);
  Extent bounds;
  for (const Polygon& polygon : outline) {
    for (const Ring& ring : polygon.rings) {
      for (const Point& p : ring) bounds.add(p);
    }
  }
  for (const double bound : {bounds.xmin, bounds.xmax, bounds.ymin, bounds.ymax}) put_number(out, bound);
  out += '\1';
  put_number(out, kWkbMultiPolygon);
  put_number(out, static_cast<std::uint32_t>(outline.size()));
  for (const Polygon& polygon : outline) {
    out += '\1';
    put_number(out, kWkbPolygon);
    put_rings(out, polygon);
  }
  const std::uint64_t length = out.size() - begin - sizeof(std::uint64_t);
  std::memcpy(out.data() + begin, &length, sizeof length);
}

/// The next outline of those that were put one behind the other.
std::string_view take_outline(std::string_view& outlines) {
  std::uint64_t length = 0;
  std::memcpy(&length, outlines.data(), sizeof length);
  const std::string_view outline = outlines.substr(sizeof length, length);
  outlines.remove_prefix(sizeof length + length);
  return outline;
}

Extent bounds_of(std::string_view outline) {
  double bounds[4];
  std::memcpy(bounds, outline.data() + kBoundsAt, sizeof bounds);
  return {bounds[0], bounds[2], bounds[1], bounds[3]};
}

void bind_value(SqliteStatement& insert, int place, const Column& column, std::size_t row) {
  switch (column.info.type) {
    case ColumnType::integer:
      if (const std::int64_t value = column.integers()[row]; value != kMissingInteger)
        return insert.bind(place, value);
      break;
    case ColumnType::real:
      if (const double value = column.reals()[row]; std::isfinite(value)) return insert.bind(place, value);
      break;
    case ColumnType::text:
      if (const auto& value = column.texts()[row]) return insert.bind_text(place, *value);
      break;
    case ColumnType::date:
      if (const auto& value = column.texts()[row]) {
        if (const auto date = parse_date(*value)) return insert.bind_copy(place, to_string(*date));
      }
      break;
  }
  insert.bind_null(place);
}

/// The tables of SQLite's rtree module, filled by hand.
class SpatialIndex {
 public:
  SpatialIndex(const SqliteFile& file, const std::string& name)
      : insert_node_(file.prepare("INSERT OR REPLACE INTO " + sql_name(name + "_node") + " VALUES (?, ?)")),
        insert_parent_(file.prepare("INSERT INTO " + sql_name(name + "_parent") + " VALUES (?, ?)")),
        rows_(file, sql_name(name + "_rowid"), 2),
        packer_([this](const BoxPacker::Node& node) { take(node); }) {}
  SpatialIndex(const SpatialIndex&) = delete;
  SpatialIndex& operator=(const SpatialIndex&) = delete;
  void add(std::int64_t row, const Extent& bounds) { packer_.add({row, single_box(bounds)}); }
  void finish() {
    packer_.finish();
    give_rows();
  }

 private:
  void take(const BoxPacker::Node& node) {
    insert_node_.bind(1, node.number);
    insert_node_.bind_blob(2, node.bytes);
    insert_node_.run();
    for (const PackedBox& one : node.holds) {
      if (node.leaf) {
        leaf_of_row_.emplace_back(one.id, node.number);
      } else {
        insert_parent_.bind(1, one.id);
        insert_parent_.bind(2, node.number);
        insert_parent_.run();
      }
    }
    if (leaf_of_row_.size() >= BoxPacker::kBoxesInRun) give_rows();
  }

  /// In the order of the rows, which SQLite appends the fastest.
  void give_rows() {
    std::ranges::sort(leaf_of_row_);
    rows_.insert(leaf_of_row_.size(), [&](SqliteStatement& insert, int place, std::size_t k) {
      insert.bind(place + 1, leaf_of_row_[k].first);
      insert.bind(place + 2, leaf_of_row_[k].second);
    });
    leaf_of_row_.clear();
  }

  SqliteStatement insert_node_, insert_parent_;
  SqliteRows rows_;
  std::vector<std::pair<std::int64_t, std::int64_t>> leaf_of_row_;
  BoxPacker packer_;
};

/// Whatever is to happen with each row that comes would be done row by row; it is told to SQLite again when
/// all are there.
class TriggersOff {
 public:
  TriggersOff(const SqliteFile& file, const std::string& table) : file_(file) {
    std::vector<std::string> names;
    SqliteStatement triggers =
        file.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?");
    triggers.bind_text(1, table);
    while (triggers.step()) {
      names.push_back(triggers.text(0));
      made_by_.push_back(triggers.text(1));
    }
    for (const std::string& name : names) file.run("DROP TRIGGER " + sql_name(name));
  }
  void restore() const {
    for (const std::string& sql : made_by_) file_.run(sql);
  }

 private:
  const SqliteFile& file_;
  std::vector<std::string> made_by_;
};

class GeopackageSink : public RowSink {
 public:
  GeopackageSink(const std::string& path, const TableSchema& schema, const TableOptions& options,
                 const RunContext& context)
      : file_(path, context.overwrite), places_(schema.has_geometry) {
    NewVectorFile made(file_, schema, options, "GPKG", context.log);
    table_ = made.layer().GetName();
    const std::string geometry = made.layer().GetGeometryColumn();
    const std::vector<std::string> columns = names_of_columns(made.layer());
    made.close();
    database_.emplace(file_.path(), path);
    triggers_.emplace(*database_, table_);
    if (places_) {
      SqliteStatement crs = about_table("SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = ?");
      if (crs.step()) crs_ = static_cast<std::int32_t>(crs.integer(0));
      index_.emplace(*database_, "rtree_" + table_ + "_" + geometry);
    }
    into_.emplace(*database_, sql_name(table_) + " (" + join(columns, ", ") + ")", columns.size());
  }

  Prepared prepare(Table batch) const override {
    Prepared prepared;
    prepared.rows = batch.rows();
    if (places_) {
      batch.geometry.resize(prepared.rows);
      for (MultiPolygon& outline : batch.geometry) {
        put_outline(prepared.text, outline, crs_);
        outline = {};  // not held twice
      }
    }
    batch.geometry = {};
    prepared.table = std::move(batch);
    return prepared;
  }

  void write(Prepared&& batch) override {
    std::string_view outlines = batch.text;
    into_->insert(batch.rows, [&](SqliteStatement& insert, int place, std::size_t row) {
      ++rows_;  // and so SQLite numbers them
      if (places_) bind_outline(insert, ++place, take_outline(outlines));
      for (const Column& column : batch.table.columns) bind_value(insert, ++place, column, row);
    });
  }

  void finish() override {
    if (index_) index_->finish();
    tell_contents();
    triggers_->restore();
    into_.reset();
    index_.reset();
    database_->commit();
    triggers_.reset();
    database_.reset();
    file_.commit();
  }

 private:
  /// Quoted; all but the number of the row.
  static std::vector<std::string> names_of_columns(OGRLayer& layer) {
    std::vector<std::string> names;
    if (*layer.GetGeometryColumn() != '\0') names.push_back(sql_name(layer.GetGeometryColumn()));
    const OGRFeatureDefn& definition = *layer.GetLayerDefn();
    for (int k = 0; k < definition.GetFieldCount(); ++k)
      names.push_back(sql_name(definition.GetFieldDefn(k)->GetNameRef()));
    return names;
  }

  void bind_outline(SqliteStatement& insert, int place, std::string_view outline) {
    if (outline.empty()) return insert.bind_null(place);
    insert.bind_blob(place, outline);
    const Extent bounds = bounds_of(outline);
    bounds_ = unite(bounds_, bounds);
    index_->add(rows_, bounds);
  }

  /// A statement whose one parameter is the name of the table.
  SqliteStatement about_table(const std::string& sql) const {
    SqliteStatement statement = database_->prepare(sql);
    statement.bind_text(1, table_);
    return statement;
  }

  void tell_contents() const {
    SqliteStatement count =
        about_table("UPDATE gpkg_ogr_contents SET feature_count = ?2 WHERE table_name = ?1");
    count.bind(2, rows_);
    count.run();
    if (!(bounds_.xmin <= bounds_.xmax)) return;
    SqliteStatement bounds = about_table(
        "UPDATE gpkg_contents SET min_x = ?2, min_y = ?3, max_x = ?4, max_y = ?5 WHERE table_name = ?1");
    int place = 1;
    for (const double bound : {bounds_.xmin, bounds_.ymin, bounds_.xmax, bounds_.ymax})
      bounds.bind(++place, bound);
    bounds.run();
  }

  OutputFile file_;
  bool places_;  ///< rows have outlines
  std::string table_;
  std::int32_t crs_ = 0;  ///< the number the file knows the CRS by
  std::optional<SqliteFile> database_;
  std::optional<TriggersOff> triggers_;
  std::optional<SpatialIndex> index_;
  std::optional<SqliteRows> into_;
  std::int64_t rows_ = 0;
  Extent bounds_;
};

}  // namespace

std::unique_ptr<RowSink> open_geopackage(const std::string& path, const TableSchema& schema,
                                         const TableOptions& options, const RunContext& context) {
  return std::make_unique<GeopackageSink>(path, schema, options, context);
}

}  // namespace isotherm

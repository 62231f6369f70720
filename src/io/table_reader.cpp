#include "isotherm/io/table_reader.h"

#include <gdal_priv.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "csv_columns.h"
#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "isotherm/core/text.h"
#include "isotherm/io/crs.h"
#include "ogr_support.h"

namespace isotherm {

namespace {

// --- CSV: all columns arrive as text and are typed by what every row holds

bool is_csv(GDALDataset& dataset) {
  return dataset.GetDriver() != nullptr && std::string(dataset.GetDriver()->GetDescription()) == "CSV";
}

GdalDataset open_source(const std::string& path) {
  GdalDataset dataset = open_vector(path);
  if (!is_csv(*dataset)) return dataset;
  const std::array<const char*, 4> options{"AUTODETECT_TYPE=NO", "KEEP_GEOM_COLUMNS=NO",
                                           "GEOM_POSSIBLE_NAMES=wkt", nullptr};
  clear_gdal_error();
  GDALDataset* again = GDALDataset::Open(gdal_path(path).c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY, nullptr,
                                         options.data(), nullptr);
  if (again == nullptr) throw Error(ErrorKind::input, path + ": cannot be opened: " + last_gdal_error());
  return GdalDataset(again);
}

/// Words that GDAL gave, typed.
void settle_type(Column& column) {
  if (column.info.type != ColumnType::text) return;  // a .csvt beside the file says otherwise
  Texts& texts = column.texts();
  TypedColumn typed(false);
  for (std::optional<std::string>& text : texts) {
    if (text && text->empty()) text.reset();
    typed.add(text ? std::string_view(*text) : std::string_view());
  }
  if (!typed.lost()) typed.give(column);
}

// --- columns and coordinates

struct CoordinateNames {
  const char* x;
  const char* y;
  const char* crs;
};
constexpr std::array<CoordinateNames, 4> kCoordinates{{{"x", "y", ""},
                                                       {"lon", "lat", "EPSG:4326"},
                                                       {"longitude", "latitude", "EPSG:4326"},
                                                       {"easting", "northing", ""}}};

struct Coordinates {
  int x = -1, y = -1;
  std::string crs;
};

Coordinates find_coordinates(const OGRFeatureDefn& definition) {
  for (const CoordinateNames& names : kCoordinates) {
    Coordinates found{-1, -1, names.crs};
    for (int k = 0; k < definition.GetFieldCount(); ++k) {
      const std::string name = lower(definition.GetFieldDefn(k)->GetNameRef());
      if (name == names.x) found.x = k;
      if (name == names.y) found.y = k;
    }
    if (found.x >= 0 && found.y >= 0) return found;
  }
  return {};
}

std::vector<int> wanted_fields(const OGRFeatureDefn& definition, const std::string& path,
                               const std::vector<std::string>& names) {
  std::vector<int> fields;
  if (names.empty()) {
    for (int k = 0; k < definition.GetFieldCount(); ++k) fields.push_back(k);
  }
  for (const std::string& name : names) {
    const int field = field_index(definition, path, name);
    if (std::find(fields.begin(), fields.end(), field) == fields.end()) fields.push_back(field);
  }
  return fields;
}

double coordinate(const OGRFeature& feature, int field) {
  if (!feature.IsFieldSetAndNotNull(field)) return kMissing;
  if (feature.GetFieldDefnRef(field)->GetType() != OFTString) return feature.GetFieldAsDouble(field);
  return number_of(feature.GetFieldAsString(field)).value_or(kMissing);
}

double coordinate(const Column& column, std::size_t row) {
  if (column.info.type == ColumnType::real) return column.reals()[row];
  if (column.info.type == ColumnType::integer) {
    const std::int64_t value = column.integers()[row];
    return value == kMissingInteger ? kMissing : static_cast<double>(value);
  }
  return number_of(column.texts()[row].value_or("")).value_or(kMissing);
}

/// Centre of mass of polygons, computed about their first point so that large coordinates keep their digits.
Point centroid(const MultiPolygon& outline) {
  const Point origin = outline.front().rings.front().front();
  double area_sum = 0, x = 0, y = 0;
  for (const Polygon& polygon : outline) {
    for (const Ring& ring : polygon.rings) {
      for (std::size_t k = 0; k < ring.size(); ++k) {
        const Point a{ring[k].x - origin.x, ring[k].y - origin.y};
        const Point& end = ring[k + 1 == ring.size() ? 0 : k + 1];
        const Point b{end.x - origin.x, end.y - origin.y};
        const double cross = a.x * b.y - b.x * a.y;
        area_sum += cross;
        x += (a.x + b.x) * cross;
        y += (a.y + b.y) * cross;
      }
    }
  }
  if (area_sum == 0) return origin;
  return {origin.x + x / (3 * area_sum), origin.y + y / (3 * area_sum)};
}

/// Where a feature without polygons is: its point, or the centre of its points or lines.
Point place(const OGRGeometry* geometry, bool swap) {
  if (geometry == nullptr || geometry->IsEmpty()) return {kMissing, kMissing};
  OGRPoint point;
  if (wkbFlatten(geometry->getGeometryType()) == wkbPoint) {
    point = *geometry->toPoint();
  } else if (geometry->Centroid(&point) != OGRERR_NONE) {
    return {kMissing, kMissing};
  }
  return swap ? Point{point.getY(), point.getX()} : Point{point.getX(), point.getY()};
}

class Reader {
 public:
  Reader(const std::string& path, const TableReadOptions& options)
      : path_(path),
        options_(options),
        dataset_(open_source(path)),
        layer_(choose_layer(*dataset_, path, options.layer)) {}

  ReadTable read(Log& log) {
    const OGRFeatureDefn& definition = *layer_.GetLayerDefn();
    fields_ = wanted_fields(definition, path_, options_.columns);
    for (int field : fields_) {
      const OGRFieldDefn& info = *definition.GetFieldDefn(field);
      result_.table.columns.push_back(make_column({info.GetNameRef(), column_type(info), "", ""}));
    }
    for (const std::string& name : options_.coded) {
      coded_fields_.push_back(field_index(definition, path_, name));
      const OGRFieldDefn& info = *definition.GetFieldDefn(coded_fields_.back());
      result_.coded.push_back({make_column({info.GetNameRef(), column_type(info), "", ""}), {}});
    }
    words_.resize(coded_fields_.size());
    has_geometry_ = layer_.GetGeomType() != wkbNone;
    if (!has_geometry_ && options_.anchors) coordinates_ = find_coordinates(definition);
    swap_ = needs_swap(layer_);
    if (!read_plain(definition)) read_features();
    if (rows_ == 0) throw Error(ErrorKind::input, path_ + ": has no rows");
    result_.rows = rows_;
    settle_geometry(log);
    if (result_.table.rows() == 0 && result_.coded.empty()) {
      throw Error(ErrorKind::input,
                  path_ + ": has neither columns nor polygons: there is nothing to compute with");
    }
    if (lost_ > 0 && !result_.anchors.empty()) {
      log.warning(path_ + ": " + std::to_string(lost_) + " of " + std::to_string(result_.anchors.size()) +
                  " features have no geometry");
    }
    return std::move(result_);
  }

 private:
  void read_features() {
    clear_gdal_error();
    layer_.ResetReading();
    while (const OGRFeatureUniquePtr feature{layer_.GetNextFeature()}) add(*feature);
    if (CPLGetLastErrorType() == CE_Failure) {
      throw Error(ErrorKind::input, path_ + ": cannot be read: " + last_gdal_error());
    }
    check_memory();
    if (is_csv(*dataset_)) {
      for (Column& column : result_.table.columns) settle_type(column);
    }
    for (std::size_t k = 0; k < words_.size(); ++k) {
      // What GDAL calls text in a CSV file is typed by what it holds.
      const bool untyped = is_csv(*dataset_) && result_.coded[k].values.info.type == ColumnType::text;
      untyped ? words_[k].give(result_.coded[k]) : words_[k].give_typed(result_.coded[k]);
    }
  }

  /// CSV without outlines and without types beside it, straight from the file. False when GDAL must read it.
  bool read_plain(const OGRFeatureDefn& definition) {
    if (!is_csv(*dataset_) || has_geometry_) return false;
    std::vector<std::string> names;
    for (int k = 0; k < definition.GetFieldCount(); ++k) {
      if (definition.GetFieldDefn(k)->GetType() != OFTString) return false;
      names.push_back(definition.GetFieldDefn(k)->GetNameRef());
    }
    std::vector<int> wanted = fields_;
    const auto place_of = [&](int field) {
      const auto found = std::find(wanted.begin(), wanted.end(), field);
      const auto place = static_cast<std::size_t>(found - wanted.begin());
      if (found == wanted.end()) wanted.push_back(field);
      return place;
    };
    const bool placed = coordinates_.x >= 0;
    const std::size_t at_x = placed ? place_of(coordinates_.x) : 0,
                      at_y = placed ? place_of(coordinates_.y) : 0;
    std::optional<CsvColumns> read = read_plain_csv(path_, names, wanted, coded_fields_, options_.most_bytes);
    if (!read) return false;
    result_.coded = std::move(read->coded);
    rows_ = read->rows;
    if (placed) {
      result_.anchors.reserve(rows_);
      for (std::size_t row = 0; row < rows_; ++row)
        result_.anchors.push_back(
            {coordinate(read->columns[at_x], row), coordinate(read->columns[at_y], row)});
    }
    read->columns.resize(fields_.size());
    result_.table.columns = std::move(read->columns);
    return true;
  }

  void add(const OGRFeature& feature) {
    ++rows_;
    for (std::size_t k = 0; k < fields_.size(); ++k) append(result_.table.columns[k], feature, fields_[k]);
    held_ += 8 * fields_.size();
    bool fresh = true;
    for (std::size_t k = 0; k < words_.size(); ++k) {
      const bool is_new = words_[k].add(word_of(feature, coded_fields_[k]));
      if (k == 0) fresh = is_new;
    }
    if (rows_ % 1024 == 0) check_memory();
    if (has_geometry_) {
      if (fresh || !options_.outlines_once) add_geometry(feature.GetGeometryRef());
    } else if (coordinates_.x >= 0) {
      result_.anchors.push_back({coordinate(feature, coordinates_.x), coordinate(feature, coordinates_.y)});
    }
  }

  void check_memory() const {
    std::size_t held = held_;
    for (const CodedWords& words : words_) held += words.bytes();
    check_held(path_, rows_, held, options_.most_bytes);
  }

  void add_geometry(const OGRGeometry* geometry) {
    Strangers parts, strangers;
    MultiPolygon outline;
    try {
      outline = read_outline(geometry, swap_, parts, strangers);
    } catch (const Error& error) {
      throw Error(ErrorKind::input, path_ + ": row " + std::to_string(rows_) + " " + error.what());
    }
    normalise(outline);
    const Point anchor = outline.empty() ? place(geometry, swap_) : centroid(outline);
    if (options_.anchors) result_.anchors.push_back(anchor);
    outlines_ += outline.empty() ? 0 : 1;
    lost_ += std::isfinite(anchor.x) ? 0 : 1;
    held_ += options_.geometry ? bytes_of(outline) : 0;
    if (options_.geometry) result_.table.geometry.push_back(std::move(outline));
  }

  /// A field as the word that tells its value from others; empty for none.
  std::string word_of(const OGRFeature& feature, int field) const {
    Column value = make_column({"", column_type(*feature.GetFieldDefnRef(field)), "", ""});
    append(value, feature, field);
    if (value.info.type == ColumnType::integer)
      return value.integers()[0] == kMissingInteger ? "" : std::to_string(value.integers()[0]);
    if (value.info.type == ColumnType::real)
      return std::isnan(value.reals()[0]) ? "" : number_text(value.reals()[0]);
    return value.texts()[0].value_or("");
  }

  static std::size_t bytes_of(const MultiPolygon& outline) {
    std::size_t sum = sizeof(MultiPolygon);
    for (const Polygon& polygon : outline) {
      sum += sizeof(Polygon);
      for (const Ring& ring : polygon.rings) sum += sizeof(Ring) + ring.size() * sizeof(Point);
    }
    return sum;
  }

  /// Empty where there is none, or none that can be used: that may be why another was given.
  std::string usable_own_crs() const {
    try {
      return has_geometry_ ? layer_crs(layer_, path_) : "";
    } catch (const Error&) {
      return "";
    }
  }

  void settle_geometry(Log& log) {
    if (outlines_ == 0) result_.table.geometry.clear();
    const bool placed = std::any_of(result_.anchors.begin(), result_.anchors.end(),
                                    [](Point p) { return std::isfinite(p.x) && std::isfinite(p.y); });
    if (!placed) result_.anchors.clear();
    if (!options_.crs.empty()) {
      result_.table.crs = canonical_crs(options_.crs);
      const std::string own = usable_own_crs();
      if (!own.empty() && own != result_.table.crs)
        log.warning(path_ + ": its own CRS is " + crs_name(own) + ", but " + crs_name(result_.table.crs) +
                    " was asked for and is believed; coordinates are not transformed");
    } else if (has_geometry_) {
      result_.table.crs = layer_crs(layer_, path_);
    } else if (!coordinates_.crs.empty()) {
      result_.table.crs = canonical_crs(coordinates_.crs);
    }
  }

  const std::string& path_;
  const TableReadOptions& options_;
  GdalDataset dataset_;
  OGRLayer& layer_;
  std::vector<int> fields_, coded_fields_;
  std::vector<CodedWords> words_;
  std::size_t held_ = 0;  ///< bytes of columns and outlines
  bool has_geometry_ = false;
  bool swap_ = false;
  Coordinates coordinates_;
  std::size_t rows_ = 0;
  std::size_t outlines_ = 0;
  std::size_t lost_ = 0;  ///< features without geometry in a layer that has some
  ReadTable result_;
};

}  // namespace

ReadTable read_table(const std::string& path, const TableReadOptions& options, Log& log) {
  return Reader(path, options).read(log);
}

std::vector<std::string> coordinate_columns(const Table& table) {
  for (const CoordinateNames& names : kCoordinates) {
    std::string x, y;
    for (const Column& column : table.columns) {
      const std::string name = lower(column.info.name);
      if (name == names.x) x = column.info.name;
      if (name == names.y) y = column.info.name;
    }
    if (!x.empty() && !y.empty()) return {x, y};
  }
  return {};
}

}  // namespace isotherm

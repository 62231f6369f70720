#include "isotherm/io/table_reader.h"

#include <gdal_priv.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "gdal_support.h"
#include "isotherm/core/date.h"
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

/// Most words of a large table: they need no look for "NA" or "Inf".
bool begins_as_number(std::string_view word) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (word.empty()) return false;
  return digit(word[0]) || (word[0] == '-' && word.size() > 1 && digit(word[1]));
}

/// Words that stand for no value beside numbers.
bool says_missing(std::string_view word) {
  if (begins_as_number(word)) return false;
  const std::string small = lower(trim(word));
  return small.empty() || small == "na" || small == "nan" || small == "null";
}

std::optional<double> number_of(std::string_view word) {
  if (begins_as_number(word)) return parse_number(word);
  const std::string small = lower(trim(word));
  if (small == "inf" || small == "infinity") return std::numeric_limits<double>::infinity();
  if (small == "-inf" || small == "-infinity") return -std::numeric_limits<double>::infinity();
  return parse_number(small);
}

/// "007" and "+5" are names, not counts: as numbers they would not come back as they were.
std::optional<long long> plain_integer(std::string_view word) {
  const std::string_view text = trim(word);
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || digits[0] < '0' || digits[0] > '9' || (digits.size() > 1 && digits[0] == '0'))
    return {};
  return parse_integer(text);
}

bool plain_date(std::string_view word) {
  return trim(word).size() == 10 && parse_date(trim(word)).has_value();
}

ColumnType type_of(const Texts& texts) {
  bool integer = true, real = true, date = true, any = false;
  for (const std::optional<std::string>& text : texts) {
    if (!text || says_missing(*text)) continue;
    any = true;
    const bool zero_first = text->size() > 1 && trim(*text)[0] == '0' &&
                            trim(*text).find_first_not_of("0123456789") == std::string_view::npos;
    integer = integer && plain_integer(*text).has_value();
    real = real && !zero_first && (integer || number_of(*text).has_value());
    date = date && plain_date(*text);
    if (!real && !date) return ColumnType::text;
  }
  if (!any) return ColumnType::real;
  return integer ? ColumnType::integer : real ? ColumnType::real : ColumnType::date;
}

void settle_type(Column& column) {
  if (column.info.type != ColumnType::text) return;  // a .csvt beside the file says otherwise
  Texts& texts = column.texts();
  for (std::optional<std::string>& text : texts) {
    if (text && text->empty()) text.reset();
  }
  const ColumnType type = type_of(texts);
  column.info.type = type;
  if (type == ColumnType::integer) {
    Integers values(texts.size(), kMissingInteger);
    for (std::size_t row = 0; row < texts.size(); ++row) {
      if (texts[row] && !says_missing(*texts[row])) values[row] = *plain_integer(*texts[row]);
    }
    column.values = std::move(values);
  } else if (type == ColumnType::real) {
    Reals values(texts.size(), kMissing);
    for (std::size_t row = 0; row < texts.size(); ++row) {
      if (texts[row] && !says_missing(*texts[row])) values[row] = *number_of(*texts[row]);
    }
    column.values = std::move(values);
  } else if (type == ColumnType::date) {
    for (std::optional<std::string>& text : texts) {
      if (text && says_missing(*text)) text.reset();
    }
  }
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
    has_geometry_ = layer_.GetGeomType() != wkbNone;
    if (!has_geometry_) coordinates_ = find_coordinates(definition);
    swap_ = needs_swap(layer_);
    clear_gdal_error();
    layer_.ResetReading();
    while (const OGRFeatureUniquePtr feature{layer_.GetNextFeature()}) add(*feature);
    if (CPLGetLastErrorType() == CE_Failure) {
      throw Error(ErrorKind::input, path_ + ": cannot be read: " + last_gdal_error());
    }
    if (rows_ == 0) throw Error(ErrorKind::input, path_ + ": has no rows");
    if (is_csv(*dataset_)) {
      for (Column& column : result_.table.columns) settle_type(column);
    }
    settle_geometry();
    if (result_.table.rows() == 0) {
      throw Error(ErrorKind::input,
                  path_ + ": has neither columns nor polygons: there is nothing to compute with");
    }
    if (lost_ > 0 && !result_.anchors.empty()) {
      log.warning(path_ + ": " + std::to_string(lost_) + " of " + std::to_string(rows_) +
                  " features have no geometry");
    }
    return std::move(result_);
  }

 private:
  void add(const OGRFeature& feature) {
    ++rows_;
    for (std::size_t k = 0; k < fields_.size(); ++k) append(result_.table.columns[k], feature, fields_[k]);
    if (has_geometry_) {
      add_geometry(feature.GetGeometryRef());
    } else if (coordinates_.x >= 0) {
      result_.anchors.push_back({coordinate(feature, coordinates_.x), coordinate(feature, coordinates_.y)});
    }
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
    result_.anchors.push_back(outline.empty() ? place(geometry, swap_) : centroid(outline));
    outlines_ += outline.empty() ? 0 : 1;
    lost_ += std::isfinite(result_.anchors.back().x) ? 0 : 1;
    if (options_.geometry) result_.table.geometry.push_back(std::move(outline));
  }

  void settle_geometry() {
    if (outlines_ == 0) result_.table.geometry.clear();
    const bool placed = std::any_of(result_.anchors.begin(), result_.anchors.end(),
                                    [](Point p) { return std::isfinite(p.x) && std::isfinite(p.y); });
    if (!placed) result_.anchors.clear();
    if (!options_.crs.empty()) {
      result_.table.crs = canonical_crs(options_.crs);
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
  std::vector<int> fields_;
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

}  // namespace isotherm

#include "isotherm/io/table_reader.h"

#include <gdal_priv.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <limits>

#include "csv_columns.h"
#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "isotherm/core/text.h"
#include "isotherm/io/crs.h"
#include "ogr_support.h"
#include "table_places.h"
#include "table_text.h"

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

// --- columns

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

}  // namespace

class TableStream::Reader {
 public:
  Reader(const std::string& path, const TableReadOptions& options)
      : path_(path),
        options_(options),
        dataset_(open_source(path)),
        layer_(choose_layer(*dataset_, path, options.layer)) {
    const OGRFeatureDefn& definition = *layer_.GetLayerDefn();
    fields_ = wanted_fields(definition, path_, options_.columns);
    for (const std::string& name : options_.coded)
      coded_fields_.push_back(field_index(definition, path_, name));
    has_geometry_ = layer_.GetGeomType() != wkbNone;
    const Coordinates found = has_geometry_ ? Coordinates{} : find_coordinates(definition);
    if (options_.anchors) coordinates_ = found;
    if (options_.coordinates_once && found.x >= 0) once_fields_ = {found.x, found.y};
    swap_ = needs_swap(layer_);
    ignore_others(definition);
    open_plain(definition);
  }

  /// The next rows, at most so many.
  ReadTable next(std::size_t most_rows, Log& log) {
    result_ = ReadTable{};
    result_.table.columns = columns_of(fields_);
    result_.once = columns_of(once_fields_);
    for (Column& column : columns_of(coded_fields_)) result_.coded.push_back({std::move(column), {}});
    words_ = std::vector<CodedWords>(coded_fields_.size());
    rows_ = held_ = outlines_ = lost_ = 0;
    if (!read_plain(most_rows)) read_features(most_rows);
    result_.rows = rows_;
    result_.before = given_;
    given_ += rows_;
    settle_geometry(log);
    const auto is_text = [](const Column& column) { return std::holds_alternative<Texts>(column.values); };
    if (std::ranges::any_of(result_.once, is_text)) result_.once.clear();
    if (lost_ > 0 && !result_.anchors.empty()) {
      log.warning(path_ + ": " + std::to_string(lost_) + " of " + std::to_string(result_.anchors.size()) +
                  " features have no geometry");
    }
    return std::move(result_);
  }

 private:
  std::vector<Column> columns_of(const std::vector<int>& fields) const {
    std::vector<Column> columns;
    for (const int field : fields) {
      const OGRFieldDefn& info = *layer_.GetLayerDefn()->GetFieldDefn(field);
      columns.push_back(make_column({info.GetNameRef(), column_type(info), "", ""}));
    }
    return columns;
  }

  void read_features(std::size_t most_rows) {
    clear_gdal_error();
    if (!walking_) {
      layer_.ResetReading();
      // Rows that were read straight from the file, until it turned out not to be plain.
      for (std::size_t k = 0; k < given_; ++k) OGRFeatureUniquePtr{layer_.GetNextFeature()};
      walking_ = true;
    }
    bool full = false;
    while (!full && rows_ < most_rows) {
      const OGRFeatureUniquePtr feature{layer_.GetNextFeature()};
      if (!feature) break;
      add(*feature);
      if (rows_ % 1024 == 0) full = is_full();
    }
    if (CPLGetLastErrorType() == CE_Failure) {
      throw Error(ErrorKind::input, path_ + ": cannot be read: " + last_gdal_error());
    }
    result_.whole = !full && !is_full();
    if (is_csv(*dataset_)) {
      for (Column& column : result_.table.columns) settle_type(column);
      for (Column& column : result_.once) settle_type(column);
    }
    for (std::size_t k = 0; k < words_.size(); ++k) {
      // What GDAL calls text in a CSV file is typed by what it holds.
      const bool untyped = is_csv(*dataset_) && result_.coded[k].values.info.type == ColumnType::text;
      untyped ? words_[k].give(result_.coded[k], k == 0 && options_.names_as_text)
              : words_[k].give_typed(result_.coded[k]);
    }
  }

  /// CSV without outlines and without types beside it is read straight from the file.
  void open_plain(const OGRFeatureDefn& definition) {
    if (!is_csv(*dataset_) || has_geometry_) return;
    std::vector<std::string> names;
    for (int k = 0; k < definition.GetFieldCount(); ++k) {
      if (definition.GetFieldDefn(k)->GetType() != OFTString) return;
      names.push_back(definition.GetFieldDefn(k)->GetNameRef());
    }
    plain_ = PlainCsv::open(path_, names);
  }

  /// False when GDAL must read the rows.
  bool read_plain(std::size_t most_rows) {
    if (!plain_) return false;
    CsvWanted wanted;
    wanted.columns = fields_;
    wanted.coded = coded_fields_;
    wanted.once = once_fields_;
    wanted.first_coded_as_text = options_.names_as_text;
    const auto place_of = [&](int field) {
      const auto found = std::find(wanted.columns.begin(), wanted.columns.end(), field);
      const auto place = static_cast<std::size_t>(found - wanted.columns.begin());
      if (found == wanted.columns.end()) wanted.columns.push_back(field);
      return place;
    };
    const bool placed = coordinates_.x >= 0;
    const std::size_t at_x = placed ? place_of(coordinates_.x) : 0,
                      at_y = placed ? place_of(coordinates_.y) : 0;
    std::optional<CsvColumns> read =
        plain_->read(wanted, {most_rows, options_.most_bytes, options_.stop_when_full});
    if (!read) {
      plain_.reset();
      return false;
    }
    result_.coded = std::move(read->coded);
    result_.once = std::move(read->once);
    result_.whole = !read->full;
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
    for (std::size_t k = 0; fresh && k < once_fields_.size(); ++k)
      append(result_.once[k], feature, once_fields_[k]);
    if (has_geometry_) {
      if (fresh || !options_.outlines_once) add_geometry(feature.GetGeometryRef());
    } else if (coordinates_.x >= 0) {
      result_.anchors.push_back({coordinate(feature, coordinates_.x), coordinate(feature, coordinates_.y)});
    }
  }

  /// Whether what is held takes more than allowed; refused here unless reading is to stop there.
  bool is_full() const {
    std::size_t held = held_;
    for (const CodedWords& words : words_) held += words.bytes();
    if (!options_.stop_when_full) check_held(path_, rows_, held, options_.most_bytes);
    return options_.most_bytes > 0 && held > options_.most_bytes;
  }

  void add_geometry(const OGRGeometry* geometry) {
    Strangers parts, strangers;
    MultiPolygon outline;
    try {
      outline = read_outline(geometry, swap_, parts, strangers);
    } catch (const Error& error) {
      throw Error(ErrorKind::input, path_ + ": row " + std::to_string(given_ + rows_) + " " + error.what());
    }
    normalise(outline);
    const Point anchor = outline.empty() ? place(geometry, swap_) : centroid(outline);
    if (options_.anchors) result_.anchors.push_back(anchor);
    outlines_ += outline.empty() ? 0 : 1;
    lost_ += std::isfinite(anchor.x) ? 0 : 1;
    held_ += options_.geometry ? bytes_of(outline) : 0;
    if (options_.geometry) result_.table.geometry.push_back(std::move(outline));
  }

  /// A field as the word that tells its value from others; empty for none. It stands in the feature, or in
  /// word_.
  std::string_view word_of(const OGRFeature& feature, int field) {
    if (!feature.IsFieldSetAndNotNull(field)) return {};
    const OGRFieldDefn& info = *feature.GetFieldDefnRef(field);
    if (info.GetType() == OFTString) return feature.GetFieldAsString(field);
    word_.clear();
    if (column_type(info) == ColumnType::integer) {
      const std::int64_t value = feature.GetFieldAsInteger64(field);
      if (value != kMissingInteger) append_integer(word_, value);
      return word_;
    }
    Column value = make_column({"", column_type(info), "", ""});
    append(value, feature, field);
    if (value.info.type == ColumnType::real) {
      if (!std::isnan(value.reals()[0])) word_ = number_text(value.reals()[0]);
    } else {
      word_ = value.texts()[0].value_or("");
    }
    return word_;
  }

  /// Tells the file's driver which fields need not be read.
  void ignore_others(const OGRFeatureDefn& definition) {
    if (!layer_.TestCapability(OLCIgnoreFields)) return;
    std::vector<int> read = fields_;
    read.insert(read.end(), coded_fields_.begin(), coded_fields_.end());
    read.insert(read.end(), once_fields_.begin(), once_fields_.end());
    if (coordinates_.x >= 0) read.insert(read.end(), {coordinates_.x, coordinates_.y});
    std::vector<const char*> ignored;
    for (int k = 0; k < definition.GetFieldCount(); ++k) {
      if (std::ranges::find(read, k) == read.end())
        ignored.push_back(definition.GetFieldDefn(k)->GetNameRef());
    }
    ignored.push_back(nullptr);
    layer_.SetIgnoredFields(ignored.data());
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

  std::string path_;
  TableReadOptions options_;
  GdalDataset dataset_;
  OGRLayer& layer_;
  std::vector<int> fields_, coded_fields_, once_fields_;
  std::vector<CodedWords> words_;
  std::string word_;
  std::unique_ptr<PlainCsv> plain_;
  std::size_t held_ = 0;  ///< bytes of columns and outlines
  bool has_geometry_ = false;
  bool swap_ = false;
  Coordinates coordinates_;
  bool walking_ = false;   ///< through features
  std::size_t given_ = 0;  ///< rows of earlier pieces
  std::size_t rows_ = 0;
  std::size_t outlines_ = 0;
  std::size_t lost_ = 0;  ///< features without geometry in a layer that has some
  ReadTable result_;
};

ReadTable read_table(const std::string& path, const TableReadOptions& options, Log& log) {
  ReadTable read = TableStream::Reader(path, options).next(std::numeric_limits<std::size_t>::max(), log);
  if (read.rows == 0) throw Error(ErrorKind::input, path + ": has no rows");
  if (read.table.rows() == 0 && read.coded.empty()) {
    throw Error(ErrorKind::input,
                path + ": has neither columns nor polygons: there is nothing to compute with");
  }
  return read;
}

TableStream::TableStream(const std::string& path, const TableReadOptions& options)
    : reader_(std::make_unique<Reader>(path, options)) {}
TableStream::~TableStream() = default;

ReadTable TableStream::next(std::size_t most_rows, Log& log) { return reader_->next(most_rows, log); }

}  // namespace isotherm

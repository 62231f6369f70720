#include "isotherm/io/vector_reader.h"

#include <gdal_priv.h>

#include <algorithm>

#include "gdal_support.h"
#include "geos_support.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/crs.h"
#include "ogr_support.h"

namespace isotherm {

namespace {

std::string zone_crs(OGRLayer& layer, const std::string& path, const VectorOptions& options) {
  if (!options.crs.empty()) return canonical_crs(options.crs);
  const std::string own = layer_crs(layer, path);
  if (own.empty()) throw Error(ErrorKind::input, path + " has no CRS; give one with " + options.crs_option);
  return own;
}

std::vector<int> kept_fields(const OGRFeatureDefn& definition, const std::string& path,
                             const VectorOptions& options) {
  std::vector<int> fields;
  for (const std::string& name : options.keep) {
    if (name == "*") {
      for (int k = 0; k < definition.GetFieldCount(); ++k) fields.push_back(k);
    } else {
      fields.push_back(field_index(definition, path, name));
    }
  }
  std::vector<int> unique;
  for (int field : fields) {
    if (std::find(unique.begin(), unique.end(), field) == unique.end()) unique.push_back(field);
  }
  return unique;
}

/// The numbers and names of zones: from an attribute, or the file's own feature ids.
void add_id(PolygonLayer& layer, const OGRFeature& feature, int field) {
  const std::int64_t own =
      feature.GetFID() == OGRNullFID ? static_cast<std::int64_t>(layer.ids.size()) : feature.GetFID();
  if (field < 0) {
    layer.ids.push_back(own);
    layer.id_texts.push_back(std::to_string(own));
    return;
  }
  const bool present = feature.IsFieldSetAndNotNull(field);
  const bool number = column_type(*feature.GetFieldDefnRef(field)) == ColumnType::integer;
  layer.ids.push_back(!number ? own : present ? feature.GetFieldAsInteger64(field) : kMissingInteger);
  layer.id_texts.emplace_back(present ? feature.GetFieldAsString(field) : "");
}

/// Zones of one name are told apart by their place in the table alone.
void note_shared_names(const std::string& path, const std::string& field, std::vector<std::string> names,
                       Log& log) {
  std::ranges::sort(names);
  std::size_t sharing = 0;
  std::string example;
  for (std::size_t k = 0; k < names.size(); ++k) {
    const bool shared =
        (k > 0 && names[k] == names[k - 1]) || (k + 1 < names.size() && names[k] == names[k + 1]);
    if (shared && sharing++ == 0) example = names[k];
  }
  if (sharing == 0) return;
  log.note(path + ": " + std::to_string(sharing) + " of " + std::to_string(names.size()) +
           " features have a '" + field + "' that another has too, such as '" + example +
           "'; each stays a zone of its own");
}

void refuse_strangers(const std::string& path, const Strangers& features, std::size_t total) {
  if (features.all() == 0) return;
  std::vector<std::string> words;
  if (features.points > 0) words.push_back(std::to_string(features.points) + " of points");
  if (features.lines > 0) words.push_back(std::to_string(features.lines) + " of lines");
  if (features.others > 0) words.push_back(std::to_string(features.others) + " of other kinds");
  throw Error(ErrorKind::input, path + ": zones must be polygons, but " + std::to_string(features.all()) +
                                    " of " + std::to_string(total) + " features are not (" +
                                    join(words, ", ") + ")");
}

}  // namespace

PolygonLayer read_polygons(const std::string& path, const VectorOptions& options, Log& log) {
  const GdalDataset dataset = open_vector(path);
  OGRLayer& source = choose_layer(*dataset, path, options.layer);
  PolygonLayer layer;
  const OGRFeatureDefn& definition = *source.GetLayerDefn();
  const int id_field = options.id_field.empty() ? -1 : field_index(definition, path, options.id_field);
  const std::vector<int> fields = kept_fields(definition, path, options);
  for (int field : fields) {
    const OGRFieldDefn& info = *definition.GetFieldDefn(field);
    layer.attributes.columns.push_back(make_column({info.GetNameRef(), column_type(info), "", ""}));
  }
  const bool swap = needs_swap(source);
  const Geos geos;
  Strangers parts, strangers;
  clear_gdal_error();
  source.ResetReading();
  while (const OGRFeatureUniquePtr feature{source.GetNextFeature()}) {
    add_id(layer, *feature, id_field);
    for (std::size_t k = 0; k < fields.size(); ++k) append(layer.attributes.columns[k], *feature, fields[k]);
    try {
      MultiPolygon outline = read_outline(feature->GetGeometryRef(), swap, parts, strangers);
      if (!outline.empty() && make_valid(geos, outline)) ++layer.repaired;
      normalise(outline);
      layer.outlines.push_back(std::move(outline));
    } catch (const Error& error) {
      throw Error(ErrorKind::input, path + ": feature " + layer.id_texts.back() + " " + error.what());
    }
  }
  if (CPLGetLastErrorType() == CE_Failure)
    throw Error(ErrorKind::input, path + ": cannot be read: " + last_gdal_error());
  refuse_strangers(path, strangers, layer.ids.size());
  if (layer.ids.empty())
    throw Error(ErrorKind::input, path + ": layer " + source.GetName() + " has no features");
  if (id_field >= 0) note_shared_names(path, options.id_field, layer.id_texts, log);
  layer.crs = zone_crs(source, path, options);
  layer.attributes.crs = layer.crs;
  if (layer.repaired > 0) {
    log.warning(path + ": " + std::to_string(layer.repaired) + " invalid polygon" +
                (layer.repaired == 1 ? " was" : "s were") + " repaired (make-valid)");
  }
  if (parts.all() > 0) {
    log.warning(path + ": " + std::to_string(parts.all()) + " points or lines beside polygons were left out");
  }
  return layer;
}

}  // namespace isotherm

// Rasters that are no Landsat product: every band as it is, with the tags of its file.
#include <algorithm>
#include <cctype>

#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "scene_landsat.h"
#include "scene_layers.h"
#include "scene_parts.h"
#include "scene_plain.h"

namespace isotherm {

namespace {

std::string plain_name(const BandFacts& facts, int index) {
  const std::string name = name_from_text(facts.description);
  if (name.empty()) return "b" + std::to_string(index);
  return canonical_band(facts.description).value_or(name);
}

}  // namespace

std::string name_from_text(const std::string& text) {
  std::string name;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '_') {
      name += static_cast<char>(std::tolower(byte));
    } else if (!name.empty() && name.back() != '_') {
      name += '_';
    }
  }
  while (name.ends_with('_')) name.pop_back();
  if (name.size() > 60) name.resize(60);
  if (!name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) != 0) name.insert(0, "b");
  return name;
}

Band plain_band(const FileFacts& file, int index) {
  const BandFacts& facts = file.bands[static_cast<std::size_t>(index - 1)];
  Band band;
  band.name = plain_name(facts, index);
  band.title = facts.description;
  band.path = file.path;
  band.index = index;
  band.frame = file.frame;
  band.unit = facts.unit;
  band.decoding.scale = facts.scale.value_or(1);
  band.decoding.offset = facts.offset.value_or(0);
  if (facts.nodata) band.decoding.nodata = *facts.nodata;
  return band;
}

void note_plain_frame(Scene& scene, FileFacts& facts, const SceneOptions& options) {
  supply_crs(facts.frame, options.crs);
  if (!facts.placed) add_note(scene, "no georeferencing: pixel coordinates are used");
  if (facts.frame.crs.empty()) add_note(scene, "no CRS; one can be given with --raster-crs");
}

Scene open_raster_scene(const std::string& path, const SceneOptions& options) {
  if (auto scene = open_product_layer(path, options)) return std::move(*scene);
  FileFacts facts = FactsReader().read(path);
  Scene scene;
  scene.id = stem_of(path);
  scene.source = path;
  if (const auto product = parse_product_name(path)) {
    scene.id = product->id;
    scene.spacecraft = product->spacecraft;
    scene.date = product->date;
    scene.path = product->path;
    scene.row = product->row;
    add_note(scene, "date and path/row are taken from the name " + file_name(path) + "; the numbers (" +
                        facts.bands.front().type + ") are taken as they are, not as a Landsat product's");
  }
  note_plain_frame(scene, facts, options);
  std::vector<Band> bands;
  for (int k = 1; k <= static_cast<int>(facts.bands.size()); ++k) bands.push_back(plain_band(facts, k));
  settle_bands(scene, std::move(bands));
  return scene;
}

}  // namespace isotherm

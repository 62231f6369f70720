// Parts of one product that a catalogue keeps as items of their own.
#include <algorithm>

#include "isotherm/io/landsat_names.h"
#include "isotherm/io/scene_reader.h"

namespace isotherm {

namespace {

// The product of "..._SR" or "..._ST"; empty for a scene that is no part.
std::string whole_of(const std::string& id) {
  if (!id.ends_with("_SR") && !id.ends_with("_ST")) return "";
  const std::string whole = id.substr(0, id.size() - 3);
  return parse_product_name(whole) ? whole : "";
}

void take_bands(std::vector<Band>& mine, std::vector<Band>& others) {
  for (Band& band : others) {
    const bool there =
        std::any_of(mine.begin(), mine.end(), [&](const Band& own) { return own.name == band.name; });
    if (!there) mine.push_back(std::move(band));
  }
}

void join(Scene& whole, Scene& part) {
  take_bands(whole.bands, part.bands);
  take_bands(whole.other_bands, part.other_bands);
  if (!whole.quality) {
    whole.quality = part.quality;
    whole.coding = part.coding;
  }
  if (!whole.saturation) whole.saturation = part.saturation;
  whole.constants.merge(part.constants);
  for (std::string& note : part.notes) {
    const bool told = std::find(whole.notes.begin(), whole.notes.end(), note) != whole.notes.end();
    if (!told) whole.notes.push_back(std::move(note));
  }
}

}  // namespace

std::vector<Scene> join_scene_parts(std::vector<Scene> scenes) {
  std::vector<Scene> joined;
  std::vector<std::string> wholes;  // of `joined`
  for (Scene& scene : scenes) {
    const std::string whole = whole_of(scene.id);
    bool taken = false;
    for (std::size_t n = 0; n < joined.size() && !whole.empty() && !taken; ++n) {
      if (wholes[n] != whole || joined[n].id == scene.id || !(joined[n].frame == scene.frame)) continue;
      join(joined[n], scene);
      joined[n].id = whole;
      taken = true;
    }
    if (taken) continue;
    joined.push_back(std::move(scene));
    wholes.push_back(whole);
  }
  return joined;
}

}  // namespace isotherm

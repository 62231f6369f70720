#include "scene_parts.h"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include "isotherm/core/text.h"
#include "isotherm/io/crs.h"

namespace isotherm {

namespace {

std::string grid_text(const Frame& frame) {
  const auto& n = frame.transform.numbers();
  return std::to_string(frame.width) + " x " + std::to_string(frame.height) + " pixels of " +
         fixed_text(std::abs(n[1]), 6) + " x " + fixed_text(std::abs(n[5]), 6);
}

void check_quality(Scene& scene, std::optional<Band>& layer, const std::string& loss) {
  if (!layer || layer->frame == scene.frame) return;
  add_note(scene, layer->title + " is on another grid (" + grid_text(layer->frame) + ") than the bands (" +
                      grid_text(scene.frame) + "): " + loss);
  layer.reset();
}

}  // namespace

void add_note(Scene& scene, const std::string& text) {
  if (std::find(scene.notes.begin(), scene.notes.end(), text) == scene.notes.end()) {
    scene.notes.push_back(text);
  }
}

std::string some_of(const std::vector<std::string>& names, std::size_t most) {
  if (names.size() <= most) return join(names, ", ");
  const std::vector<std::string> first(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(most));
  return join(first, ", ") + " and " + std::to_string(names.size() - most) + " more";
}

std::string band_title(std::string_view name) {
  for (const BandName& band : band_names()) {
    if (band.name == name) return std::string(band.title);
  }
  return {};
}

void join_file_tags(Decoding& decoding, const BandFacts& facts, bool unsigned16) {
  decoding.wrap_unsigned16 = unsigned16 && facts.signed16;
  if (!facts.nodata) return;
  double tag = *facts.nodata;
  if (decoding.wrap_unsigned16 && tag < 0) tag += 65536;
  if (tag == decoding.nodata) return;
  // Two numbers mean missing; one goes to `nodata`, the published fill lies below the range of trusted
  // numbers.
  if (decoding.nodata == decoding.nodata) {
    decoding.valid_min = std::max(decoding.valid_min, decoding.nodata + 1);
  }
  decoding.nodata = tag;
}

void drop_valid_range(Decoding& decoding) {
  decoding.valid_min = -std::numeric_limits<double>::infinity();
  decoding.valid_max = std::numeric_limits<double>::infinity();
}

void settle_bands(Scene& scene, std::vector<Band> bands) {
  make_names_unique(bands);
  std::vector<std::pair<const Frame*, std::size_t>>
      frames;  // how many bands share each, in order of appearance
  for (const Band& band : bands) {
    const auto known =
        std::find_if(frames.begin(), frames.end(), [&](const auto& row) { return *row.first == band.frame; });
    if (known == frames.end()) {
      frames.emplace_back(&band.frame, 1);
    } else {
      ++known->second;
    }
  }
  const auto most = std::max_element(frames.begin(), frames.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most != frames.end()) scene.frame = *most->first;
  std::vector<std::string> others;
  for (Band& band : bands) {
    if (band.frame == scene.frame) {
      scene.bands.push_back(std::move(band));
    } else {
      others.push_back(band.name);
      scene.other_bands.push_back(std::move(band));
    }
  }
  if (!others.empty()) {
    add_note(scene, "on another grid than the other bands, not usable with them: " + some_of(others));
  }
  check_quality(scene, scene.quality, "clouds cannot be masked");
  check_quality(scene, scene.saturation, "saturated pixels cannot be masked");
  if (!scene.quality) scene.coding = QualityCoding::none;
}

void make_names_unique(std::vector<Band>& bands) {
  std::unordered_set<std::string> taken;
  std::unordered_map<std::string, int> counts;  // a file may have 65,535 bands of one name
  for (Band& band : bands) {
    const std::string name = band.name;
    int& n = counts.try_emplace(name, 1).first->second;
    while (!taken.insert(band.name).second) band.name = name + "_" + std::to_string(++n);
  }
}

void supply_crs(Frame& frame, const std::string& crs) {
  if (frame.crs.empty() && !crs.empty()) frame.crs = canonical_crs(crs);
}

std::string file_name(std::string_view path) {
  // What follows the name in an address may be a signature; names go into tables and notes.
  if (path.find("://") != std::string_view::npos) path = path.substr(0, path.find('?'));
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const std::size_t slash = path.find_last_of('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::string folder_of(std::string_view path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string_view::npos) return ".";
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

std::string stem_of(std::string_view path) {
  std::string name = file_name(path);
  const std::size_t dot = name.find_last_of('.');
  if (dot != std::string::npos && dot > 0) name.resize(dot);
  if (name.size() > 4 && lower(name).ends_with(".tar")) name.resize(name.size() - 4);
  return name;
}

}  // namespace isotherm

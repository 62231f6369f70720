#include "isotherm/io/scene_describe.h"

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/crs.h"
#include "isotherm/io/file_record.h"
#include "isotherm/spectral/program.h"
#include "scene_parts.h"

namespace isotherm {

namespace {

using JsonValue = nlohmann::ordered_json;

std::string_view coding_name(QualityCoding coding) {
  switch (coding) {
    case QualityCoding::precollection:
      return "pre-collection";
    case QualityCoding::collection1:
      return "Collection 1";
    case QualityCoding::collection2:
      return "Collection 2";
    case QualityCoding::none:
      break;
  }
  return "none";
}

// Level 0 stands for unknown.
int level_number(Level level) { return level == Level::level1 ? 1 : level == Level::level2 ? 2 : 0; }

struct Words {
  std::vector<std::string> known, unknown;
};

// Mask words that the scene's quality bands can tell.
Words mask_words_of(const Scene& scene) {
  Words words;
  for (const MaskWord& word : mask_words()) {
    std::vector<std::string> unknown;
    compile_mask(parse_mask(word.name), scene.coding, &unknown);
    bool told = scene.quality && unknown.empty();
    if (word.name == "saturated") told = scene.saturation || scene.coding == QualityCoding::collection1;
    (told ? words.known : words.unknown).emplace_back(word.name);
  }
  return words;
}

struct Verdicts {
  std::vector<std::string> possible;
  std::vector<std::pair<std::string, std::vector<std::string>>>
      impossible;  ///< reason, indices; catalogue order
};

// First line of the compiler's message without what the description says already: the index, the scene's id
// and the list of its bands.
std::string reason_of(const std::string& message, const Scene& scene) {
  std::string reason = message.substr(0, message.find('\n'));
  if (const std::size_t colon = reason.find(": "); colon != std::string::npos) reason.erase(0, colon + 2);
  reason = reason.substr(0, reason.find("; it has "));
  const std::string name = "scene " + scene.id;
  if (const std::size_t at = reason.find(name); at != std::string::npos) {
    reason.replace(at, name.size(), "this scene");
  }
  return reason;
}

Verdicts verdicts_of(const Scene& scene, const Catalogue& catalogue) {
  Verdicts verdicts;
  FormulaScope scope;
  scope.catalogue = &catalogue;
  scope.constants = scene.constants;
  std::map<std::string, std::size_t> places;
  for (const IndexRow& row : catalogue.rows()) {
    try {
      compile(std::span(&row.name, 1), scope, scene);
      verdicts.possible.push_back(row.name);
    } catch (const Error& error) {
      const auto [place, added] =
          places.try_emplace(reason_of(error.what(), scene), verdicts.impossible.size());
      if (added) verdicts.impossible.emplace_back(place->first, std::vector<std::string>());
      verdicts.impossible[place->second].second.push_back(row.name);
    }
  }
  return verdicts;
}

std::string crs_text(const Frame& frame) { return frame.crs.empty() ? "unknown CRS" : crs_name(frame.crs); }

std::string pixel_text(const Frame& frame) {
  const auto& n = frame.transform.numbers();
  std::string text = std::to_string(frame.width) + " x " + std::to_string(frame.height) + " pixels of " +
                     fixed_text(std::hypot(n[1], n[4]), 6) + " x " + fixed_text(std::hypot(n[2], n[5]), 6);
  return frame.transform.axis_aligned() ? text : text + ", rotated";
}

std::string range_text(const Decoding& decoding) {
  const bool low = std::isfinite(decoding.valid_min), high = std::isfinite(decoding.valid_max);
  if (!low && !high) return "all";
  return (low ? number_text(decoding.valid_min) : "") + ".." + (high ? number_text(decoding.valid_max) : "");
}

std::string scale_text(const Decoding& decoding) {
  if (decoding.scale == 1 && decoding.offset == 0) return "as stored";
  std::string text = "x " + fixed_text(decoding.scale, 12);
  if (decoding.offset != 0) {
    text += (decoding.offset < 0 ? " - " : " + ") + fixed_text(std::abs(decoding.offset), 9);
  }
  return text;
}

// Columns aligned to their widest cell.
std::string table_text(const std::vector<std::vector<std::string>>& rows, const std::string& indent) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t k = 0; k < row.size(); ++k) widths[k] = std::max(widths[k], row[k].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line = indent;
    for (std::size_t k = 0; k < row.size(); ++k) {
      line += row[k];
      if (k + 1 < row.size()) line.append(widths[k] - row[k].size() + 2, ' ');
    }
    text += line + "\n";
  }
  return text;
}

// Names in lines, under a heading of ten characters.
std::string wrapped(const std::string& heading, const std::vector<std::string>& names) {
  constexpr std::size_t kWidth = 110, kIndent = 12;
  std::string text, line = "  " + heading;
  line.resize(std::max(line.size() + 1, kIndent), ' ');
  for (std::size_t k = 0; k < names.size(); ++k) {
    const std::string word = names[k] + (k + 1 < names.size() ? "," : "");
    if (line.size() + word.size() > kWidth && line.size() > kIndent) {
      text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
      line.assign(kIndent, ' ');
    }
    line += word + (k + 1 < names.size() ? " " : "");
  }
  return text + line + "\n";
}

std::string headline(const Scene& scene) {
  std::vector<std::string> parts;
  if (!scene.spacecraft.empty()) {
    parts.push_back(scene.spacecraft + (scene.sensor.empty() ? "" : " " + scene.sensor));
  }
  if (scene.level != Level::unknown) {
    parts.push_back(
        (scene.collection > 0 ? "Collection " + std::to_string(scene.collection) : "pre-collection") +
        " Level " + std::to_string(level_number(scene.level)) + (scene.tier.empty() ? "" : " " + scene.tier));
  }
  if (scene.date) parts.push_back(to_string(*scene.date));
  if (scene.path && scene.row) {
    parts.push_back("path " + std::to_string(*scene.path) + " row " + std::to_string(*scene.row));
  }
  if (scene.cloud_cover) parts.push_back("cloud " + fixed_text(*scene.cloud_cover, 2) + " %");
  return scene.id + (parts.empty() ? "" : ": " + join(parts, ", ")) + "\n";
}

std::string bands_text(const Scene& scene) {
  std::vector<std::vector<std::string>> rows{
      {"name", "quantity", "unit", "stored number", "trusted", "nodata", "file"}};
  const auto add = [&](const Band& band, const std::string& mark) {
    const std::string place = band.index == 1 ? "" : ", band " + std::to_string(band.index);
    rows.push_back({band.name + mark, std::string(to_string(band.quantity)),
                    band.unit.empty() ? "-" : band.unit, scale_text(band.decoding), range_text(band.decoding),
                    std::isnan(band.decoding.nodata) ? "-" : number_text(band.decoding.nodata),
                    file_name(band.path) + place});
  };
  for (const Band& band : scene.bands) add(band, "");
  for (const Band& band : scene.other_bands) add(band, " (other grid)");
  if (scene.quality) add(*scene.quality, "");
  if (scene.saturation) add(*scene.saturation, "");
  return "  bands\n" + table_text(rows, "    ");
}

std::string scene_text(const Scene& scene, const Catalogue& catalogue, const MaskChoice& mask) {
  const Extent extent = scene.frame.extent();
  std::string text = headline(scene);
  text += "  source    " + without_credentials(scene.source) + "\n";
  text += "  grid      " + pixel_text(scene.frame) + ", " + crs_text(scene.frame) + "\n";
  text += "  extent    x " + fixed_text(extent.xmin, 6) + " to " + fixed_text(extent.xmax, 6) + ", y " +
          fixed_text(extent.ymin, 6) + " to " + fixed_text(extent.ymax, 6) + "\n";
  text += bands_text(scene);
  const Words words = mask_words_of(scene);
  if (words.known.empty()) {
    text += "  masks     none: no quality band\n";
  } else {
    text += wrapped("masks", words.known);
    text += "            (coding: " + std::string(coding_name(scene.coding)) +
            "; chosen: " + to_string(mask) +
            (words.unknown.empty() ? "" : "; it cannot tell " + join(words.unknown, ", ")) + ")\n";
  }
  std::vector<std::string> constants;
  for (const auto& [name, value] : scene.constants) constants.push_back(name + " = " + number_text(value));
  if (!constants.empty()) text += wrapped("constants", constants);
  const Verdicts verdicts = verdicts_of(scene, catalogue);
  text +=
      wrapped("possible", verdicts.possible.empty() ? std::vector<std::string>{"no index of the catalogue"}
                                                    : verdicts.possible);
  for (const auto& [reason, names] : verdicts.impossible) {
    text += wrapped("not", names);
    text += "            (" + reason + ")\n";
  }
  for (const std::string& note : scene.notes) text += "  note      " + note + "\n";
  return text;
}

JsonValue number_or_null(double value) {
  return std::isfinite(value) ? JsonValue(value) : JsonValue(nullptr);
}
JsonValue text_or_null(const std::string& text) {
  return text.empty() ? JsonValue(nullptr) : JsonValue(text);
}
template <class T>
JsonValue or_null(const std::optional<T>& value) {
  return value ? JsonValue(*value) : JsonValue(nullptr);
}

JsonValue frame_json(const Frame& frame) {
  const Extent extent = frame.extent();
  const auto& n = frame.transform.numbers();
  return {{"width", frame.width},
          {"height", frame.height},
          {"crs", text_or_null(frame.crs)},
          {"crs_name", frame.crs.empty() ? JsonValue(nullptr) : JsonValue(crs_name(frame.crs))},
          {"transform", n},
          {"pixel_size", {std::hypot(n[1], n[4]), std::hypot(n[2], n[5])}},
          {"extent", {extent.xmin, extent.ymin, extent.xmax, extent.ymax}}};
}

JsonValue band_json(const Band& band) {
  return {{"name", band.name},
          {"title", text_or_null(band.title)},
          {"number", text_or_null(band.number)},
          {"quantity", to_string(band.quantity)},
          {"unit", text_or_null(band.unit)},
          {"scale", band.decoding.scale},
          {"offset", band.decoding.offset},
          {"nodata", number_or_null(band.decoding.nodata)},
          {"valid_min", number_or_null(band.decoding.valid_min)},
          {"valid_max", number_or_null(band.decoding.valid_max)},
          {"stored_signed", band.decoding.wrap_unsigned16},
          {"file", band.path},
          {"band", band.index}};
}

JsonValue scene_json(const Scene& scene, const Catalogue& catalogue, const MaskChoice& mask) {
  JsonValue json;
  json["id"] = scene.id;
  json["source"] = without_credentials(scene.source);
  json["spacecraft"] = text_or_null(scene.spacecraft);
  json["sensor"] = text_or_null(scene.sensor);
  json["level"] = scene.level == Level::unknown ? JsonValue(nullptr) : JsonValue(level_number(scene.level));
  json["collection"] = scene.collection;
  json["tier"] = text_or_null(scene.tier);
  json["date"] = scene.date ? JsonValue(to_string(*scene.date)) : JsonValue(nullptr);
  json["path"] = or_null(scene.path);
  json["row"] = or_null(scene.row);
  json["cloud_cover"] = or_null(scene.cloud_cover);
  json["grid"] = frame_json(scene.frame);
  json["bands"] = JsonValue::array();
  for (const Band& band : scene.bands) json["bands"].push_back(band_json(band));
  json["other_bands"] = JsonValue::array();
  for (const Band& band : scene.other_bands) {
    JsonValue other = band_json(band);
    other["grid"] = frame_json(band.frame);
    json["other_bands"].push_back(std::move(other));
  }
  const Words words = mask_words_of(scene);
  json["quality"] = {
      {"coding", scene.quality ? JsonValue(coding_name(scene.coding)) : JsonValue(nullptr)},
      {"file", scene.quality ? JsonValue(scene.quality->path) : JsonValue(nullptr)},
      {"saturation_file", scene.saturation ? JsonValue(scene.saturation->path) : JsonValue(nullptr)},
      {"words", words.known},
      {"words_not_told", words.unknown},
      {"chosen", to_string(mask)}};
  json["constants"] = scene.constants.empty() ? JsonValue::object() : JsonValue(scene.constants);
  const Verdicts verdicts = verdicts_of(scene, catalogue);
  json["indices"] = verdicts.possible;
  json["impossible"] = JsonValue::array();
  for (const auto& [reason, names] : verdicts.impossible) {
    json["impossible"].push_back({{"reason", reason}, {"indices", names}});
  }
  json["notes"] = scene.notes;
  return json;
}

}  // namespace

std::string scenes_text(std::span<const Scene> scenes, const Catalogue& catalogue, const MaskChoice& mask) {
  std::string text;
  for (const Scene& scene : scenes) {
    if (!text.empty()) text += "\n";
    text += scene_text(scene, catalogue, mask);
  }
  return text;
}

std::string scenes_json(std::span<const Scene> scenes, const Catalogue& catalogue, const MaskChoice& mask) {
  JsonValue json;
  json["scenes"] = JsonValue::array();
  for (const Scene& scene : scenes) json["scenes"].push_back(scene_json(scene, catalogue, mask));
  // Names of files may hold bytes that are no UTF-8; JSON may not.
  return json.dump(2, ' ', false, JsonValue::error_handler_t::replace) + "\n";
}

}  // namespace isotherm

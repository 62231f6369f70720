#include "isotherm/io/landsat_names.h"

#include "isotherm/core/text.h"
#include "scene_layers.h"

namespace isotherm {

std::optional<std::string> landsat_layer(const AssetName& asset, SensorFamily family, Level level) {
  const std::string file = asset.href.substr(0, asset.href.find('?'));
  if (const auto suffix = layer_suffix(file)) return suffix;
  if (parse_product_name(file)) return std::nullopt;  // a Landsat file, but no layer we use
  if (const auto suffix = layer_suffix(asset.key)) return suffix;
  for (const AuxiliaryLayer& row : auxiliary_layers()) {
    if (row.asset_key == asset.key) return std::string(row.suffix);
  }
  const auto canonical = canonical_band(asset.common_name.empty() ? asset.key : asset.common_name);
  if (!canonical) return std::nullopt;
  for (const SensorBand& band : sensor_bands()) {
    if (band.family != family || band.name != *canonical) continue;
    const bool thermal = band.name.starts_with("lwir");
    const std::string prefix = level != Level::level2 ? "B" : thermal ? "ST_B" : "SR_B";
    return prefix + std::string(band.number);
  }
  return std::nullopt;
}

std::string band_of_layer(std::string_view layer, SensorFamily family) {
  for (const AuxiliaryLayer& row : auxiliary_layers()) {
    if (row.suffix == layer) return std::string(row.name);
  }
  std::string_view number = layer;
  for (const std::string_view prefix : {"SR_B", "ST_B", "B"}) {
    if (!layer.starts_with(prefix)) continue;
    number.remove_prefix(prefix.size());
    for (const SensorBand& band : sensor_bands()) {
      if (band.family == family && band.number == number) return std::string(band.name);
    }
    break;
  }
  return layer.starts_with("QA_") || layer == "BQA" ? lower(layer) : "";
}

}  // namespace isotherm

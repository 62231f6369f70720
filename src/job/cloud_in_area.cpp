#include "cloud_in_area.h"

#include <algorithm>
#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/fetch/clip.h"
#include "isotherm/io/crs.h"
#include "isotherm/io/landsat_names.h"
#include "isotherm/io/pixel_reader.h"
#include "isotherm/io/scene_reader.h"

namespace isotherm {

namespace {

constexpr std::int64_t kRows = 512;  ///< read at a time

const StacAsset* quality_asset(const StacItem& item, const ItemFacts& facts, QualityCoding& coding) {
  for (const StacAsset& asset : item.assets) {
    const std::string layer =
        landsat_layer({asset.key, asset.href, ""}, facts.family, facts.level).value_or("");
    if (layer != "QA_PIXEL" && layer != "BQA") continue;
    coding = layer == "QA_PIXEL" ? QualityCoding::collection2 : QualityCoding::collection1;
    return &asset;
  }
  return nullptr;
}

// The words of the mask that mean cloud; all of them when it has none.
MaskChoice cloud_words(MaskChoice mask) {
  mask.fill = mask.snow = mask.water = mask.saturated = false;
  if (mask.cloud || mask.dilated || mask.shadow || mask.cirrus) return mask;
  mask.cloud = mask.dilated = mask.shadow = mask.cirrus = true;
  return mask;
}

MaskChoice nothing_masked() { return parse_mask("none"); }

struct Count {
  std::int64_t pixels = 0, cloudy = 0;
};

Count count_pixels(const std::string& path, const Area& area, const MaskChoice& mask, QualityCoding coding,
                   Log& log) {
  const Scene scene = open_bands({"quality=" + path}, {.keep_invalid = true, .crs = ""}, log);
  const CrsTransform transform(area.crs(), scene.frame.crs);
  const double tolerance = 0.1 * std::sqrt(scene.frame.transform.pixel_area());
  const Area there(reproject(area.outline(), transform, tolerance), scene.frame.crs);
  const Window window = covering_window(scene.frame, there.outline(), 0);
  BlockCache cache(std::size_t{64} << 20);
  SceneReader reader(scene, nothing_masked(), cache);
  const QualityTest cloudy = compile_mask(cloud_words(mask), coding);
  MaskChoice fill = nothing_masked();
  fill.fill = true;
  const QualityTest missing = compile_mask(fill, coding);
  const std::vector<std::string> names{scene.bands.front().name};
  Count count;
  Tile tile;
  for (std::int64_t row = window.row; row < window.row_end(); row += kRows) {
    const Window part{window.col, row, window.width, std::min(kRows, window.row_end() - row)};
    reader.read(names, part, tile);
    const auto plane = tile.plane(0);
    for (std::int64_t r = 0; r < part.height; ++r) {
      for (std::int64_t c = 0; c < part.width; ++c) {
        const float stored = plane[static_cast<std::size_t>(r * part.width + c)];
        if (!(stored >= 0 && stored <= 65535)) continue;
        const auto value = static_cast<std::uint32_t>(stored);
        if (missing.drops(value)) continue;
        const Point centre{static_cast<double>(part.col + c) + 0.5, static_cast<double>(part.row + r) + 0.5};
        if (!there.contains(scene.frame.transform.to_map(centre))) continue;
        ++count.pixels;
        if (cloudy.drops(value)) ++count.cloudy;
      }
    }
  }
  return count;
}

}  // namespace

std::optional<double> cloud_in_area(const StacItem& item, const ItemFacts& facts, const Area& area,
                                    const MaskChoice& mask, const SourceRules& rules,
                                    const TransferContext& context, Log& log, std::string& why) {
  QualityCoding coding = QualityCoding::none;
  const StacAsset* asset = quality_asset(item, facts, coding);
  if (asset == nullptr) {
    why = "has no QA_PIXEL to look at the area's clouds in";
    return std::nullopt;
  }
  std::vector<std::string> refused;
  const std::vector<AssetSource> sources = sources_of(*asset, rules, refused);
  if (sources.empty()) {
    why = "has a QA_PIXEL that may not be opened" + (refused.empty() ? "" : ": " + refused.front());
    return std::nullopt;
  }
  Count count;
  if (sources.front().place == Place::local) {
    count = count_pixels(sources.front().href, area, mask, coding, log);
  } else {
    RemoteBytes bytes(sources.front().href, context);
    const SourceFile file(bytes);
    try {
      count = count_pixels(file.path(), area, mask, coding, log);
    } catch (const NoRanges&) {
      throw Error(ErrorKind::service,
                  item.id + ": its QA_PIXEL cannot be read in pieces; leave out --max-cloud-aoi");
    } catch (const Error&) {
      file.rethrow();
      throw;
    }
    log.debug(item.id + ": QA_PIXEL over the area took " + std::to_string(bytes.received) + " bytes");
  }
  if (count.pixels == 0) {
    why = "has no data in the area";
    return std::nullopt;
  }
  return 100 * static_cast<double>(count.cloudy) / static_cast<double>(count.pixels);
}

}  // namespace isotherm

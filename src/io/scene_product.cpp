#include "scene_product.h"

#include <algorithm>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "scene_decoding.h"
#include "scene_metadata.h"
#include "scene_parts.h"

namespace isotherm {

namespace {

class ProductBuilder {
 public:
  ProductBuilder(Scene header, const Mtl* mtl, const SceneOptions& options)
      : scene_(std::move(header)), mtl_(mtl), options_(options) {}

  void add(const ProductFile& file) {
    FileFacts facts = files_.read(file.path);
    place(facts, file.frame);
    if (file.suffix == "QA_PIXEL" || file.suffix == "BQA" || file.suffix == "QA_RADSAT") {
      add_quality(file, facts);
    } else {
      add_band(file, facts);
    }
  }

  Scene finish() {
    if (bands_.empty()) {
      throw Error(ErrorKind::input, scene_.source + ": no band of it can be used" +
                                        (scene_.notes.empty() ? "" : ": " + join(scene_.notes, "; ")));
    }
    settle_bands(scene_, std::move(bands_));
    if (!scene_.quality) add_note(scene_, "no quality band: clouds, shadows and snow cannot be masked");
    if (scene_.level == Level::level2 && scene_.find("lwir11") == nullptr) {
      add_note(scene_, "no surface temperature in this product");
    }
    return std::move(scene_);
  }

 private:
  void place(FileFacts& facts, const std::optional<Frame>& told) {
    Frame& frame = facts.frame;
    supply_crs(frame, options_.crs);
    std::optional<Frame> described;
    if (mtl_ != nullptr) described = frame_from_metadata(*mtl_, frame.width, frame.height);
    if (!described && told && told->width == frame.width && told->height == frame.height) described = told;
    if (!facts.placed) {
      if (!described) {
        add_note(scene_,
                 "files without georeferencing, and no metadata that fits their size: pixel coordinates "
                 "are used");
        return;
      }
      frame.transform = described->transform;
      if (frame.crs.empty()) frame.crs = described->crs;
      add_note(scene_, "files without georeferencing are placed by the metadata");
      return;
    }
    if (mtl_ == nullptr && !told) return;
    if (frame.crs.empty()) {
      frame.crs = mtl_ != nullptr ? crs_from_metadata(*mtl_) : told->crs;
      add_note(scene_, "files without a CRS take the metadata's");
    }
    if (!described) {
      add_note(scene_,
               "the files are a crop or an overview of what the metadata describes; their own "
               "georeferencing is used");
    } else if (described->transform != frame.transform) {
      add_note(scene_,
               "the metadata places the files elsewhere than they say themselves; their own "
               "georeferencing is used");
    }
  }

  bool usable(const ProductFile& file, const FileFacts& facts) {
    const BandFacts& band = facts.bands.front();
    if (facts.bands.size() == 1 && band.integer) return true;
    add_note(scene_, file.suffix + " is left out: " +
                         (band.integer ? "its file has " + std::to_string(facts.bands.size()) + " bands"
                                       : "its numbers are " + band.type +
                                             ", not the integers of the product, so the product's scale does "
                                             "not apply (give the file as a named band to use it as it is)"));
    return false;
  }

  void add_quality(const ProductFile& file, const FileFacts& facts) {
    if (!usable(file, facts)) return;
    Band band;
    band.name = lower(file.suffix);
    band.title = file.suffix;
    band.path = facts.path;
    band.frame = facts.frame;
    band.quantity = Quantity::quality;
    band.unit = unit_of(Quantity::quality);
    band.decoding.wrap_unsigned16 = facts.bands.front().signed16;
    if (file.suffix == "QA_RADSAT") {
      scene_.saturation = band;
      return;
    }
    scene_.quality = band;
    scene_.coding = file.suffix == "QA_PIXEL" ? QualityCoding::collection2
                    : scene_.collection == 0  ? QualityCoding::precollection
                                              : QualityCoding::collection1;
  }

  void add_band(const ProductFile& file, const FileFacts& facts) {
    if (!usable(file, facts)) return;
    auto layer = describe_layer(file.suffix, mtl_, scene_);
    if (!layer) return;
    Band band = std::move(layer->band);
    band.path = facts.path;
    band.frame = facts.frame;
    take_told_values(band, file);
    if (options_.keep_invalid) drop_valid_range(band.decoding);
    join_file_tags(band.decoding, facts.bands.front(), layer->unsigned16);
    bands_.push_back(std::move(band));
  }

  // Values a STAC item gives; the same as the published ones in every item we know of.
  void take_told_values(Band& band, const ProductFile& file) {
    Decoding& decoding = band.decoding;
    const Decoding published = decoding;
    decoding.scale = file.scale.value_or(decoding.scale);
    decoding.offset = file.offset.value_or(decoding.offset);
    decoding.nodata = file.nodata.value_or(decoding.nodata);
    if (decoding.scale == published.scale && decoding.offset == published.offset) return;
    drop_valid_range(decoding);
    add_note(scene_, "the item scales " + file.suffix + " by " + number_text(decoding.scale) + " and " +
                         number_text(decoding.offset) + ", unlike the published " +
                         number_text(published.scale) + " and " + number_text(published.offset) +
                         "; the item's are used, without a valid range");
  }

  Scene scene_;
  const Mtl* mtl_;
  const SceneOptions& options_;
  FactsReader files_;
  std::vector<Band> bands_;
};

}  // namespace

int layer_rank(std::string_view suffix) {
  constexpr int kUnnumbered = 100;
  const std::size_t at = suffix.find('B');
  if (suffix.starts_with("QA") || suffix == "BQA" || at == std::string_view::npos) return kUnnumbered;
  const std::string_view number = suffix.substr(at + 1);
  return static_cast<int>(parse_integer(number.substr(0, number.find('_'))).value_or(kUnnumbered));
}

Scene build_product(Scene header, std::vector<ProductFile> files, const Mtl* mtl,
                    const SceneOptions& options) {
  ProductBuilder builder(std::move(header), mtl, options);
  std::stable_sort(files.begin(), files.end(), [](const ProductFile& a, const ProductFile& b) {
    return layer_rank(a.suffix) < layer_rank(b.suffix);
  });
  for (const ProductFile& file : files) builder.add(file);
  return builder.finish();
}

}  // namespace isotherm

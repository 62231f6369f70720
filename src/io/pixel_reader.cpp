#include "isotherm/io/pixel_reader.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <set>

#include "block_cache.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "stored_numbers.h"

namespace isotherm {

namespace {

constexpr float kMissingPixel = std::numeric_limits<float>::quiet_NaN();

/// A band as one reader uses it.
struct BandSource {
  const Band* band = nullptr;
  std::shared_ptr<const StoredBand> facts;
  std::uint32_t file = 0;
  Decoding rule;
  bool has_valid_range = false;
};

/// Part of a block that a window needs.
struct BlockPart {
  std::int64_t block_x = 0, block_y = 0;
  Window pixels;                              ///< in the frame
  std::int64_t width = 0, height = 0;         ///< of the block inside the raster
  std::int64_t first_col = 0, first_row = 0;  ///< of `pixels` in the block
};

/// What a window wants of one block: its numbers in a plane, or which pixels it speaks against.
struct BlockUse {
  const BandSource* source = nullptr;
  std::size_t plane = 0;
  const QualityTest* test = nullptr;  ///< null: numbers
  std::uint32_t any = 0;              ///< bits that drop a pixel, beside the test
  BlockPart part{};
};

template <class Visit>
void for_each_part(const StoredBand& facts, const Window& window, Visit visit) {
  const std::int64_t wide = facts.block_width, high = facts.block_height;
  for (std::int64_t y = window.row / high; y * high < window.row_end(); ++y) {
    for (std::int64_t x = window.col / wide; x * wide < window.col_end(); ++x) {
      const Window block =
          intersect(Window{x * wide, y * high, wide, high}, Window{0, 0, facts.width, facts.height});
      BlockPart part{x, y, intersect(block, window), block.width, block.height, 0, 0};
      part.first_col = part.pixels.col - block.col;
      part.first_row = part.pixels.row - block.row;
      visit(part);
    }
  }
}

}  // namespace

struct SceneReader::State {
  State(const Scene& described, const MaskChoice& choice, BlockCache::State& shared)
      : scene(described), mask(choice), test(compile_mask(choice, described.coding)), cache(shared) {}
  ~State() { close_files(); }

  Scene scene;  // a copy: readers outlive nothing they were made from but the cache
  MaskChoice mask;
  QualityTest test;
  BlockCache::State& cache;
  std::map<std::string, BandSource> sources;
  std::optional<BandSource> quality, saturation;
  std::map<std::string, RawRaster> files;
  std::vector<std::uint8_t> drop;

  const RawRaster& open(const std::string& path);
  void close_files();
  BandSource make_source(const Band& band);
  BandSource& source(const std::string& name);
  BandSource& quality_source(std::optional<BandSource>& source, const Band& band);
  std::shared_ptr<const RawBlock> block(const BandSource& source, const BlockPart& part, IfLoading otherwise);
  void count_invalid_once(const BandSource& source, const BlockPart& part, const RawBlock& block);
  void ask(std::vector<BlockUse>& uses, const BlockUse& use, const Window& inside);
  struct QualityUse {
    BandSource* source;
    const QualityTest* test;
    std::uint32_t any;
  };
  std::vector<QualityUse> quality_uses(std::span<const std::string> bands);
  template <class Visit>
  void each_block(const std::vector<BlockUse>& uses, Visit visit);
  template <class Visit>
  void each_row(const BlockUse& use, const RawBlock& block, const Window& target, Visit visit) const;
  void leave_out_dropped(const Window& inside, Tile& out) const;
};

const RawRaster& SceneReader::State::open(const std::string& path) {
  const auto found = files.find(path);
  if (found != files.end()) return found->second;
  const RawRaster& opened = files.try_emplace(path, path).first->second;
  ++cache.open_files;
  return opened;
}

void SceneReader::State::close_files() {
  cache.open_files -= files.size();
  files.clear();
}

BandSource SceneReader::State::make_source(const Band& band) {
  BandSource source;
  source.band = &band;
  source.facts = cache.facts(band.path, band.index, [&]() -> const RawRaster& { return open(band.path); });
  const StoredBand& facts = *source.facts;
  if (facts.width != scene.frame.width || facts.height != scene.frame.height) {
    throw Error(ErrorKind::input, facts.name() + ": is " + std::to_string(facts.width) + " x " +
                                      std::to_string(facts.height) + " pixels where the scene has " +
                                      std::to_string(scene.frame.width) + " x " +
                                      std::to_string(scene.frame.height));
  }
  source.file = cache.file(band.path);
  source.rule = rule_for(facts.type, band.decoding);
  source.has_valid_range = std::isfinite(source.rule.valid_min) || std::isfinite(source.rule.valid_max);
  return source;
}

BandSource& SceneReader::State::source(const std::string& name) {
  const auto found = sources.find(name);
  if (found != sources.end()) return found->second;
  const Band* band = scene.find(name);
  if (band == nullptr) throw Error(ErrorKind::internal, scene.id + ": has no band called " + name);
  return sources.emplace(name, make_source(*band)).first->second;
}

BandSource& SceneReader::State::quality_source(std::optional<BandSource>& source, const Band& band) {
  if (!source) source = make_source(band);
  return *source;
}

std::shared_ptr<const RawBlock> SceneReader::State::block(const BandSource& source, const BlockPart& part,
                                                          IfLoading otherwise) {
  const StoredBand& facts = *source.facts;
  const BlockKey key{source.file, facts.interleaved ? 0 : facts.band, static_cast<std::int32_t>(part.block_x),
                     static_cast<std::int32_t>(part.block_y)};
  return cache.get(key, otherwise, [&] { return open(facts.path).read(facts, part.block_x, part.block_y); });
}

void SceneReader::State::count_invalid_once(const BandSource& source, const BlockPart& part,
                                            const RawBlock& block) {
  if (!source.has_valid_range) return;
  const StoredBand& facts = *source.facts;
  if (!cache.first_use({source.file, facts.band, static_cast<std::int32_t>(part.block_x),
                        static_cast<std::int32_t>(part.block_y)})) {
    return;
  }
  const std::byte* stored = block.plane(facts);
  const std::size_t row_bytes = static_cast<std::size_t>(facts.block_width) * size_of(facts.type);
  std::uint64_t found = 0;
  for (std::int64_t row = 0; row < part.height; ++row, stored += row_bytes) {
    found += count_invalid(stored, facts.type, source.rule, static_cast<std::size_t>(part.width));
  }
  if (found > 0) cache.add_invalid(facts.path + ":" + std::to_string(facts.band), found);
}

void SceneReader::State::ask(std::vector<BlockUse>& uses, const BlockUse& use, const Window& inside) {
  for_each_part(*use.source->facts, inside, [&](const BlockPart& part) {
    uses.push_back(use);
    uses.back().part = part;
  });
}

/// The quality bands that can speak against pixels of these bands.
std::vector<SceneReader::State::QualityUse> SceneReader::State::quality_uses(
    std::span<const std::string> bands) {
  static constexpr QualityTest kNoTest;
  std::uint32_t saturated = 0;
  for (const std::string& name : bands) {
    if (mask.saturated) saturated |= saturation_bit(scene.coding, source(name).band->number);
  }
  // Collection 2 has a raster of its own for saturation; before, the bits are in the quality band.
  const bool own_raster = scene.coding == QualityCoding::collection2;
  const std::uint32_t in_quality = own_raster ? 0 : saturated;
  std::vector<QualityUse> uses;
  if (scene.quality && (test.any != 0 || test.fields != 0 || in_quality != 0))
    uses.push_back({&quality_source(quality, *scene.quality), &test, in_quality});
  if (scene.saturation && own_raster && saturated != 0)
    uses.push_back({&quality_source(saturation, *scene.saturation), &kNoTest, saturated});
  return uses;
}

/// Calls visit(use, block) for every use. Blocks that another worker is loading come last: meanwhile this one
/// loads what it can for both.
template <class Visit>
void SceneReader::State::each_block(const std::vector<BlockUse>& uses, Visit visit) {
  std::vector<const BlockUse*> later;
  for (const BlockUse& use : uses) {
    if (const auto loaded = block(*use.source, use.part, IfLoading::give_up)) {
      visit(use, *loaded);
    } else {
      later.push_back(&use);
    }
  }
  for (const BlockUse* use : later) visit(*use, *block(*use->source, use->part, IfLoading::wait));
}

/// Calls visit(stored, to, width) for every row of a block's part: where its numbers begin, and how far into
/// a plane over `target` they belong.
template <class Visit>
void SceneReader::State::each_row(const BlockUse& use, const RawBlock& block, const Window& target,
                                  Visit visit) const {
  const StoredBand& facts = *use.source->facts;
  const BlockPart& part = use.part;
  const auto width = static_cast<std::size_t>(part.pixels.width);
  for (std::int64_t row = 0; row < part.pixels.height; ++row) {
    const std::int64_t from = (part.first_row + row) * facts.block_width + part.first_col;
    const auto to = static_cast<std::size_t>((part.pixels.row - target.row + row) * target.width +
                                             part.pixels.col - target.col);
    visit(block.plane(facts) + static_cast<std::size_t>(from) * size_of(facts.type), to, width);
  }
}

void SceneReader::State::leave_out_dropped(const Window& inside, Tile& out) const {
  if (drop.empty()) return;
  const Window& window = out.window();
  const auto width = static_cast<std::size_t>(inside.width);
  for (std::size_t k = 0; k < out.planes(); ++k) {
    for (std::int64_t row = 0; row < inside.height; ++row) {
      const std::uint8_t* dropped = drop.data() + static_cast<std::size_t>(row) * width;
      const std::int64_t to = (inside.row - window.row + row) * window.width + inside.col - window.col;
      float* values = out.plane(k).data() + to;
      for (std::size_t i = 0; i < width; ++i) values[i] = dropped[i] != 0 ? kMissingPixel : values[i];
    }
  }
}

SceneReader::SceneReader(const Scene& scene, const MaskChoice& mask, BlockCache& cache)
    : state_(std::make_unique<State>(scene, mask, *cache.state_)) {}
SceneReader::SceneReader(SceneReader&&) noexcept = default;
SceneReader::~SceneReader() = default;

void SceneReader::read(std::span<const std::string> bands, const Window& window, Tile& out) {
  State& state = *state_;
  out.reset(window, bands.size());
  const Window inside = intersect(window, state.scene.frame.window());
  if (inside != window) {
    for (std::size_t k = 0; k < bands.size(); ++k) std::ranges::fill(out.plane(k), kMissingPixel);
  }
  if (inside.empty()) return;
  std::vector<BlockUse> uses;
  for (std::size_t k = 0; k < bands.size(); ++k) state.ask(uses, {&state.source(bands[k]), k}, inside);
  const auto qualities = state.quality_uses(bands);
  for (const auto& quality : qualities)
    state.ask(uses, {quality.source, 0, quality.test, quality.any}, inside);
  state.drop.assign(qualities.empty() ? 0 : static_cast<std::size_t>(inside.pixels()), 0);
  state.each_block(uses, [&](const BlockUse& use, const RawBlock& block) {
    const StoredType type = use.source->facts->type;
    if (use.test != nullptr) {
      state.each_row(use, block, inside, [&](const std::byte* stored, std::size_t to, std::size_t width) {
        test_row(stored, type, *use.test, use.any, std::span(state.drop).subspan(to, width));
      });
      return;
    }
    state.count_invalid_once(*use.source, use.part, block);
    state.each_row(use, block, window, [&](const std::byte* stored, std::size_t to, std::size_t width) {
      decode_row(stored, type, use.source->rule, out.plane(use.plane).subspan(to, width));
    });
  });
  state.leave_out_dropped(inside, out);
  if (state.cache.open_files > open_file_limit()) state.close_files();
}

bool SceneReader::has_stored(std::span<const std::string> bands) {
  State& state = *state_;
  const auto unsigned16 = [](const BandSource& source) {
    // A signed number that stands for an unsigned one has its bits.
    return source.facts->type == StoredType::uint16 ||
           (source.facts->type == StoredType::int16 && source.rule.wrap_unsigned16);
  };
  const auto qualities = state.quality_uses(bands);
  return std::ranges::all_of(bands,
                             [&](const std::string& name) { return unsigned16(state.source(name)); }) &&
         std::ranges::all_of(qualities,
                             [](const auto& use) { return use.source->facts->type == StoredType::uint16; });
}

void SceneReader::read_stored(std::span<const std::string> bands, const Window& window, StoredTile& out) {
  State& state = *state_;
  const Window inside = intersect(window, state.scene.frame.window());
  const auto qualities = state.quality_uses(bands);
  std::vector<Decoding> rules;
  for (const std::string& name : bands) rules.push_back(state.source(name).rule);
  std::vector<StoredQuality> against;
  for (const auto& quality : qualities) against.push_back({*quality.test, quality.any});
  out.reset(window, inside, std::move(rules), std::move(against));
  if (inside.empty()) return;
  std::vector<BlockUse> uses;
  for (std::size_t k = 0; k < bands.size(); ++k) state.ask(uses, {&state.source(bands[k]), k}, inside);
  for (std::size_t k = 0; k < qualities.size(); ++k)
    state.ask(uses, {qualities[k].source, bands.size() + k, qualities[k].test}, inside);
  state.each_block(uses, [&](const BlockUse& use, const RawBlock& block) {
    if (use.test == nullptr) state.count_invalid_once(*use.source, use.part, block);
    state.each_row(use, block, window, [&](const std::byte* stored, std::size_t to, std::size_t width) {
      std::memcpy(out.plane(use.plane).data() + to, stored, width * sizeof(std::uint16_t));
    });
  });
  if (state.cache.open_files > open_file_limit()) state.close_files();
}

std::int64_t block_height(const Scene& scene) {
  std::int64_t highest = 1;
  const auto look = [&](const Band& band) {
    highest = std::max(highest, RawRaster(band.path).facts(band.index).block_height);
  };
  for (const Band& band : scene.bands) look(band);
  if (scene.quality) look(*scene.quality);
  return highest;
}

std::size_t strip_block_bytes(const Scene& scene, std::span<const std::string> bands, std::int64_t rows) {
  std::size_t bytes = 0;
  std::set<std::string> interleaved;
  const auto add = [&](const Band& band) {
    const StoredBand facts = RawRaster(band.path).facts(band.index);
    const std::int64_t high = facts.block_height, all = (facts.height + high - 1) / high;
    // Strips and blocks that divide one another meet at their edges; others may cut two blocks more.
    const std::int64_t crossed = high % rows == 0 ? 1 : rows / high + (rows % high == 0 ? 0 : 2);
    // Blocks of an interleaved file hold all its bands, and are there once for all of them.
    if (facts.interleaved && !interleaved.insert(band.path).second) return;
    bytes += facts.plane_bytes() * static_cast<std::size_t>(facts.planes() * facts.blocks_across()) *
             static_cast<std::size_t>(std::min(all, crossed));
  };
  for (const std::string& name : bands) {
    if (const Band* band = scene.find(name); band != nullptr) add(*band);
  }
  if (scene.quality) add(*scene.quality);
  if (scene.saturation) add(*scene.saturation);
  return bytes;
}

}  // namespace isotherm

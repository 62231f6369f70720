// Zones that cover pixels in the same way, moved by whole pixels, share one pattern: on a grid whose cells
// repeat against the pixels most of a chunk is a handful of patterns and where they lie.
#include <optional>
#include <unordered_map>
#include <utility>

#include "isotherm/core/hash.h"
#include "isotherm/engine/coverage_file.h"
#include "record_file.h"

namespace isotherm {

namespace {

/// A chunk of one lattice in the making.
class ChunkEncoder {
 public:
  std::int64_t zones() const { return zones_; }

  void add_unknown() {
    places_.varint(0);
    ++zones_;
  }

  void add(std::span<const Span> spans, std::span<const float> weights, double total) {
    const auto [found, is_new] = patterns_.emplace(pattern(spans, weights, total), patterns_.size() + 1);
    if (is_new) texts_.append(found->first);
    places_.varint(found->second);
    ++zones_;
    if (spans.empty()) return;
    places_.zigzag(std::int64_t{spans.front().row} - row_);
    places_.zigzag(std::int64_t{spans.front().col} - col_);
    row_ = spans.front().row;
    col_ = spans.front().col;
  }

  /// The chunk; the encoder starts afresh.
  std::string take() {
    ByteWriter chunk;
    chunk.varint(patterns_.size());
    chunk.append(texts_.bytes());
    chunk.append(places_.bytes());
    *this = ChunkEncoder();
    return chunk.take();
  }

 private:
  static std::string pattern(std::span<const Span> spans, std::span<const float> weights, double total) {
    ByteWriter out, shares;
    out.fixed(total);
    out.varint(spans.size());
    for (std::size_t k = 0; k < spans.size(); ++k) {
      const Span& span = spans[k];
      const Span& before = spans[k == 0 ? 0 : k - 1];
      const bool full = span.weights == Span::kFull;
      out.varint(static_cast<std::uint64_t>(span.row - before.row));
      out.zigzag(std::int64_t{span.col} - before.col);
      out.varint(static_cast<std::uint64_t>(span.count) << 1 | (full ? 1 : 0));
      if (!full) shares.array(weights.subspan(span.weights, static_cast<std::size_t>(span.count)));
    }
    out.append(shares.bytes());
    return out.take();
  }

  std::unordered_map<std::string, std::size_t> patterns_;  ///< to their number, from 1
  ByteWriter texts_, places_;
  std::int64_t zones_ = 0;
  std::int64_t row_ = 0, col_ = 0;  ///< first pixel of the zone before
};

std::string key_text(const CoverageKey& key) {
  ByteWriter out;
  out.text(key.zones);
  out.text(key.digest);
  out.fixed(static_cast<std::uint8_t>(key.is_lattice));
  for (const std::int32_t number :
       {key.cells.i_first, key.cells.i_count, key.cells.j_north, key.cells.j_count, key.cells.j_step}) {
    out.fixed(number);
  }
  for (const CoverageRuleRow& row : coverage_rules()) {
    if (row.rule == key.rule) out.text(row.name);
  }
  out.varint(key.lattices.size());
  for (const PixelLattice& lattice : key.lattices) {
    out.text(lattice.crs);
    for (const double number : lattice.transform.numbers()) out.fixed(number);
    const Window& w = lattice.window;
    for (const std::int64_t number : {w.col, w.row, w.width, w.height}) out.fixed(number);
  }
  return out.take();
}

}  // namespace

struct CoverageFileWriter::State {
  struct Place {
    std::uint64_t offset = 0, length = 0, checksum = 0;
  };

  State(const std::string& path, const CoverageKey& wanted, bool overwrite)
      : key(wanted), file(path, kCoverageMagic, overwrite), encoders(wanted.lattices.size()) {
    const std::int64_t zones = key.cells.size();
    const auto chunks =
        static_cast<std::size_t>((zones + CoverageFile::kZonesPerChunk - 1) / CoverageFile::kZonesPerChunk);
    places.assign(key.lattices.size(), std::vector<Place>(chunks));
  }

  void flush() {
    if (chunk < 0) return;
    for (std::size_t k = 0; k < encoders.size(); ++k) {
      const std::string bytes = encoders[k].take();
      places[k][static_cast<std::size_t>(chunk)] = {file.append(bytes), bytes.size(),
                                                    checksum64(std::as_bytes(std::span(bytes)))};
    }
    chunk = -1;
  }

  CoverageKey key;
  RecordFileWriter file;
  std::vector<ChunkEncoder> encoders;  ///< by lattice
  std::vector<std::vector<Place>> places;
  std::int64_t chunk = -1;  ///< that the encoders are in
};

CoverageFileWriter::CoverageFileWriter(const std::string& path, const CoverageKey& key, bool overwrite)
    : state_(std::make_unique<State>(path, key, overwrite)) {}
CoverageFileWriter::~CoverageFileWriter() = default;

void CoverageFileWriter::add(std::span<const std::int64_t> zones, std::span<const Coverage> coverages) {
  for (std::size_t n = 0; n < zones.size(); ++n) {
    const std::int64_t chunk = zones[n] / CoverageFile::kZonesPerChunk;
    const std::int64_t place = zones[n] % CoverageFile::kZonesPerChunk;
    if (chunk != state_->chunk) state_->flush();
    state_->chunk = chunk;
    for (std::size_t k = 0; k < coverages.size(); ++k) {
      ChunkEncoder& encoder = state_->encoders[k];
      while (encoder.zones() < place) encoder.add_unknown();
      encoder.add(coverages[k].spans(n), coverages[k].weights(), coverages[k].total(n));
    }
  }
}

void CoverageFileWriter::finish() {
  state_->flush();
  ByteWriter index;
  for (const auto& places : state_->places) {
    for (const State::Place& place : places) {
      index.fixed(place.offset);
      index.fixed(place.length);
      index.fixed(place.checksum);
    }
  }
  ByteWriter contents;
  contents.append(key_text(state_->key));
  contents.fixed(state_->file.append(index.bytes()));
  contents.fixed(static_cast<std::uint64_t>(index.bytes().size()));
  contents.fixed(checksum64(std::as_bytes(std::span(index.bytes()))));
  state_->file.finish(contents.bytes());
}

}  // namespace isotherm

#include "isotherm/engine/coverage_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "isotherm/core/error.h"
#include "isotherm/core/hash.h"
#include "record_file.h"

namespace isotherm {

namespace {

constexpr std::size_t kPlaceBytes = 24;  ///< of an entry of the index
constexpr std::int64_t kFarthest = std::int64_t{1} << 31;

std::string rule_name(CoverageRule rule) {
  for (const CoverageRuleRow& row : coverage_rules()) {
    if (row.rule == rule) return std::string(row.name);
  }
  return "?";
}

std::int32_t whole(ByteReader& in) {
  const std::int64_t value = in.zigzag();
  if (value < -kFarthest || value >= kFarthest) in.fail("a number is out of range");
  return static_cast<std::int32_t>(value);
}

CellRange read_cells(ByteReader& in) {
  CellRange cells;
  cells.i_first = in.fixed<std::int32_t>();
  cells.i_count = in.fixed<std::int32_t>();
  cells.j_north = in.fixed<std::int32_t>();
  cells.j_count = in.fixed<std::int32_t>();
  cells.j_step = in.fixed<std::int32_t>();
  if (cells.i_count < 0 || cells.j_count < 0 || (cells.j_step != 1 && cells.j_step != -1))
    in.fail("the range of its zones");
  return cells;
}

PixelLattice read_lattice(ByteReader& in) {
  PixelLattice lattice;
  lattice.crs = in.text();
  std::array<double, 6> numbers;
  for (double& number : numbers) number = in.fixed<double>();
  try {
    lattice.transform = GeoTransform(numbers);
  } catch (const Error& error) {
    in.fail(error.what());
  }
  const auto number = [&] { return in.fixed<std::int64_t>(); };
  Window& w = lattice.window;
  w.col = number(), w.row = number(), w.width = number(), w.height = number();
  const auto fits = [](std::int64_t first, std::int64_t count) {
    return first >= -kFarthest && first < kFarthest && count >= 0 && count < kFarthest &&
           first + count < kFarthest;
  };
  if (!fits(w.col, w.width) || !fits(w.row, w.height)) in.fail("the window of its pixels");
  return lattice;
}

CoverageKey read_key(ByteReader& in) {
  CoverageKey key;
  key.zones = in.text();
  key.digest = in.text();
  key.is_lattice = in.fixed<std::uint8_t>() != 0;
  key.cells = read_cells(in);
  const std::string rule = in.text();
  const auto row = std::ranges::find(coverage_rules(), rule, &CoverageRuleRow::name);
  if (row == coverage_rules().end()) in.fail("unknown coverage rule");
  key.rule = row->rule;
  const std::size_t lattices = in.count(80);
  for (std::size_t k = 0; k < lattices; ++k) key.lattices.push_back(read_lattice(in));
  return key;
}

}  // namespace

void refuse_unfit(const CoverageKey& kept, const CoverageKey& wanted, const std::string& name) {
  const auto refuse = [&](const std::string& why) {
    throw Error(ErrorKind::usage, "the coverage in " + name + " does not fit: " + why +
                                      "; leave --coverage-from out, or make a new one with --save-coverage");
  };
  if (kept.digest != wanted.digest) {
    refuse(kept.zones == wanted.zones
               ? "it is of other outlines than these " + wanted.zones
               : "it is of " + kept.zones + ", and the zones here are " + wanted.zones);
  }
  if (kept.rule != wanted.rule) {
    refuse("it was made with --coverage " + rule_name(kept.rule) + ", and this run asks for " +
           rule_name(wanted.rule));
  }
  for (const PixelLattice& here : wanted.lattices) {
    for (const PixelLattice& there : kept.lattices) {
      if (here.crs == there.crs && here.transform == there.transform) return;
    }
  }
  refuse("its pixels are not those of the scenes (size, origin or CRS of the pixels differ)");
}

CoverageFile CoverageFile::open(const std::string& path) {
  CoverageFile file;
  file.name_ = path;
  file.file_ = std::make_shared<MappedFile>(path);
  file.read(file.file_->bytes());
  return file;
}

CoverageFile CoverageFile::parse(std::span<const std::byte> bytes, std::string name, bool sums) {
  CoverageFile file;
  file.sums_ = sums;
  file.name_ = std::move(name);
  file.read(bytes);
  return file;
}

void CoverageFile::read(std::span<const std::byte> bytes) {
  bytes_ = bytes;
  ByteReader in(contents_of(bytes, kCoverageMagic, "files that --save-coverage makes", name_, sums_), name_);
  key_ = read_key(in);
  const auto offset = in.fixed<std::uint64_t>();
  const auto length = in.fixed<std::uint64_t>();
  const auto sum = in.fixed<std::uint64_t>();
  if (offset > bytes.size() || length > bytes.size() - offset) in.fail("cut short");
  const auto chunks_each = static_cast<std::uint64_t>(chunks());  // both factors are checked: no overflow
  if (chunks_each > length / kPlaceBytes || key_.lattices.empty() ||
      chunks_each * key_.lattices.size() * kPlaceBytes != length) {
    in.fail("the size of its index");
  }
  index_ = bytes.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(length));
  if (sums_ && checksum64(index_) != sum) in.fail("the checksum of its index");
}

std::int64_t CoverageFile::chunks() const {
  return (key_.cells.size() + kZonesPerChunk - 1) / kZonesPerChunk;
}

std::span<const std::byte> CoverageFile::chunk(std::size_t lattice, std::int64_t chunk) const {
  const auto entry = lattice * static_cast<std::size_t>(chunks()) + static_cast<std::size_t>(chunk);
  ByteReader in(index_.subspan(entry * kPlaceBytes, kPlaceBytes), name_);
  const auto offset = in.fixed<std::uint64_t>();
  const auto length = in.fixed<std::uint64_t>();
  const auto sum = in.fixed<std::uint64_t>();
  if (length == 0) return {};
  if (offset > bytes_.size() || length > bytes_.size() - offset) in.fail("cut short");
  const auto bytes = bytes_.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(length));
  if (sums_ && checksum64(bytes) != sum) in.fail("a checksum is wrong");
  return bytes;
}

void CoverageFile::check() const {
  for (std::size_t lattice = 0; lattice < key_.lattices.size(); ++lattice) {
    CoverageFileReader reader(*this, lattice);
    KnownZone known;
    for (std::int64_t k = 0; k < chunks(); ++k) {
      if (chunk(lattice, k).empty()) continue;
      for (std::int64_t zone = k * kZonesPerChunk; zone < (k + 1) * kZonesPerChunk; ++zone)
        reader.find(zone, known);
    }
  }
}

CoverageFileReader::CoverageFileReader(const CoverageFile& file, std::size_t lattice)
    : file_(file), lattice_(lattice) {}

/// A pattern is checked once, a zone that uses it only by its reach.
void CoverageFileReader::read_pattern(ByteReader& in) {
  Pattern pattern{spans_.size(), 0, weights_.size(), 0, 0, 0, 0, in.fixed<double>()};
  if (!(pattern.total >= 0) || !std::isfinite(pattern.total)) in.fail("the size of a zone");
  pattern.spans = in.count(3);
  std::int64_t row = 0, col = 0, end = 0, weights = 0;
  for (std::size_t k = 0; k < pattern.spans; ++k) {
    const auto down = static_cast<std::int64_t>(in.varint() & 0xffffffff);
    row += down;
    col += whole(in);
    const std::uint64_t run = in.varint();
    const auto count = static_cast<std::int64_t>(run >> 1);
    const bool full = (run & 1) != 0;
    if (count <= 0 || count >= kFarthest || row >= kFarthest || col <= -kFarthest ||
        col + count >= kFarthest || (k > 0 && down == 0 && col < end) || (k == 0 && (row != 0 || col != 0))) {
      in.fail("the pixels of a zone are out of order");
    }
    end = col + count;
    spans_.push_back({static_cast<std::int32_t>(row), static_cast<std::int32_t>(col),
                      static_cast<std::int32_t>(count),
                      full ? Span::kFull : static_cast<std::uint32_t>(weights)});
    pattern.west = std::min(pattern.west, static_cast<std::int32_t>(col));
    pattern.east = std::max(pattern.east, static_cast<std::int32_t>(end));
    if (!full) weights += count;
    if (weights >= static_cast<std::int64_t>(Span::kFull)) in.fail("a zone has too many pixels");
  }
  pattern.rows = static_cast<std::int32_t>(row);
  pattern.weights = static_cast<std::size_t>(weights);
  in.array(pattern.weights, weights_);
  for (std::size_t k = pattern.first_weight; k < weights_.size(); ++k) {
    if (!(weights_[k] > 0 && weights_[k] <= 1)) in.fail("a weight is not between 0 and 1");
  }
  patterns_.push_back(pattern);
}

void CoverageFileReader::load(std::int64_t chunk) {
  chunk_ = -1;
  patterns_.clear();
  entries_.clear();
  spans_.clear();
  weights_.clear();
  const auto bytes = file_.chunk(lattice_, chunk);
  chunk_ = chunk;
  if (bytes.empty()) return;
  ByteReader in(bytes, file_.name());
  const std::size_t patterns = in.count(9);
  for (std::size_t k = 0; k < patterns; ++k) read_pattern(in);
  const Window& window = file_.key().lattices[lattice_].window;
  std::int64_t row = 0, col = 0;
  while (in.left() > 0) {
    if (entries_.size() == CoverageFile::kZonesPerChunk) in.fail("too many zones in one place");
    const std::uint64_t used = in.varint();
    if (used > patterns_.size()) in.fail("a zone without pixels of its own");
    if (used == 0 || patterns_[used - 1].spans == 0) {
      entries_.push_back({static_cast<std::uint32_t>(used), 0, 0});
      continue;
    }
    row += whole(in);
    col += whole(in);
    const Pattern& pattern = patterns_[used - 1];
    if (row < window.row || row + pattern.rows >= window.row_end() || col + pattern.west < window.col ||
        col + pattern.east > window.col_end()) {
      in.fail("a zone reaches outside the pixels");
    }
    entries_.push_back(
        {static_cast<std::uint32_t>(used), static_cast<std::int32_t>(row), static_cast<std::int32_t>(col)});
  }
}

bool CoverageFileReader::find(std::int64_t zone, KnownZone& known) {
  const std::int64_t chunk = zone / CoverageFile::kZonesPerChunk;
  if (zone < 0 || chunk >= file_.chunks()) return false;
  if (chunk != chunk_) load(chunk);
  const auto place = static_cast<std::size_t>(zone % CoverageFile::kZonesPerChunk);
  if (place >= entries_.size() || entries_[place].pattern == 0) return false;
  const Entry& entry = entries_[place];
  const Pattern& pattern = patterns_[entry.pattern - 1];
  placed_.assign(spans_.begin() + static_cast<std::ptrdiff_t>(pattern.first_span),
                 spans_.begin() + static_cast<std::ptrdiff_t>(pattern.first_span + pattern.spans));
  for (Span& span : placed_) {
    span.row += entry.row;
    span.col += entry.col;
  }
  known = {placed_, std::span(weights_).subspan(pattern.first_weight, pattern.weights), pattern.total};
  return true;
}

}  // namespace isotherm

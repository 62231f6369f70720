// Coverage kept in a file: computed once, used by later runs and by several processes at once.
//
// The file holds, for every zone and pixel lattice of the run that made it, the spans and weights bit for
// bit; a run that uses it gives the same bytes as one that computes them. Zones are found by what they are
// (the cell of the grid, the polygon of the layer), so the scenes, the area of interest and the order of work
// may differ from those of the run that made it. It fits when zones (grid and CRS, outlines of the polygons,
// the area where cells are cut to it), coverage rule and lattice are the same; else it is refused with the
// reason.
//
// A zone whose coverage the frame of that run or of this one may have cut off is computed anew, and so is
// one the file does not hold. Layout: docs/formats.md. Damage of any kind is Error(input).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/core/bytes.h"
#include "isotherm/core/frame.h"
#include "isotherm/io/mapped_file.h"
#include "isotherm/io/output_file.h"
#include "isotherm/zones/coverage.h"
#include "isotherm/zones/grid.h"

namespace isotherm {

/// Pixels, numbered from the origin of `transform`.
struct PixelLattice {
  std::string crs;
  GeoTransform transform;
  Window window;  ///< that was covered; what lies outside was cut away
};

/// What coverage depends on.
struct CoverageKey {
  std::string zones;   ///< for people: "hex:100 in EPSG:32632"
  std::string digest;  ///< of everything that decides the outlines
  bool is_lattice = false;
  CellRange cells;  ///< lattices: zones are numbered as in it; polygons: one row of them
  CoverageRule rule = CoverageRule::exact;
  std::vector<PixelLattice> lattices;
};

/// Throws Error(usage) that says why a file of coverage `kept` does not serve a run that needs `wanted`.
void refuse_unfit(const CoverageKey& kept, const CoverageKey& wanted, const std::string& name);

/// Makes a file. Zones come in ascending order of their numbers; the file appears with finish().
class CoverageFileWriter {
 public:
  CoverageFileWriter(const std::string& path, const CoverageKey& key, bool overwrite);
  ~CoverageFileWriter();
  /// One coverage per lattice of the key; zones[k] is the number of the k-th zone of each.
  void add(std::span<const std::int64_t> zones, std::span<const Coverage> coverages);
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A file of coverage, or bytes that claim to be one. Safe to use from several threads.
class CoverageFile {
 public:
  static CoverageFile open(const std::string& path);
  /// The same from bytes, which must outlive it; `name` is what errors call them. Without `sums` checksums
  /// are taken as right: so tests reach what lies behind them.
  static CoverageFile parse(std::span<const std::byte> bytes, std::string name, bool sums = true);

  const CoverageKey& key() const { return key_; }
  const std::string& name() const { return name_; }
  std::int64_t chunks() const;
  /// The bytes of a chunk of a lattice (zones [chunk * kZonesPerChunk, ...)), checked against their checksum;
  /// empty when the file holds none of its zones.
  std::span<const std::byte> chunk(std::size_t lattice, std::int64_t chunk) const;
  /// Decodes everything once, as a check.
  void check() const;

  static constexpr std::int64_t kZonesPerChunk = 1024;

 private:
  struct Place {
    std::uint64_t offset, length, checksum;
  };
  void read(std::span<const std::byte> bytes);

  std::shared_ptr<const MappedFile> file_;
  std::span<const std::byte> bytes_;
  std::string name_;
  bool sums_ = true;
  CoverageKey key_;
  std::span<const std::byte> index_;
};

/// The coverage of one zone, as it is kept. Views into the reader that gave it.
struct KnownZone {
  std::span<const Span> spans;  ///< `weights` counted from the first of the zone
  std::span<const float> weights;
  double total = 0;
};

/// One worker's way into one lattice of a file; quick when zones are asked for in ascending order.
class CoverageFileReader {
 public:
  CoverageFileReader(const CoverageFile& file, std::size_t lattice);
  /// False when the file does not hold the zone.
  bool find(std::int64_t zone, KnownZone& known);

 private:
  struct Pattern {
    std::size_t first_span, spans, first_weight, weights;
    std::int32_t rows, west, east;  ///< reach beside the first pixel: down, to the left, to the right
    double total;
  };
  struct Entry {
    std::uint32_t pattern;  ///< 0: not held; else its number + 1
    std::int32_t row, col;  ///< of the first pixel
  };
  void load(std::int64_t chunk);
  void read_pattern(ByteReader& in);

  const CoverageFile& file_;
  std::size_t lattice_;
  std::int64_t chunk_ = -1;
  std::vector<Pattern> patterns_;
  std::vector<Entry> entries_;
  std::vector<Span> spans_;  ///< of all patterns, relative to the first pixel
  std::vector<float> weights_;
  std::vector<Span> placed_;
};

}  // namespace isotherm

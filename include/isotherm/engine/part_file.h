// What one share of a run computed, kept for `isotherm merge`: rows of the table before they take a format.
//
// A part knows what its run depended on (facts: options, inputs, versions) and their digest; parts of one run
// have equal digests. It appears whole or not at all, so a part that exists is a share that is done. Layout:
// docs/formats.md. Damage of any kind is Error(input).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isotherm/core/table.h"
#include "isotherm/engine/shard.h"
#include "isotherm/io/mapped_file.h"
#include "isotherm/zones/grid.h"

namespace isotherm {

/// A column of time, as in the zonal table.
struct PartSlot {
  std::string label;
  std::string scene;
  std::string date;  ///< ISO 8601, or empty
};

/// Something a run depended on: ("--stat", "mean,count").
struct Fact {
  std::string name;
  std::string value;
  bool operator==(const Fact&) const = default;
};
std::string digest_of(std::span<const Fact> facts);

/// The lattice of square cells, for rasters of them.
struct PartCells {
  std::string grid;  ///< spec
  Point origin;
  CellRange range;
  std::string crs;
};

struct PartInfo {
  Share share;
  std::vector<Fact> facts;
  TableSchema schema;
  std::vector<PartSlot> slots;
  bool wide = false;               ///< one row per zone; else one per zone and slot
  std::vector<Fact> about;         ///< for the dictionary of a workbook
  std::optional<PartCells> cells;  ///< nothing: zones are no squares
  std::int64_t observations = 0;
  std::int64_t zones = 0, outside = 0, with_values = 0;

  std::string digest() const { return digest_of(facts); }
  std::size_t rows_per_zone() const { return wide ? 1 : slots.size(); }
};

/// Rows of some zones, zone after zone, in ascending order of their positions in the whole run.
struct PartBlock {
  std::vector<std::int64_t> positions;
  std::vector<MultiPolygon> outlines;  ///< by zone; none where the schema has none
  Table rows;                          ///< without outlines
};

class PartWriter {
 public:
  PartWriter(const std::string& path, bool overwrite);
  ~PartWriter();
  /// May be called in several threads at once.
  static std::string encode(const PartBlock& block);
  /// Blocks in ascending order of their positions; empty ones are left out.
  void write(const std::string& encoded, std::int64_t first_position);
  void finish(const PartInfo& info);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class PartFile {
 public:
  static PartFile open(const std::string& path);
  /// The same from bytes, which must outlive it; `name` is what errors call them. Without `sums` checksums
  /// are taken as right: so tests reach what lies behind them.
  static PartFile parse(std::span<const std::byte> bytes, std::string name, bool sums = true);
  const std::string& name() const { return name_; }
  const PartInfo& info() const { return info_; }
  std::size_t blocks() const { return places_.size(); }
  /// Of the first zone of a block, without decoding it.
  std::int64_t first_position(std::size_t n) const { return places_[n].first; }
  PartBlock block(std::size_t n) const;
  /// Decodes everything once, as a check.
  void check() const;

 private:
  struct Place {
    std::uint64_t offset, length, checksum;
    std::int64_t first;
  };
  void read(std::span<const std::byte> bytes);

  std::shared_ptr<const MappedFile> file_;
  std::span<const std::byte> bytes_;
  std::string name_;
  bool sums_ = true;
  PartInfo info_;
  std::vector<Place> places_;
};

}  // namespace isotherm

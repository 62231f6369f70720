// One worker's use of a file of coverage: which zones it may take from it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "isotherm/engine/coverage_file.h"
#include "isotherm/engine/zonal.h"
#include "isotherm/io/crs.h"
#include "zonal_plan.h"

namespace isotherm {

/// What the coverage of a run depends on, its zones numbered: cells as in the range of the source, polygons
/// along the plan's curve.
CoverageKey coverage_key(const ZonalRequest& request, const ZonalPlan& plan);

/// The numbers of a batch's zones in such a key; `first` is the place of the first zone along the curve.
std::vector<std::int64_t> zone_numbers(const ZoneBatch& zones, const CoverageKey& key, std::int64_t first);

class KnownCoverage {
 public:
  /// Everything named must outlive it. What is taken for a batch is bounded by `memory`.
  KnownCoverage(const CoverageFile& file, const ZonalPlan& plan, std::span<const CrsTransform> to_frame,
                std::size_t memory);
  /// Before the zones of a batch are added for a lattice group.
  void begin(const ZoneBatch& zones, std::int64_t first, std::size_t group);
  /// Adds the coverage of a zone when it is known whole; otherwise false.
  bool add(const ZoneBatch& zones, std::size_t zone, CoverageBuilder& builder);

 private:
  struct Lattice {
    std::optional<CoverageFileReader> reader;  ///< none: the file does not hold this lattice
    Window common;                             ///< what both runs cover
    bool same = false;                         ///< both cover the same pixels
  };
  bool lies_inside(const MultiPolygon& outline) const;

  const CoverageFile& file_;
  const ZonalPlan& plan_;
  std::span<const CrsTransform> to_frame_;
  std::vector<Lattice> lattices_;  ///< by group
  std::size_t memory_, taken_ = 0;
  std::size_t group_ = 0;
  std::vector<std::int64_t> numbers_;
};

}  // namespace isotherm

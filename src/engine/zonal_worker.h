// One worker's share of a zonal run: everything it must not share (file handles, projections, scratch
// memory).
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "isotherm/backend/backend.h"
#include "isotherm/engine/zonal.h"
#include "isotherm/io/crs.h"
#include "isotherm/zones/cell_patterns.h"
#include "known_coverage.h"
#include "pixel_weights.h"
#include "zonal_plan.h"

namespace isotherm {

/// Nanoseconds by stage, added to by all workers.
using StageClock = std::array<std::atomic<std::int64_t>, kStageNames.size()>;

class ZonalWorker {
 public:
  ZonalWorker(const ZonalRequest& request, const ZonalPlan& plan, const RunContext& context,
              BlockCache& cache, Backend& backend, StageClock& clock, const CoverageFile* known);
  /// Computes one batch for every observation; `keep`, where there is one, gets the coverage of its zones by
  /// lattice group.
  ZonalBatch compute(const BatchRange& range, std::vector<Coverage>* keep);

 private:
  /// `first` is the batch's first place along the plan's curve; `known` counts zones taken from a file.
  Coverage cover(const ZoneBatch& zones, std::int64_t first, std::size_t group, std::int64_t& known);
  /// What is collected of a quantity.
  struct Wanted {
    std::size_t first_column = 0;
    std::vector<Statistic> statistics;
    bool samples = false;
  };
  /// Zones whose values do not fit the budget: they are read in passes.
  std::vector<char> find_large(const Coverage& coverage) const;
  /// Reads the pixels under the coverage strip by strip, into stored_ where the backend prefers that and the
  /// files allow it, else into bands_ (and their weights into weights_).
  template <class Visit>
  void each_strip(const LatticeGroup::Member& member, const Coverage& coverage, Visit visit);
  /// The strip's pixels as quantities_.
  void evaluate(const LatticeGroup::Member& member);
  ObservationReader& reader(const LatticeGroup::Member& member);
  /// Where a backend keeps the zones for all dates; null where they come with each call.
  std::unique_ptr<KeptZones> keep_zones(const Coverage& coverage, std::span<const char> large);
  void observe(const LatticeGroup::Member& member, const Coverage& coverage, KeptZones* kept,
               std::span<const char> large);
  bool meets(const ZoneBatch& zones, std::size_t zone, const Coverage& coverage, std::size_t group,
             const LatticeGroup::Member& member) const;
  void store(const Coverage& coverage, std::size_t group, const LatticeGroup::Member& member,
             std::span<const char> large, ZonalBatch& batch);
  void read_large(const LatticeGroup::Member& member, const Coverage& coverage, std::size_t zone,
                  ZonalBatch& batch);

  const ZonalRequest& request_;
  const ZonalPlan& plan_;
  const RunContext& context_;
  BlockCache& cache_;
  Backend& backend_;
  StageClock& clock_;
  std::vector<Wanted> wanted_;              ///< by quantity
  std::vector<ValueStatistic> of_values_;   ///< statistics that need the values themselves,
  std::vector<std::size_t> value_columns_;  ///< and their columns
  ZoneMaker maker_;
  std::vector<CrsTransform> to_frame_;                       ///< by lattice group
  std::vector<std::optional<CellPatterns>> patterns_;        ///< by lattice group, of cells in its CRS
  std::optional<KnownCoverage> known_;                       ///< from a file
  std::vector<std::unique_ptr<ObservationReader>> readers_;  ///< by observation, opened on first use
  std::vector<std::unique_ptr<PixelWeights>> weights_of_;    ///< by lattice group, made on first use
  PixelWeights* pixel_weights_ = nullptr;                    ///< of the lattice group at work
  Gathering gathering_, weighted_;  ///< by coverage alone, and with the second weight
  Tile bands_, quantities_, weights_;
  StoredTile stored_;
  bool as_stored_ = false;           ///< the strip lies in stored_
  std::vector<double> kept_values_;  ///< of_values_ of the date at hand, by zone; empty: collectors have them
};

}  // namespace isotherm

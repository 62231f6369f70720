// One worker's share of a zonal run: everything it must not share (file handles, projections, scratch
// memory).
#pragma once

#include <memory>
#include <vector>

#include "isotherm/backend/backend.h"
#include "isotherm/engine/zonal.h"
#include "isotherm/io/crs.h"
#include "zonal_plan.h"

namespace isotherm {

/// Nanoseconds by stage, added to by all workers.
using StageClock = std::array<std::atomic<std::int64_t>, kStageNames.size()>;

class ZonalWorker {
 public:
  ZonalWorker(const ZonalRequest& request, const ZonalPlan& plan, const RunContext& context,
              BlockCache& cache, Backend& backend, StageClock& clock);
  /// Computes one batch for every observation.
  ZonalBatch compute(const BatchRange& range);

 private:
  Coverage cover(const ZoneBatch& zones, std::size_t group) const;
  void check_samples(const Coverage& coverage, const ZoneBatch& zones) const;
  void observe(const LatticeGroup::Member& member, const Coverage& coverage);
  void store(const Coverage& coverage, const LatticeGroup::Member& member, ZonalBatch& batch);

  const ZonalRequest& request_;
  const ZonalPlan& plan_;
  const RunContext& context_;
  BlockCache& cache_;
  Backend& backend_;
  StageClock& clock_;
  bool keep_samples_;
  ZoneMaker maker_;
  std::vector<CrsTransform> to_frame_;                       ///< by lattice group
  std::vector<std::unique_ptr<ObservationReader>> readers_;  ///< by observation, opened on first use
  Gathering gathering_;
  Tile bands_, quantities_;
};

}  // namespace isotherm

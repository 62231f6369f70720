// Larger squares made of the squares of a run: 2 x 2 cells of 48 m are one of 96 m. Their statistics come
// from the sums of their cells; no pixel is read again.
//
// A parent is what its cells are: those that an area of interest left out are left out of it, too. Its
// results are those of computing it directly, up to the rounding of weights (float32). Cells are merged in
// zone order, so nothing depends on batches.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "isotherm/engine/zonal.h"
#include "isotherm/job/zonal.h"
#include "zonal_outputs.h"
#include "zonal_table.h"
#include "zone_features.h"

namespace isotherm {

/// "2=cells96.gpkg": how many cells along a side, and where the table goes.
struct ParentRequest {
  std::int32_t factor;
  std::string path;
};
/// Throws Error(usage).
ParentRequest parse_parents(const std::string& text);

/// Refuses what sums cannot give: grids that are no squares, statistics of the values themselves, `pixels`
/// (a pixel on a border is counted by both cells) unless rule is centre, and rule touch. Throws Error(usage).
void check_parents(const ZoneSource& zones, std::span<const ZonalColumn> columns, CoverageRule rule);

class ParentMerger {
 public:
  /// `emit` gets finished parents, in zone order; while it does, `features` holds the sums of `cell_features`
  /// over the cells of these parents. Both must outlive it.
  ParentMerger(const ZonalRequest& request, std::int32_t factor, std::function<void(ZonalBatch&&)> emit,
               std::span<const FeatureColumns> cell_features, std::span<FeatureColumns> features);
  /// Cells with their sums, in zone order from call to call.
  void add(const ZonalBatch& cells);
  void finish();

 private:
  struct Parent {
    double ground_area_m2 = 0, share = 0;
    char inside = 0;
    std::vector<ZonalBatch::Sums> sums;  ///< [observation][quantity]
  };
  void emit_row();

  const ZonalRequest& request_;
  std::int32_t factor_;
  std::shared_ptr<const Grid> grid_;
  std::function<void(ZonalBatch&&)> emit_;
  std::int32_t row_ = 0;                    ///< j of the parents at work
  std::map<std::int32_t, Parent> parents_;  ///< by i
  std::span<const FeatureColumns> cell_features_;
  std::span<FeatureColumns> features_;
};

/// The tables of larger squares of a run; none of them: does nothing.
class ParentTables {
 public:
  /// `request`, `columns` and `features` (of the cells) must outlive it. Opens all outputs. Throws as
  /// ZonalOutputs does.
  ParentTables(std::span<const ParentRequest> parents, const ZonalJob& job, const ZonalRequest& request,
               const ZonalShape& shape, const ZonalColumns& columns, std::span<const FeatureColumns> features,
               const ZonalOutputFacts& facts, const RunContext& context);
  /// For run_zonal; empty when there are no parents.
  std::function<void(const ZonalBatch&)> merge();
  void finish();

 private:
  struct Parent {
    std::vector<FeatureColumns> features;
    std::unique_ptr<ZonalTable> table;
    std::unique_ptr<ZonalOutputs> outputs;
    std::unique_ptr<ParentMerger> merger;
  };
  std::vector<Parent> parents_;
};

}  // namespace isotherm

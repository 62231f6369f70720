// The path of the main job: plan, cover, read, evaluate, gather, write.
//
// Zones own the work: a batch of zones is computed from start to end by one worker, for every observation, so
// there is nothing to merge and the result is the same for any number of threads, any batch size and any
// memory budget.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isotherm/backend/backend.h"
#include "isotherm/core/run_context.h"
#include "isotherm/engine/observation.h"
#include "isotherm/engine/shard.h"
#include "isotherm/engine/zone_source.h"
#include "isotherm/io/table_writer.h"
#include "isotherm/spectral/program.h"
#include "isotherm/stats/statistics.h"
#include "isotherm/zones/coverage.h"

namespace isotherm {

/// A column of results: one statistic of one quantity.
struct ZonalColumn {
  std::size_t quantity;
  Statistic statistic;
};

/// A second weight per pixel, which multiplies coverage (see stats/statistics.h). Values come from a raster
/// of any lattice and CRS; pixels where it has none take part in nothing, negative ones are an error. Or the
/// weight is the pixel's true area on the ellipsoid.
struct PixelWeighting {
  bool ground_area = false;
  Scene raster;  ///< of one band; not used for areas
};

/// What is to be computed. `programs[k]` is compiled for `observations[k]`; all have the same outputs, the
/// quantities.
struct ZonalRequest {
  const ZoneSource& zones;
  std::span<const Observation> observations;
  std::span<const Program> programs;
  std::span<const ZonalColumn> columns;  ///< those of one quantity stand together, quantities in order
  CoverageRule rule = CoverageRule::exact;
  MaskChoice mask;
  /// Leave out zones that no observation's frame touches (cells made over the data, not asked for one by
  /// one).
  bool drop_outside = false;
  const PixelWeighting* weighting = nullptr;
  bool keep_sums = false;      ///< fill ZonalBatch::sums
  Share share;                 ///< of the zones
  std::string coverage_from;   ///< a file of coverage to use; empty: none
  std::string save_coverage;   ///< a file to keep the coverage in; empty: none
  bool ground_area = true;     ///< measure ZoneBatch::ground_area_m2
  Backend* backend = nullptr;  ///< null: the processor

  std::size_t quantities() const { return programs.front().outputs().size(); }
};

/// Everything about a run of zones. Missing is NaN.
struct ZonalBatch {
  ZoneBatch zones;
  /// Sums of a zone and quantity at one observation, from which parents of cells are made.
  struct Sums {
    Moments counted;   ///< by coverage alone
    Moments weighted;  ///< with the second weight; the same without one
    double total = 0;  ///< Coverage::total
  };

  std::size_t observations = 0, quantities = 0, columns = 0;
  std::vector<double> values;  ///< [zone][observation][column]
  std::vector<double> valid;   ///< [zone][observation][quantity]: valid share of the zone
  std::vector<char> inside;    ///< [zone]: some observation's frame meets the zone
  std::int64_t known = 0;      ///< zones whose coverage came from a file, by lattice
  std::vector<Sums> sums;      ///< [zone][observation][quantity], when asked for

  std::span<double> row(std::size_t zone, std::size_t observation) {
    return std::span(values).subspan((zone * observations + observation) * columns, columns);
  }
  std::span<const double> row(std::size_t zone, std::size_t observation) const {
    return const_cast<ZonalBatch*>(this)->row(zone, observation);
  }
  std::span<const double> valid_shares(std::size_t zone, std::size_t observation) const {
    return std::span(valid).subspan((zone * observations + observation) * quantities, quantities);
  }
};

enum class Stage { cover, read, evaluate, gather, write };
inline constexpr std::array<std::string_view, 5> kStageNames{"cover", "read", "evaluate", "gather", "write"};

struct ZonalSummary {
  std::int64_t zones = 0;        ///< zones written
  std::int64_t outside = 0;      ///< of these, zones that no frame touches
  std::int64_t with_values = 0;  ///< zones with a valid pixel in some observation
  std::int64_t batches = 0;
  std::int64_t known = 0, to_know = 0;               ///< with a file of coverage: taken from it, of so many
  std::array<double, kStageNames.size()> seconds{};  ///< by Stage, summed over workers
  BlockCache::Counts blocks;
};

/// Rows ready for their outputs: (output number, prepared rows).
using ZonalRows = std::vector<std::pair<std::size_t, RowSink::Prepared>>;

/// `format` runs in parallel; `write` gets the results in zone order (file order for polygons), one at a
/// time.
///
/// With keep_sums, `merge` gets the sums of all cells of a lattice (also those outside), with their ids,
/// areas and shares, in zone order and one batch at a time.
ZonalSummary run_zonal(const ZonalRequest& request, const RunContext& context,
                       const std::function<ZonalRows(ZonalBatch&&)>& format,
                       const std::function<void(ZonalRows&&)>& write,
                       const std::function<void(const ZonalBatch&)>& merge = {});

}  // namespace isotherm

// What `hotspot` says of whole maps: printed for a person, and as a document.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "isotherm/job/hotspot.h"
#include "isotherm/model/autocorrelation.h"

namespace isotherm {

/// One period.
struct MapSummary {
  std::string period;
  std::size_t cells = 0;
  GlobalAutocorrelation moran, geary, getis_ord;
  std::optional<GlobalPermuted> permuted;
  struct Island {
    std::size_t rural_cells = 0;
    double rural = 0, others = 0, intensity = 0;
  };
  std::optional<Island> island;
};

MapSummary map_summary(const HotspotJob& job, const std::string& period, std::span<const double> x,
                       const Weights& weights, const RunContext& context);
/// Tables in columns; `weights` as they are described.
std::string summary_text(const HotspotJob& job, const std::string& weights, std::span<const MapSummary> maps);
/// Layout "isotherm-hotspot/1" (docs/formats.md).
std::string summary_json(const HotspotJob& job, const std::string& weights, std::span<const MapSummary> maps);

}  // namespace isotherm

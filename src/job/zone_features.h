// Features counted in zones (--features): how many buildings a cell holds, and how much of it they cover.
//
// A feature is counted in the zone that holds its place (io/feature_reader.h): a point on an edge belongs to
// one side only, as cells and areas of interest have it; zones that overlap each count it. Its whole true
// area counts there. Shares are cut: every zone gets the part of each outline inside it, as true area of the
// true area of the zone. What overlaps counts as often as it is there, so that a share can be above 1. Cells
// that are cut to an area (rule clip) hold what lies in the part that is left of them.
//
// Features stream through: kept are sums per zone that any of them meets, refused beyond the memory budget.
// They are added up in file order, so that nothing depends on threads, shares of a run or memory.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "isotherm/core/run_context.h"
#include "isotherm/core/table.h"
#include "isotherm/engine/zone_source.h"
#include "isotherm/io/feature_reader.h"

namespace isotherm {

/// What --features says: "building=houses.gpkg:footprints,crs=EPSG:2154,mean=height,where=use = 'office'".
struct FeatureRequest {
  std::string name;
  FeatureSource source;
};
/// Names may not repeat. Throws Error(usage).
std::vector<FeatureRequest> parse_features(std::span<const std::string> texts);

/// Sums by zone: cells by their number, polygons by their position.
class FeatureSums {
 public:
  /// How many there are, their areas, the area they cover; sum and number of each attribute behind these.
  enum Slot : std::size_t { count, area_m2, covered_m2, first_number };
  explicit FeatureSums(std::size_t numbers) : width_(first_number + 2 * numbers) {}

  std::span<double> at(std::int64_t zone);                ///< zeros where it is new
  std::span<const double> find(std::int64_t zone) const;  ///< empty where nothing is known
  void add(std::int64_t zone, std::span<const double> sums);
  void clear();
  std::size_t bytes() const;

 private:
  std::size_t width_;
  std::unordered_map<std::int64_t, std::size_t> places_;  ///< in sums_
  std::vector<double> sums_;
};

/// The columns of one --features, and what is known of the zones.
struct FeatureColumns {
  FeatureRequest request;
  bool has_areas = true;
  FeatureSums sums;

  std::vector<ColumnInfo> infos() const;
  std::string share_name() const { return request.name + "_share"; }
  /// The key of a zone of a batch.
  static std::int64_t key(const ZoneBatch& zones, std::size_t zone) {
    return zones.grid ? zones.ids[zone] : zones.positions[zone];
  }
  /// The value of infos()[column] for a zone of that true area; counts, too, are given as real numbers.
  double value(std::span<const double> sums_of_zone, std::size_t column, double zone_area_m2) const;
};

/// Opened before a run, counted when everything else has been found in order.
class FeatureCounter {
 public:
  /// Throws Error as FeatureReader does.
  FeatureCounter(const FeatureRequest& request, const ZoneSource& zones);
  FeatureColumns columns() const;  ///< nothing is known of the zones yet
  /// Reads all features; shares are cut only when they are asked for. Once.
  void count(const ZoneSource& zones, bool shares, FeatureColumns& columns, const RunContext& context);

 private:
  FeatureRequest request_;
  FeatureReader reader_;
};

}  // namespace isotherm

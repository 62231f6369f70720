#include "zone_features.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "isotherm/core/text.h"
#include "isotherm/io/box_tree.h"
#include "isotherm/io/crs.h"
#include "isotherm/zones/cut_cells.h"
#include "zone_columns.h"

namespace isotherm {

namespace {

[[noreturn]] void refuse_features(const std::string& text, const std::string& why) {
  throw Error(ErrorKind::usage,
              "--features '" + text + "': " + why +
                  "; the form is NAME=FILE[:LAYER][,crs=CRS][,mean=ATTRIBUTE]...[,where=CONDITION]");
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

/// Takes ",key=value" off the end, as long as there is one; a path may hold commas.
void take_settings(const std::string& text, std::string& rest, FeatureSource& source) {
  static const std::vector<std::string> kKeys{"crs", "mean", "where"};
  for (;;) {
    const std::size_t comma = rest.find_last_of(',');
    const std::size_t equals = comma == std::string::npos ? comma : rest.find('=', comma);
    if (equals == std::string::npos || rest.find('/', comma) < equals) break;
    const std::string key(trim(std::string_view(rest).substr(comma + 1, equals - comma - 1)));
    const std::string value(trim(std::string_view(rest).substr(equals + 1)));
    if (key != "crs" && key != "mean")
      refuse_features(text, "unknown '" + key + "'" + suggestion(key, kKeys));
    if (value.empty()) refuse_features(text, key + " says nothing");
    if (key == "crs" && !source.crs.empty()) refuse_features(text, "crs is given twice");
    if (key == "mean" && std::ranges::find(source.numbers, value) != source.numbers.end())
      refuse_features(text, "mean=" + value + " is given twice");
    key == "crs" ? void(source.crs = value) : source.numbers.push_back(value);
    rest.resize(comma);
  }
  std::ranges::reverse(source.numbers);  // as they were written
}

FeatureRequest parse_one(const std::string& text) {
  FeatureRequest request;
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) refuse_features(text, "there is no NAME=");
  request.name = trim(std::string_view(text).substr(0, equals));
  if (!is_plain_name(request.name))
    refuse_features(text, "a name is made of letters, digits and _, and begins with none of the digits");
  std::string rest(trim(std::string_view(text).substr(equals + 1)));
  constexpr std::string_view kWhere = ",where=";
  if (const std::size_t where = rest.find(kWhere); where != std::string::npos) {
    request.source.where = trim(std::string_view(rest).substr(where + kWhere.size()));
    if (request.source.where.empty()) refuse_features(text, "where says nothing");
    rest.resize(where);
  }
  take_settings(text, rest, request.source);
  if (rest.empty()) refuse_features(text, "there is no file");
  split_layer(rest, request.source.path, request.source.layer);
  return request;
}

/// The rectangle that places must lie in to be in a zone.
Extent reach_of(const ZoneSource& zones) {
  if (!zones.is_lattice() || std::holds_alternative<HexGrid>(zones.grid()->kind())) return zones.extent();
  const CellRange& range = *zones.range();  // of squares, whose corner cells reach as far as any
  Extent reach;
  for (const std::int64_t corner : {std::int64_t{0}, range.size() - 1}) {
    for (const Point p : zones.grid()->outline(range.at(corner))) reach.add(p);
  }
  return reach;
}

void count_in(const Feature& feature, std::span<double> sums) {
  sums[FeatureSums::count] += 1;
  sums[FeatureSums::area_m2] += feature.ground_area_m2;
  for (std::size_t k = 0; k < feature.numbers.size(); ++k) {
    if (std::isnan(feature.numbers[k])) continue;
    sums[FeatureSums::first_number + 2 * k] += feature.numbers[k];
    sums[FeatureSums::first_number + 2 * k + 1] += 1;
  }
}

/// Whole turns of the globe after which a feature may meet zones in degrees: these may reach across the
/// antimeridian or lie on both sides of it.
std::vector<double> turns_of(const ZoneSource& zones) {
  return is_geographic(zones.crs()) ? std::vector<double>{0, -360, 360} : std::vector<double>{0};
}

MultiPolygon moved(MultiPolygon outline, double by) {
  if (by == 0) return outline;
  for (Polygon& polygon : outline) {
    for (Ring& ring : polygon.rings) {
      for (Point& p : ring) p.x += by;
    }
  }
  return outline;
}

/// In cells: by arithmetic on the lattice.
class CellCounter {
 public:
  CellCounter(const ZoneSource& zones, bool shares, std::function<void()> check)
      : grid_(*zones.grid()),
        reach_(reach_of(zones)),
        shares_(shares),
        ground_(zones.crs()),
        turns_(turns_of(zones)),
        check_(std::move(check)) {
    if (zones.has_area() && zones.area_rule() == AreaRule::clip) area_ = *zones.area();
  }
  void count(std::span<const Feature> features, FeatureSums& sums) {
    for (const Feature& feature : features) {
      count_place(feature, sums);
      if (shares_ && !feature.outline.empty()) cut(feature.outline, sums);
      check_();
    }
  }

 private:
  void count_place(const Feature& feature, FeatureSums& sums) const {
    for (const double turn : turns_) {
      const Point p{feature.place.x + turn, feature.place.y};
      if (!reach_.contains(p) || (area_ && !area_->contains(p))) continue;
      return count_in(feature, sums.at(Grid::id(grid_.canonical(grid_.zone_at(p)))));
    }
  }
  void cut(const MultiPolygon& outline, FeatureSums& sums) {
    std::set<std::int64_t> before, now;  // cells that another turn of the outline has met are the same cells
    for (const double turn : turns_) {
      const MultiPolygon here = moved(outline, turn);
      if (intersect(extent_of(here), reach_).empty()) continue;
      cut_cells(grid_, area_ ? area_->clip(here) : here, reach_, [&](Cell cell, const MultiPolygon& part) {
        const std::int64_t id = Grid::id(grid_.canonical(cell));
        if (before.contains(id)) return;
        if (turns_.size() > 1) now.insert(id);
        sums.at(id)[FeatureSums::covered_m2] += ground_.square_metres(part);
        check_();
      });
      before.merge(now);
    }
  }
  const Grid& grid_;
  Extent reach_;
  bool shares_;
  GroundArea ground_;
  std::vector<double> turns_;
  std::function<void()> check_;  ///< stops a run that was interrupted or holds too much
  std::optional<Area> area_;     ///< that cells are cut to
};

/// In polygons: for each that any feature may meet. Outlines are made ready anew for every lot of features:
/// there may be more of them than memory should hold so.
class PolygonCounter {
 public:
  PolygonCounter(const ZoneSource& zones, bool shares, std::function<void()> check)
      : zones_(zones),
        shares_(shares),
        ground_(zones.crs()),
        turns_(turns_of(zones)),
        check_(std::move(check)) {}
  void count(std::span<const Feature> features, FeatureSums& sums) {
    std::vector<Extent> boxes;
    for (const Feature& feature : features) {
      boxes.push_back(extent_of(feature.outline));
      boxes.back().add(feature.place);
    }
    const BoxTree tree(boxes);
    for (std::int64_t zone = 0; zone < zones_.candidates(); ++zone) {
      std::vector<std::pair<std::size_t, double>> near;  // features in file order, with the turn
      for (const double turn : turns_) {
        Extent box = zones_.extent(zone);
        box.xmin -= turn;
        box.xmax -= turn;
        for (const std::size_t k : tree.meeting(box)) near.emplace_back(k, turn);
      }
      if (near.empty()) continue;
      std::ranges::sort(near);
      check_();
      const Area area(zones_.outlines()[static_cast<std::size_t>(zone)], zones_.crs());
      for (const auto& [k, turn] : near) add(features[k], turn, area, sums.at(zone));
    }
  }

 private:
  void add(const Feature& feature, double turn, const Area& area, std::span<double> sums) const {
    if (area.contains({feature.place.x + turn, feature.place.y})) count_in(feature, sums);
    if (!shares_ || feature.outline.empty()) return;
    sums[FeatureSums::covered_m2] += ground_.square_metres(area.clip(moved(feature.outline, turn)));
  }
  const ZoneSource& zones_;
  bool shares_;
  GroundArea ground_;
  std::vector<double> turns_;
  std::function<void()> check_;
};

}  // namespace

std::vector<FeatureRequest> parse_features(std::span<const std::string> texts) {
  std::vector<FeatureRequest> requests;
  for (const std::string& text : texts) {
    FeatureRequest request = parse_one(text);
    const auto same = [&](const FeatureRequest& other) { return other.name == request.name; };
    if (std::ranges::any_of(requests, same))
      refuse_features(text, "the name '" + request.name + "' is given twice");
    requests.push_back(std::move(request));
  }
  return requests;
}

std::span<double> FeatureSums::at(std::int64_t zone) {
  const auto [found, is_new] = places_.try_emplace(zone, sums_.size());
  if (is_new) sums_.resize(sums_.size() + width_);
  return std::span(sums_).subspan(found->second, width_);
}

std::span<const double> FeatureSums::find(std::int64_t zone) const {
  const auto found = places_.find(zone);
  return found == places_.end() ? std::span<const double>() : std::span(sums_).subspan(found->second, width_);
}

void FeatureSums::add(std::int64_t zone, std::span<const double> sums) {
  if (sums.empty()) return;
  const std::span<double> to = at(zone);
  for (std::size_t k = 0; k < to.size(); ++k) to[k] += sums[k];
}

void FeatureSums::clear() {
  places_.clear();
  sums_.clear();
}

std::size_t FeatureSums::bytes() const {
  constexpr std::size_t kEntry = 40;  // of the map: node, bucket
  return sums_.capacity() * sizeof(double) + places_.size() * kEntry;
}

std::vector<ColumnInfo> FeatureColumns::infos() const {
  const std::string& name = request.name;
  std::vector<ColumnInfo> infos{
      {name + "_count", ColumnType::integer, "", "features of " + name + " whose place lies in the zone"}};
  if (has_areas) {
    infos.push_back(
        {name + "_area_m2", ColumnType::real, "m2", "true area of these features", kResultDigits});
    infos.push_back({share_name(), ColumnType::real, "1",
                     "share of the zone's area that features of " + name + " cover", kResultDigits});
  }
  for (const std::string& number : request.source.numbers)
    infos.push_back({name + "_" + number + "_mean", ColumnType::real, "",
                     "mean of " + number + " over the features counted", kResultDigits});
  return infos;
}

double FeatureColumns::value(std::span<const double> zone, std::size_t column, double zone_area_m2) const {
  const std::size_t plain = has_areas ? 3 : 1;
  const auto known = [&](std::size_t slot) { return zone.empty() ? 0.0 : zone[slot]; };
  if (column >= plain) {
    const std::size_t slot = FeatureSums::first_number + 2 * (column - plain);
    return known(slot + 1) > 0 ? zone[slot] / zone[slot + 1] : kMissing;
  }
  if (column < 2) return known(column);
  return zone_area_m2 > 0 ? known(FeatureSums::covered_m2) / zone_area_m2 : kMissing;
}

FeatureCounter::FeatureCounter(const FeatureRequest& request, const ZoneSource& zones)
    : request_(request), reader_(request.source, zones.crs(), zones.extent()) {}

FeatureColumns FeatureCounter::columns() const {
  return {request_, reader_.has_areas(), FeatureSums(request_.source.numbers.size())};
}

void FeatureCounter::count(const ZoneSource& zones, bool shares, FeatureColumns& columns,
                           const RunContext& context) {
  const auto check = [&] {
    context.stop.check();
    if (columns.sums.bytes() <= context.memory) return;
    throw Error(ErrorKind::usage,
                "--features " + request_.name +
                    ": the counts of so many zones do not fit into the memory budget; raise "
                    "--memory, or take larger cells");
  };
  std::optional<CellCounter> cells;
  std::optional<PolygonCounter> polygons;
  zones.is_lattice() ? void(cells.emplace(zones, shares, check))
                     : void(polygons.emplace(zones, shares, check));
  const std::size_t most_points = std::max<std::size_t>(context.memory / (8 * sizeof(Point)), 1);
  bool any = false;
  for (;;) {
    const std::vector<Feature> features = reader_.next(most_points);
    if (features.empty()) break;
    any = true;
    cells ? cells->count(features, columns.sums) : polygons->count(features, columns.sums);
  }
  if (reader_.repaired() > 0) {
    context.log.warning(request_.source.path + ": " + std::to_string(reader_.repaired()) +
                        " invalid polygon" + (reader_.repaired() == 1 ? " was" : "s were") +
                        " repaired (make-valid)");
  }
  if (reader_.left_out() > 0) {
    const bool one = reader_.left_out() == 1;
    context.log.warning(request_.source.path + ": " + std::to_string(reader_.left_out()) +
                        (one ? " feature has" : " features have") + " neither a point nor an area and " +
                        (one ? "is" : "are") + " left out");
  }
  if (!any)
    context.log.warning(request_.source.path + ": no feature lies near the zones, so " + request_.name +
                        " is 0 everywhere");
}

}  // namespace isotherm

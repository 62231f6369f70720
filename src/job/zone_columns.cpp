#include "zone_columns.h"

#include <algorithm>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "zone_features.h"

namespace isotherm {

bool ColumnChoice::has(std::string_view name) const {
  return names.empty() || std::ranges::find(names, name) != names.end();
}

void ColumnChoice::check(std::span<const std::string> known) const {
  for (const std::string& name : names) {
    if (name == "none" && names.size() == 1) return;
    if (std::ranges::find(known, name) != known.end()) continue;
    throw Error(ErrorKind::usage, "--columns: there is no describing column '" + name + "'" +
                                      suggestion(name, known) + " (there are " + join(known, ", ") +
                                      "; or none)");
  }
}

ZoneColumns::ZoneColumns(const ZoneSource& zones, const ColumnChoice& choice,
                         std::span<const FeatureColumns> features)
    : features_(features) {
  const auto offer = [&](ColumnInfo info) {
    known_.push_back(info.name);
    const bool wanted = choice.has(info.name);
    if (wanted) infos_.push_back(std::move(info));
    return wanted;
  };
  name_ = offer({"zone", ColumnType::text, "", "name of the zone"});
  id_ = offer({"cell_id", ColumnType::integer, "", "number of the zone, the same in every run"});
  for (const ColumnInfo& info : zones.attribute_columns()) attributes_.push_back(offer(info));
  area_ = offer({"area_m2", ColumnType::real, "m2", "true area on the ellipsoid", kResultDigits});
  share_ = zones.has_area() && offer({"share", ColumnType::real, "1",
                                      "share of the cell inside the area of interest", kResultDigits});
  for (const FeatureColumns& own : features_) {
    std::vector<char>& chosen = feature_columns_.emplace_back();
    for (const ColumnInfo& info : own.infos()) chosen.push_back(offer(info));
  }
}

std::size_t ZoneColumns::append(const ZoneBatch& zones, std::size_t zone, Table& table) const {
  std::size_t column = 0;
  if (name_) table.columns[column++].texts().emplace_back(zones.id_text(zone));
  if (id_) table.columns[column++].integers().push_back(zones.ids[zone]);
  for (std::size_t k = 0; k < attributes_.size(); ++k) {
    if (!attributes_[k]) continue;
    std::visit(
        [&](const auto& values) {
          std::get<std::decay_t<decltype(values)>>(table.columns[column].values).push_back(values[zone]);
        },
        zones.attributes.columns[k].values);
    ++column;
  }
  if (area_) table.columns[column++].reals().push_back(zones.ground_area_m2[zone]);
  if (share_) table.columns[column++].reals().push_back(zones.share[zone]);
  for (std::size_t f = 0; f < features_.size(); ++f) {
    const std::span<const double> sums = features_[f].sums.find(FeatureColumns::key(zones, zone));
    for (std::size_t k = 0; k < feature_columns_[f].size(); ++k) {
      if (feature_columns_[f][k] == 0) continue;
      const double value = features_[f].value(sums, k, zones.ground_area_m2[zone]);
      Column& to = table.columns[column++];
      if (to.info.type == ColumnType::integer) {
        to.integers().push_back(static_cast<std::int64_t>(value));
      } else {
        to.reals().push_back(value);
      }
    }
  }
  return column;
}

}  // namespace isotherm

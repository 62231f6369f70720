#include "zone_columns.h"

namespace isotherm {

std::vector<ColumnInfo> zone_columns(const ZoneSource& zones) {
  std::vector<ColumnInfo> columns{
      {"zone", ColumnType::text, "", "name of the zone"},
      {"cell_id", ColumnType::integer, "", "number of the zone, the same in every run"}};
  for (const ColumnInfo& info : zones.attribute_columns()) columns.push_back(info);
  columns.push_back({"area_m2", ColumnType::real, "m2", "true area on the ellipsoid", kResultDigits});
  if (zones.has_area()) {
    columns.push_back(
        {"share", ColumnType::real, "1", "share of the cell inside the area of interest", kResultDigits});
  }
  return columns;
}

std::size_t append_zone(const ZoneBatch& zones, std::size_t zone, bool with_share, Table& table) {
  std::size_t column = 0;
  table.columns[column++].texts().emplace_back(zones.id_texts[zone]);
  table.columns[column++].integers().push_back(zones.ids[zone]);
  for (const Column& attribute : zones.attributes.columns) {
    std::visit(
        [&](const auto& values) {
          std::get<std::decay_t<decltype(values)>>(table.columns[column].values).push_back(values[zone]);
        },
        attribute.values);
    ++column;
  }
  table.columns[column++].reals().push_back(zones.ground_area_m2[zone]);
  if (with_share) table.columns[column++].reals().push_back(zones.share[zone]);
  return column;
}

}  // namespace isotherm

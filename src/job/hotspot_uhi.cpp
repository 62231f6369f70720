#include "hotspot_uhi.h"

#include <cmath>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/crs.h"
#include "isotherm/model/change.h"
#include "isotherm/model/heat_island.h"
#include "isotherm/model/model_formula.h"
#include "regress_tables.h"

namespace isotherm {

namespace {

constexpr double kZeroCelsius = 273.15;
constexpr double kColdestKelvin = 150;  // no surface on Earth is colder than this, and none hotter in Celsius

/// "ring:3000:6000"; nothing for a condition.
struct Ring {
  double from = 0, to = 0;
};
std::optional<Ring> ring_of(const std::string& text) {
  if (!lower(text).starts_with("ring:")) return {};
  const std::vector<std::string> parts = split(text, ':');
  const auto from = parts.size() == 3 ? parse_number(parts[1]) : std::nullopt;
  const auto to = parts.size() == 3 ? parse_number(parts[2]) : std::nullopt;
  if (!from || !to || *from < 0 || !(*to > *from)) {
    throw Error(ErrorKind::usage,
                "--rural '" + text +
                    "': write ring:FROM:TO in metres from the centre, as ring:8000:12000, or a "
                    "condition, as 'building_count == 0'");
  }
  return Ring{*from, *to};
}

/// Cells whose centres lie in the ring about the mean of all centres.
std::vector<char> in_ring(const Ring& ring, const ReadTable& cells, std::span<const std::size_t> rows) {
  if (cells.anchors.empty())
    throw Error(ErrorKind::input,
                "--rural ring needs places: the table has neither geometry nor columns x, y");
  const std::string& crs = cells.table.crs;
  if (!crs.empty() && is_geographic(crs)) {
    throw Error(ErrorKind::input,
                "--rural ring measures in metres, and the table's coordinates are degrees; write "
                "the cells in a projected CRS");
  }
  const double unit = crs.empty() ? 1 : metres_per_unit(crs);
  Point centre;
  for (std::size_t row : rows) {
    centre.x += cells.anchors[row].x / static_cast<double>(rows.size());
    centre.y += cells.anchors[row].y / static_cast<double>(rows.size());
  }
  std::vector<char> chosen;
  for (std::size_t row : rows) {
    const double away = std::hypot(cells.anchors[row].x - centre.x, cells.anchors[row].y - centre.y) * unit;
    chosen.push_back(away >= ring.from && away < ring.to ? 1 : 0);
  }
  return chosen;
}

std::vector<char> reference_of(const HotspotJob& job, const ReadTable& cells,
                               std::span<const std::size_t> rows) {
  if (const auto ring = ring_of(job.rural)) return in_ring(*ring, cells, rows);
  const std::vector<char> all = Condition(job.rural).rows(cells.table);
  std::vector<char> chosen;
  for (std::size_t row : rows) chosen.push_back(all[row]);
  return chosen;
}

std::vector<double> column_of(const std::string& name, const Table& table,
                              std::span<const std::size_t> rows) {
  ModelFormula formula;
  formula.response.column = name;
  return response_of(formula, table, rows);
}

}  // namespace

std::vector<std::string> heat_island_columns(const HotspotJob& job) {
  return job.elevation.empty() ? std::vector<std::string>{} : std::vector<std::string>{job.elevation};
}

void check_heat_island(const HotspotJob& job) {
  if (!job.rural.empty() && !ring_of(job.rural)) Condition{job.rural};
  if (!job.elevation.empty() && job.rural.empty())
    throw Error(ErrorKind::usage,
                "--elevation matches the cells of the rural reference; say which they are with --rural");
}

HeatIslandResult heat_island_of(const HotspotJob& job, const ReadTable& cells,
                                std::span<const std::size_t> rows, std::span<const double> x) {
  HeatIslandResult result;
  if (!job.rural.empty()) {
    const std::vector<char> reference = reference_of(job, cells, rows);
    std::vector<double> elevations;
    if (!job.elevation.empty()) elevations = column_of(job.elevation, cells.table, rows);
    HeatIsland island = heat_island(x, reference, elevations, job.elevation_band_m);
    result.intensity = std::move(island.intensity);
    for (char rural : reference) result.rural.emplace_back(rural != 0 ? "rural" : "other");
    double sum = 0, count = 0;
    for (std::size_t k = 0; k < reference.size(); ++k) {
      if (reference[k] != 0 || std::isnan(result.intensity[k])) continue;
      sum += result.intensity[k];
      count += 1;
    }
    result.summary = {island.reference_cells, island.reference, island.others, sum / count};
  }
  if (job.utfvi) {
    std::vector<double> kelvin(x.begin(), x.end());
    double mean = 0;
    for (double t : kelvin) mean += t / static_cast<double>(kelvin.size());
    if (mean < kColdestKelvin) {
      for (double& t : kelvin) t += kZeroCelsius;
    }
    result.utfvi = utfvi(kelvin);
    for (double v : result.utfvi) result.utfvi_class.emplace_back(utfvi_class(v).name);
  }
  return result;
}

}  // namespace isotherm

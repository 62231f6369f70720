#include "hotspot_summary.h"

#include <tuple>

#include "isotherm/io/json_writer.h"
#include "regress_tables.h"

namespace isotherm {

namespace {

constexpr std::string_view kHotspotLayout = "isotherm-hotspot/1";
constexpr int kSummaryDigits = 5;

/// The three statistics of a map with their names in tables and documents.
auto statistics_of_map(const MapSummary& map) {
  const GlobalPermuted none{};
  const GlobalPermuted& p = map.permuted ? *map.permuted : none;
  return std::vector<std::tuple<std::string, std::string, GlobalAutocorrelation, double>>{
      {"Moran I", "moran", map.moran, p.moran},
      {"Geary C", "geary", map.geary, p.geary},
      {"G", "getis_ord", map.getis_ord, p.getis_ord}};
}

std::vector<std::vector<std::string>> autocorrelation_lines(const HotspotJob& job,
                                                            std::span<const MapSummary> maps) {
  std::vector<std::vector<std::string>> lines{{job.by.empty() ? "map" : job.by, "cells"}};
  for (const MapSummary& map : maps) {
    std::vector<std::string> line{map.period, std::to_string(map.cells)};
    std::vector<std::string>& head = lines.front();
    const bool first = lines.size() == 1;
    for (const auto& [title, name, g, permuted] : statistics_of_map(map)) {
      const bool expectation = name == "moran";  // of the others it is 1, or says little
      if (first) head.push_back(title);
      line.push_back(short_number(g.value, kSummaryDigits));
      if (first && expectation) head.emplace_back("expected");
      if (expectation) line.push_back(short_number(g.expectation, 3));
      if (first) head.insert(head.end(), {"z", "p"});
      line.push_back(short_number(g.z, kSummaryDigits));
      line.push_back(short_number(g.p, 3));
      if (first && map.permuted) head.emplace_back("p sim");
      if (map.permuted) line.push_back(short_number(permuted, 3));
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::vector<std::string>> island_lines(const HotspotJob& job, std::span<const MapSummary> maps) {
  std::vector<std::vector<std::string>> lines{
      {job.by.empty() ? "map" : job.by, "rural", "rural mean", "other mean", "intensity"}};
  for (const MapSummary& map : maps) {
    if (!map.island) continue;
    lines.push_back({map.period, std::to_string(map.island->rural_cells), short_number(map.island->rural, 6),
                     short_number(map.island->others, 6), short_number(map.island->intensity, 4)});
  }
  return lines;
}

}  // namespace

MapSummary map_summary(const HotspotJob& job, const std::string& period, std::span<const double> x,
                       const Weights& weights, const RunContext& context) {
  MapSummary map{
      period, x.size(), global_moran(x, weights), global_geary(x, weights), global_getis_ord(x, weights),
      {},     {}};
  if (job.permutations > 0)
    map.permuted = global_permuted_p(
        x, weights, {job.permutations, static_cast<std::uint64_t>(job.seed), context.threads});
  return map;
}

std::string summary_text(const HotspotJob& job, const std::string& weights,
                         std::span<const MapSummary> maps) {
  std::string text = job.value + ", weights " + weights + "\n\n" + aligned(autocorrelation_lines(job, maps));
  const std::vector<std::vector<std::string>> islands = island_lines(job, maps);
  if (islands.size() > 1) text += "\nheat island against " + job.rural + "\n\n" + aligned(islands);
  return text;
}

std::string summary_json(const HotspotJob& job, const std::string& weights,
                         std::span<const MapSummary> maps) {
  JsonWriter json;
  json.begin_object().member("layout", kHotspotLayout).member("input", job.cells.path);
  json.member("value", job.value).member("by", job.by).member("weights", weights);
  json.member("permutations", static_cast<double>(job.permutations));
  json.member("seed", static_cast<double>(job.seed)).member("rural", job.rural);
  json.key("maps").begin_array();
  for (const MapSummary& map : maps) {
    json.begin_object().member("period", map.period).member("cells", static_cast<double>(map.cells));
    for (const auto& [title, name, g, permuted] : statistics_of_map(map)) {
      json.key(name).begin_object().member("value", g.value).member("expectation", g.expectation);
      json.member("variance", g.variance).member("z", g.z).member("p", g.p);
      if (map.permuted) json.member("p_sim", permuted);
      json.end();
    }
    if (map.island) {
      json.key("heat_island").begin_object();
      json.member("rural_cells", static_cast<double>(map.island->rural_cells));
      json.member("rural_mean", map.island->rural).member("other_mean", map.island->others);
      json.member("intensity", map.island->intensity).end();
    }
    json.end();
  }
  json.end().end();
  return json.text();
}

}  // namespace isotherm

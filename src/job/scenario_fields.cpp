#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <optional>
#include <set>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/climate_field.h"
#include "isotherm/io/crs.h"
#include "isotherm/io/table_reader.h"
#include "refuse.h"
#include "scenario_climate.h"

namespace isotherm {

namespace {

constexpr std::array<std::string_view, 3> kFieldEndings{".nc", ".nc4", ".cdf"};
constexpr std::array<std::string_view, 6> kRasterEndings{".tif", ".tiff", ".vrt", ".img", ".asc", ".jp2"};

enum class ClimateKind { table, field, raster };

/// What stands behind --delta: [MODEL:][PERIOD=]FILE.
struct ClimateSource {
  std::string path, model;
  std::optional<YearSpan> years;
  ClimateKind kind = ClimateKind::table;
};

template <class Endings>
bool ends_with_any(const std::string& name, const Endings& endings) {
  return std::ranges::any_of(endings, [&](std::string_view ending) { return name.ends_with(ending); });
}

ClimateSource parse_source(const std::string& text) {
  ClimateSource source;
  source.path = text;
  const std::size_t sign = text.find('=');
  std::error_code ignored;
  if (sign != std::string::npos && text.find('/') > sign && !std::filesystem::exists(text, ignored)) {
    source.path = text.substr(sign + 1);
    const std::string before = text.substr(0, sign);
    const std::size_t colon = before.rfind(':');
    source.years = year_span(colon == std::string::npos ? before : before.substr(colon + 1));
    if (colon != std::string::npos && !source.years)
      refuse("--delta " + text + ": '" + before.substr(colon + 1) + "' is no period such as 2041-2060");
    if (!source.years || colon != std::string::npos) source.model = before.substr(0, colon);
  }
  const std::string name = lower(source.path);
  if (ends_with_any(name, kFieldEndings)) {
    source.kind = ClimateKind::field;
    if (source.years)
      refuse("--delta " + text + ": a NetCDF field says its times itself; leave the period out");
  } else if (source.years || ends_with_any(name, kRasterEndings)) {
    source.kind = ClimateKind::raster;
  } else if (!source.model.empty()) {
    refuse("--delta " + text + ": a table names models in its column model; leave '" + source.model +
           "=' out");
  }
  return source;
}

/// Files of one model and scenario, joined in time.
class JoinedFields {
 public:
  void add(const ClimateField& field, std::size_t spot) {
    Model& model = models_[field.model];
    for (const auto& [years, temperature] : field.years[spot]) {
      auto& [sum, count] = model[years];
      sum += temperature;
      ++count;
    }
  }
  std::map<std::string, std::map<YearSpan, double>> means() const {
    std::map<std::string, std::map<YearSpan, double>> means;
    for (const auto& [name, model] : models_) {
      for (const auto& [years, sum] : model) means[name][years] = sum.first / sum.second;
    }
    return means;
  }

 private:
  using Model = std::map<YearSpan, std::pair<double, int>>;
  std::map<std::string, Model> models_;
};

/// Differences between files count, so what is joined must be of one unit and one scenario.
void require_alike(const std::vector<ClimateField>& fields) {
  const ClimateField* named = nullptr;
  std::map<std::string, const ClimateField*> first;
  std::map<YearSpan, const ClimateField*> nameless;
  for (const ClimateField& field : fields) {
    const std::string scenario = plain_scenario(field.scenario);
    if (!scenario.empty() && scenario != "historical") {
      if (named != nullptr && plain_scenario(named->scenario) != scenario) {
        throw Error(ErrorKind::input, field.path + ": is of scenario " + field.scenario + ", and " +
                                          named->path + " of " + named->scenario +
                                          "; give the files of one scenario");
      }
      named = &field;
    }
    const auto [at, fresh] = first.try_emplace(field.model, &field);
    if (!fresh && !field.unit.empty() && !at->second->unit.empty() && at->second->unit != field.unit) {
      throw Error(ErrorKind::input, field.path + ": is in " + (field.unit.empty() ? "no unit" : field.unit) +
                                        ", and " + at->second->path + " in " +
                                        (at->second->unit.empty() ? "no unit" : at->second->unit) +
                                        "; files of one model must agree");
    }
    if (!field.model.empty()) continue;
    std::set<YearSpan> spans;
    for (const auto& spot : field.years) {
      for (const auto& [years, temperature] : spot) spans.insert(years);
    }
    for (const YearSpan& years : spans) {
      const auto [known, new_years] = nameless.try_emplace(years, &field);
      if (!new_years) {
        refuse("--delta: " + known->second->path + " and " + field.path + " both hold " +
               year_span_text(years) + "; name their climate models, as a:2041-2060=FILE or a=FILE");
      }
    }
  }
}

std::vector<ClimateField> read_fields(const std::vector<ClimateSource>& sources, const std::string& variable,
                                      std::span<const Point> cells, const std::string& crs) {
  std::vector<Point> globe(cells.begin(), cells.end());
  CrsTransform(crs, "EPSG:4326").apply(globe);
  for (const Point& place : globe) {
    if (!std::isfinite(place.x) || !std::isfinite(place.y))
      throw Error(ErrorKind::input, "a cell has no place on the globe; a field cannot be read there");
  }
  std::vector<ClimateField> fields;
  for (const ClimateSource& source : sources) {
    fields.push_back(source.kind == ClimateKind::field
                         ? read_climate_field(source.path, variable, globe)
                         : read_climate_raster(source.path, source.years, cells, crs));
    if (!source.model.empty()) fields.back().model = source.model;
  }
  require_alike(fields);
  return fields;
}

ClimateAtCells climate_of_fields(const ScenarioJob& job, const std::vector<ClimateSource>& sources,
                                 std::span<const Point> cells, const std::string& crs) {
  if (cells.empty() || crs.empty()) {
    refuse(
        "a field of temperatures is read at the cells, and these have no places; give outlines or lon and "
        "lat, and --table-crs where the file does not say it");
  }
  if (!job.scenario.empty())
    refuse("--scenario goes with a table; a field is of one scenario, so give its files");
  const std::vector<ClimateField> fields = read_fields(sources, job.delta_value, cells, crs);
  // Grids differ from model to model: cells with the same spots in all files share a climate.
  ClimateAtCells result;
  std::map<std::vector<std::size_t>, std::size_t> known;
  for (std::size_t cell = 0; cell < cells.size(); ++cell) {
    std::vector<std::size_t> spots;
    for (const ClimateField& field : fields) spots.push_back(field.spot[cell]);
    const auto [at, fresh] = known.try_emplace(spots, known.size());
    result.of_cell.push_back(at->second);
    if (!fresh) continue;
    JoinedFields joined;
    for (std::size_t k = 0; k < fields.size(); ++k) joined.add(fields[k], spots[k]);
    std::map<std::string, std::map<YearSpan, double>> models = joined.means();
    if (models.empty() ||
        std::ranges::all_of(models, [](const auto& model) { return model.second.empty(); })) {
      throw Error(ErrorKind::input, sources.front().path +
                                        (sources.size() > 1 ? " and the other files" : "") +
                                        ": no whole year of values where a cell lies (fill values, perhaps "
                                        "of the sea, or less than twelve months)");
    }
    result.climates.emplace_back(sources.front().path, std::move(models));
  }
  return result;
}

}  // namespace

ClimateAtCells read_climate(const ScenarioJob& job, std::span<const Point> cells, std::size_t count,
                            const std::string& crs, Log& log) {
  std::vector<ClimateSource> sources;
  for (const std::string& text : job.deltas) sources.push_back(parse_source(text));
  const bool tables = std::ranges::any_of(
      sources, [](const ClimateSource& source) { return source.kind == ClimateKind::table; });
  if (!tables) return climate_of_fields(job, sources, cells, crs);
  if (sources.size() != 1)
    refuse("--delta takes one table, or several NetCDF fields (.nc) and rasters (.tif, PERIOD=FILE)");
  TableReadOptions options;
  options.geometry = false;
  const ReadTable read = read_table(sources.front().path, options, log);
  ClimateAtCells result;
  result.climates.emplace_back(read.table, sources.front().path, job.scenario, job.delta_value);
  result.of_cell.assign(count, 0);
  return result;
}

}  // namespace isotherm

#include "zonal_facts.h"

#include <algorithm>

#include "isotherm/core/text.h"
#include "isotherm/io/crs.h"
#include "isotherm/io/file_record.h"
#include "isotherm/io/output_file.h"

namespace isotherm {

ZonalOutputFacts output_facts(const ZonalJob& job, std::span<const Observation> observations,
                              const ZoneSource& zones) {
  ZonalOutputFacts facts;
  auto& lines = facts.about;
  for (const Observation& observation : observations) lines.emplace_back("scene", observation.id);
  lines.emplace_back(
      "zones", (zones.is_lattice() ? zones.grid()->spec() : without_credentials(job.zones.zones)) + " in " +
                   crs_name(zones.crs()));
  lines.emplace_back("coverage", job.coverage);
  lines.emplace_back("mask", job.input.mask);
  if (!job.weight.empty()) lines.emplace_back("weight", without_credentials(job.weight));
  for (const std::string& text : job.features) lines.emplace_back("features", without_credentials(text));
  if (!job.period.empty()) lines.emplace_back("period", job.period + ", " + join(job.reduce, ", "));
  for (const std::string& text : job.formulas.expr) lines.emplace_back("formula", text);
  for (const std::string& text : job.derive) lines.emplace_back("derived", text);
  facts.cells = cell_lattice(zones, 1);
  return facts;
}

bool wants_bands(const TableOutput& output, std::size_t slots) {
  static constexpr std::string_view kParts[] = {"date", "period", "scene"};
  const bool split =
      std::ranges::any_of(kParts, [&](std::string_view part) { return has_template(output.path, part); });
  return slots > 1 && !split && is_cell_raster(output.path, output.format);
}

}  // namespace isotherm

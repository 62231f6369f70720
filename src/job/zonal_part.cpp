#include "zonal_part.h"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <set>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/core/version.h"
#include "isotherm/io/output_file.h"
#include "zonal_inputs.h"

namespace isotherm {

namespace fs = std::filesystem;

std::vector<Fact> facts_of_run(const ZonalJob& job, std::span<const Observation> observations,
                               std::span<const std::string> inputs) {
  std::vector<Fact> facts{{"version", std::string(version())}};
  for (const Invocation::Option& option : job.invocation.options) {
    if (option.shapes_result) facts.push_back({option.name, without_credentials(join(option.values, ", "))});
  }
  for (const Observation& observation : observations) facts.push_back({"scene", observation.id});
  Invocation shaping = job.invocation;
  std::erase_if(shaping.options, [](const auto& option) { return !option.shapes_result; });
  for (const FileRecord& file : facts_of_inputs(inputs, shaping, job.provenance.digests)) {
    // Folders differ between machines; names, sizes and times stay when files are copied with their times.
    const std::string name = fs::path(file.path).filename().string();
    facts.push_back({"file " + name, std::to_string(file.bytes) + " bytes, " +
                                         (file.sha256.empty() ? file.modified : "SHA-256 " + file.sha256)});
  }
  return facts;
}

std::optional<std::string> first_difference(std::span<const Fact> a, std::span<const Fact> b,
                                            const std::string& a_name, const std::string& b_name) {
  const auto value = [](std::span<const Fact> facts, const Fact& like) {
    const auto found = std::ranges::find(facts, like.name, &Fact::name);
    return found == facts.end() ? "not there" : "'" + found->value + "'";
  };
  for (std::size_t k = 0; k < std::max(a.size(), b.size()); ++k) {
    if (k < a.size() && k < b.size() && a[k] == b[k]) continue;
    const Fact& fact = k < a.size() ? a[k] : b[k];
    const bool same_name = k < a.size() && k < b.size() && a[k].name == b[k].name;
    return fact.name + " is " + (k < a.size() ? "'" + a[k].value + "'" : value(a, fact)) + " in " + a_name +
           " and " + (same_name ? "'" + b[k].value + "'" : value(b, fact)) + " in " + b_name;
  }
  return std::nullopt;
}

std::string ZonalPart::path_of(const ZonalJob& job, const Share& share) {
  const std::string path = fill_template(
      job.output.path, {{"shard", std::to_string(share.index) + "-of-" + std::to_string(share.count)}});
  if (fs::path(path).extension() != ".part") {
    const std::string way = "--shard writes a part for 'isotherm merge', and " + path +
                            " does not end in .part; give for example -o 'cells-{shard}.part'";
    throw Error(ErrorKind::usage,
                !is_cell_raster(path, "")
                    ? way
                    : way + ", and the merge makes the raster: 'isotherm merge cells-*.part -o " + path +
                          "' (of several dates with --layout wide in every share, or a raster per date)");
  }
  if (!job.output.format.empty() || job.output.wkt) {
    throw Error(ErrorKind::usage,
                "a part has no format yet; give --format and --wkt to 'isotherm merge' instead");
  }
  return path;
}

bool ZonalPart::is_done(const ZonalJob& job, const Share& share, std::span<const Fact> facts,
                        const RunContext& context) {
  const std::string path = path_of(job, share);
  std::error_code ignored;
  if (!job.skip_done || !fs::exists(path, ignored)) return false;
  const PartFile part = PartFile::open(path);
  const bool same_share = part.info().share.index == share.index && part.info().share.count == share.count;
  if (same_share && part.info().digest() == digest_of(facts)) return true;
  if (context.overwrite) return false;
  const auto difference = first_difference(part.info().facts, facts, "it", "this run");
  throw Error(ErrorKind::output,
              path + ": is of another run (" +
                  (same_share ? difference.value_or("") : "share " + part.info().share.text()) +
                  "); give --overwrite to replace it");
}

ZonalPart::ZonalPart(const ZonalJob& job, const Share& share, std::vector<Fact> facts,
                     const ZonalTable& table, bool wide, const ZonalOutputFacts& outputs,
                     const RunContext& context)
    : table_(table), slots_(table.slots().size()), writer_(path_of(job, share), context.overwrite) {
  std::iota(slots_.begin(), slots_.end(), std::size_t{0});
  info_.share = share;
  info_.facts = std::move(facts);
  info_.schema = table.schema();
  info_.wide = wide;
  for (const auto& [name, value] : outputs.about) info_.about.push_back({name, value});
  if (outputs.cells) {
    const Grid& grid = outputs.cells->grid;
    const auto* square = std::get_if<SquareGrid>(&grid.kind());  // else tiles, whose origin is known
    info_.cells = {grid.spec(), square == nullptr ? Point{} : square->origin(), outputs.cells->range,
                   outputs.cells->crs};
  }
  for (const Slot& slot : table.slots())
    info_.slots.push_back({slot.label, slot.scene, slot.date ? to_string(*slot.date) : ""});
}

ZonalRows ZonalPart::prepare(const ZonalBatch& batch) const {
  PartBlock block;
  block.positions = batch.zones.positions;
  for (std::size_t zone = 0; zone < batch.zones.size(); ++zone)
    block.outlines.push_back(batch.zones.outline(zone));
  block.rows = table_.rows(batch, slots_, false);
  ZonalRows rows(1);
  rows.front().second.text = PartWriter::encode(block);
  // The one number that a sink of parts is told beside the rows: where they stand in the whole run.
  rows.front().first = block.positions.empty() ? 0 : static_cast<std::size_t>(block.positions.front());
  return rows;
}

void ZonalPart::write(ZonalRows&& rows) {
  for (const auto& [position, prepared] : rows)
    writer_.write(prepared.text, static_cast<std::int64_t>(position));
}

void ZonalPart::finish(const ZonalSummary& summary, std::size_t observations) {
  info_.observations = static_cast<std::int64_t>(observations);
  info_.zones = summary.zones;
  info_.outside = summary.outside;
  info_.with_values = summary.with_values;
  writer_.finish(info_);
}

}  // namespace isotherm

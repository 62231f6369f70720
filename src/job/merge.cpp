#include "isotherm/job/merge.h"

#include <algorithm>
#include <optional>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/engine/part_file.h"
#include "zonal_outputs.h"
#include "zonal_part.h"
#include "zonal_report.h"

namespace isotherm {

namespace {

/// Zones that are put into a table of their own at a time.
constexpr std::size_t kZonesAtOnce = 1024;

void refuse_strangers(std::span<const PartFile> parts) {
  const PartFile& first = parts.front();
  const std::string digest = first.info().digest();
  for (const PartFile& part : parts) {
    if (part.info().digest() != digest) {
      const auto difference =
          first_difference(first.info().facts, part.info().facts, first.name(), part.name());
      throw Error(ErrorKind::usage, "the parts are of different runs: " + difference.value_or("") +
                                        "; make them with the same scenes, options and version");
    }
    if (part.info().share.count != first.info().share.count) {
      throw Error(ErrorKind::usage, "the parts are of different cuts: " + first.name() + " is " +
                                        first.info().share.text() + " and " + part.name() + " is " +
                                        part.info().share.text());
    }
    if (part.info().schema != first.info().schema || part.info().slots.size() != first.info().slots.size() ||
        part.info().wide != first.info().wide) {
      throw Error(ErrorKind::input, part.name() + ": damaged: its columns are not those of " + first.name());
    }
  }
}

void refuse_gaps(std::span<const PartFile> parts) {
  const int count = parts.front().info().share.count;
  std::vector<std::string> missing;
  for (int index = 1; index <= count; ++index) {
    const auto is_it = [&](const PartFile& part) { return part.info().share.index == index; };
    const auto found = std::ranges::find_if(parts, is_it);
    if (found == parts.end()) {
      missing.push_back(std::to_string(index));
      continue;
    }
    const auto again = std::find_if(found + 1, parts.end(), is_it);
    if (again != parts.end()) {
      throw Error(ErrorKind::usage, "part " + found->info().share.text() +
                                        " is given twice: " + found->name() + " and " + again->name());
    }
  }
  if (!missing.empty()) {
    const std::size_t shown = std::min<std::size_t>(missing.size(), 20);
    throw Error(ErrorKind::usage, std::to_string(missing.size()) + " of " + std::to_string(count) +
                                      " parts are missing: " + join(std::span(missing).first(shown), ", ") +
                                      (shown < missing.size() ? ", ..." : "") +
                                      "; give all of them, or make these with --shard");
  }
}

/// Walks through one part, zone by zone; a block is in memory only while zones of it are taken.
class PartCursor {
 public:
  explicit PartCursor(const PartFile& part) : part_(part) {}
  bool at_end() const { return block_.positions.empty() && next_ == part_.blocks(); }
  std::int64_t position() const {
    return block_.positions.empty() ? part_.first_position(next_) : block_.positions[place_];
  }

  /// Moves zones in front of position `limit` behind `to`, at most so many, from one block.
  void take(std::int64_t limit, std::size_t most, PartBlock& to) {
    if (block_.positions.empty()) load();
    const std::size_t first = place_, per_zone = part_.info().rows_per_zone();
    while (place_ < block_.positions.size() && place_ - first < most && block_.positions[place_] < limit)
      ++place_;
    const auto append = [&](auto& from, auto& into, std::size_t width) {
      const auto start = from.begin() + static_cast<std::ptrdiff_t>(first * width);
      const auto end = from.begin() + static_cast<std::ptrdiff_t>(place_ * width);
      into.insert(into.end(), std::make_move_iterator(start), std::make_move_iterator(end));
    };
    append(block_.positions, to.positions, 1);
    if (!block_.outlines.empty()) append(block_.outlines, to.outlines, 1);
    for (std::size_t c = 0; c < to.rows.columns.size(); ++c) {
      std::visit(
          [&](auto& into) {
            append(std::get<std::decay_t<decltype(into)>>(block_.rows.columns[c].values), into, per_zone);
          },
          to.rows.columns[c].values);
    }
    if (place_ == block_.positions.size()) block_ = {};
  }

 private:
  void load() {
    block_ = part_.block(next_++);
    place_ = 0;
    if (next_ < part_.blocks() && block_.positions.back() >= part_.first_position(next_))
      throw Error(ErrorKind::input, part_.name() + ": damaged: zones are out of order");
  }

  const PartFile& part_;
  PartBlock block_;  ///< empty: the next one is not loaded
  std::size_t next_ = 0, place_ = 0;
};

/// Rows of some slots of a block.
Table rows_of(const PartBlock& block, const PartInfo& info, std::span<const std::size_t> slots,
              bool geometry) {
  Table table = make_table(info.schema);
  const std::size_t per_zone = info.rows_per_zone();
  const std::size_t wanted = info.wide ? 1 : slots.size();
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    std::visit(
        [&](auto& into) {
          const auto& from = std::get<std::decay_t<decltype(into)>>(block.rows.columns[c].values);
          into.reserve(block.positions.size() * wanted);
          for (std::size_t zone = 0; zone < block.positions.size(); ++zone) {
            for (std::size_t k = 0; k < wanted; ++k)
              into.push_back(from[zone * per_zone + (info.wide ? 0 : slots[k])]);
          }
        },
        table.columns[c].values);
  }
  if (geometry) {
    for (const MultiPolygon& outline : block.outlines)
      table.geometry.insert(table.geometry.end(), wanted, outline);
  }
  return table;
}

/// All zones of all parts in ascending order of their positions.
template <class Visit>
void in_order(std::span<const PartFile> parts, const StopToken& stop, Visit visit) {
  std::vector<PartCursor> cursors;
  for (const PartFile& part : parts) cursors.emplace_back(part);
  constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
  PartBlock gathered{{}, {}, make_table(parts.front().info().schema)};
  while (true) {
    stop.check();
    PartCursor* next = nullptr;
    std::int64_t limit = kEnd;  // where another part goes on
    for (PartCursor& cursor : cursors) {
      if (cursor.at_end()) continue;
      if (next == nullptr || cursor.position() < next->position()) {
        if (next != nullptr) limit = next->position();
        next = &cursor;
      } else {
        limit = std::min(limit, cursor.position());
      }
    }
    if (next != nullptr && next->position() >= limit) {
      throw Error(ErrorKind::input,
                  parts.front().name() + " and the other parts: damaged: a zone is in two of them");
    }
    if (next != nullptr) next->take(limit, kZonesAtOnce - gathered.positions.size(), gathered);
    if (gathered.positions.size() == kZonesAtOnce || (next == nullptr && !gathered.positions.empty())) {
      visit(gathered);
      gathered = {{}, {}, make_table(parts.front().info().schema)};
    }
    if (next == nullptr) return;
  }
}

std::vector<Slot> slots_of(const PartInfo& info) {
  std::vector<Slot> slots;
  for (const PartSlot& slot : info.slots)
    slots.push_back({slot.label, slot.scene, parse_date(slot.date), {}});
  return slots;
}

ZonalOutputFacts output_facts(const PartInfo& info, const std::string& name) {
  ZonalOutputFacts facts;
  for (const Fact& fact : info.about) facts.about.emplace_back(fact.name, fact.value);
  if (!info.cells) return facts;
  Grid grid = Grid::parse(info.cells->grid);
  if (std::holds_alternative<HexGrid>(grid.kind()))
    throw Error(ErrorKind::input, name + ": damaged: its cells are no squares");
  // A specification says an origin in decimals; the part holds it bit for bit.
  if (const auto* square = std::get_if<SquareGrid>(&grid.kind()))
    grid = Grid(SquareGrid(square->side(), info.cells->origin, grid.in_degrees()));
  facts.cells = CellLattice{grid, info.cells->range, info.cells->crs};
  return facts;
}

}  // namespace

void run(const MergeJob& job, const RunContext& context) {
  if (job.parts.empty()) throw Error(ErrorKind::usage, "no parts given; name the files that --shard made");
  std::vector<PartFile> parts;
  for (const std::string& path : job.parts) parts.push_back(PartFile::open(path));
  refuse_strangers(parts);
  refuse_gaps(parts);
  std::ranges::sort(parts, {}, [](const PartFile& part) { return part.info().share.index; });

  const PartInfo& info = parts.front().info();
  const std::vector<Slot> slots = slots_of(info);
  if (job.output.path == "-") check_provenance(job.provenance, std::span(&job.output.path, 1), context);
  const bool split = job.output.path.find('{') != std::string::npos;
  if (is_cell_raster(job.output.path, job.output.format) && slots.size() > 1 && !info.wide && !split) {
    throw Error(ErrorKind::usage,
                "a raster has a band where a table has a row, and these parts have a row per "
                "date: write a raster per date ('-o c_{date}.tif'), or make the parts with "
                "--layout wide");
  }
  ZonalOutputs outputs(job.output, info.schema, slots, info.wide, context,
                       output_facts(info, parts.front().name()));
  check_provenance(job.provenance, outputs.paths(), context);
  ZonalSummary summary;
  for (const PartFile& part : parts) {
    summary.zones += part.info().zones;
    summary.outside += part.info().outside;
    summary.with_values += part.info().with_values;
  }
  if (!job.allow_empty) refuse_empty(summary);
  context.progress.start("zones", static_cast<std::uint64_t>(std::max<std::int64_t>(summary.zones, 0)));
  in_order(parts, context.stop, [&](const PartBlock& block) {
    outputs.write(outputs.prepare([&](std::span<const std::size_t> chosen, bool geometry) {
      return rows_of(block, info, chosen, geometry);
    }));
    context.progress.advance(block.positions.size());
  });
  context.progress.finish();
  outputs.finish();
  report_zones(summary, static_cast<std::size_t>(info.observations), outputs.paths(), context.log);
  ProvenanceRecord record{job.parts, {outputs.paths().begin(), outputs.paths().end()}, {}, {}};
  record.counts = {{"parts", static_cast<std::int64_t>(parts.size())},
                   {"zones", summary.zones},
                   {"zones_with_values", summary.with_values},
                   {"observations", info.observations}};
  write_provenance(job.provenance, record, job.invocation, context);
}

}  // namespace isotherm

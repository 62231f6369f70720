#include "zonal_outputs.h"

#include <algorithm>
#include <numeric>

#include "isotherm/core/error.h"
#include "isotherm/io/output_file.h"

namespace isotherm {

ZonalOutputs::ZonalOutputs(const TableOutput& output, const TableSchema& schema, std::span<const Slot> slots,
                           bool wide, const RunContext& context, ZonalOutputFacts facts)
    : facts_(std::move(facts)) {
  static constexpr std::string_view kParts[] = {"date", "period", "scene"};
  const bool split = std::ranges::any_of(kParts, [&](auto part) { return has_template(output.path, part); });
  if (split && wide) {
    throw Error(
        ErrorKind::usage,
        "a file name with {date}, {period} or {scene} writes one file per date; --layout wide puts all "
        "dates in one row: choose one of them");
  }
  if (split) {
    open_split(output, schema, slots, context);
  } else {
    std::vector<std::size_t> all(slots.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    groups_.push_back(all);
    open(fill_template(output.path, {{"date", ""}, {"period", ""}, {"scene", ""}}), output, schema, context);
  }
}

void ZonalOutputs::open_split(const TableOutput& output, const TableSchema& schema,
                              std::span<const Slot> slots, const RunContext& context) {
  for (std::size_t s = 0; s < slots.size(); ++s) {
    const Slot& slot = slots[s];
    if (has_template(output.path, "scene") && slot.scene.empty()) {
      throw Error(ErrorKind::usage, "{scene} in the output name does not go with --period; use {period}");
    }
    if (has_template(output.path, "date") && !slot.date) {
      throw Error(ErrorKind::usage,
                  "scene " + slot.scene + " has no date for {date} in the output name; use {scene}");
    }
    const std::string path =
        fill_template(output.path, {{"date", slot.label}, {"period", slot.label}, {"scene", slot.scene}});
    const auto known = std::ranges::find(paths_, path);
    if (known != paths_.end()) {
      groups_[static_cast<std::size_t>(known - paths_.begin())].push_back(s);
      continue;
    }
    groups_.push_back({s});
    open(path, output, schema, context);
  }
}

void ZonalOutputs::open(const std::string& path, const TableOutput& output, const TableSchema& schema,
                        const RunContext& context) {
  TableOptions options;
  options.format = output.format;
  options.wkt = output.wkt;
  options.about = facts_.about;
  if (is_cell_raster(path, output.format)) {
    sinks_.push_back(open_cell_raster(path, output, schema, facts_.cells, context));
  } else {
    sinks_.push_back(open_table(path, schema, options, context));
  }
  paths_.push_back(path);
}

ZonalRows ZonalOutputs::prepare(const Rows& rows) const {
  ZonalRows prepared;
  for (std::size_t k = 0; k < sinks_.size(); ++k) {
    prepared.emplace_back(k, sinks_[k]->prepare(rows(groups_[k], sinks_[k]->uses_geometry())));
  }
  return prepared;
}

void ZonalOutputs::write(ZonalRows&& rows) {
  for (auto& [sink, prepared] : rows) sinks_[sink]->write(std::move(prepared));
}

void ZonalOutputs::finish() {
  for (auto& sink : sinks_) sink->finish();
}

}  // namespace isotherm

#include "isotherm/engine/zonal.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "isotherm/backend/cpu.h"
#include "isotherm/engine/ordered_pipeline.h"
#include "known_coverage.h"
#include "zonal_plan.h"
#include "zonal_worker.h"

namespace isotherm {

namespace {

/// What a worker hands on: rows to write (lattices), or the batch itself (polygons, which are put in file
/// order first).
struct Piece {
  std::int64_t zones = 0, outside = 0, with_values = 0;
  ZonalRows rows;
  ZonalBatch batch;
  ZonalBatch sums;  ///< cells with their sums, to be merged
  std::int64_t known = 0, to_know = 0;
  std::vector<std::int64_t> numbers;  ///< of the zones in a file of coverage to be kept
  std::vector<Coverage> coverages;
};

bool has_values(const ZonalBatch& batch, std::size_t zone) {
  const std::size_t width = batch.observations * batch.quantities;
  const auto shares = std::span(batch.valid).subspan(zone * width, width);
  return std::any_of(shares.begin(), shares.end(), [](double share) { return share > 0; });
}

/// The zones at `chosen`, in that order, of several batches laid end to end. Moves them out of the batches.
class ZonePicker {
 public:
  explicit ZonePicker(std::vector<ZonalBatch>& batches) : batches_(batches) {
    for (std::size_t b = 0; b < batches.size(); ++b) {
      for (std::size_t z = 0; z < batches[b].zones.size(); ++z) places_.push_back({b, z});
    }
  }
  std::size_t size() const { return places_.size(); }

  ZonalBatch pick(std::span<const std::size_t> chosen) {
    ZonalBatch result;
    result.zones.attributes = make_table(batches_.front().zones.attributes.schema());
    for (std::size_t k : chosen) append(result, batches_[places_[k].batch], places_[k].zone);
    return result;
  }

 private:
  struct Place {
    std::size_t batch, zone;
  };

  template <class T>
  static void copy(const std::vector<T>& from, std::size_t zone, std::size_t width, std::vector<T>& to) {
    const auto first = from.begin() + static_cast<std::ptrdiff_t>(zone * width);
    to.insert(to.end(), first, first + static_cast<std::ptrdiff_t>(width));
  }

  static void append(ZonalBatch& to, ZonalBatch& from, std::size_t zone) {
    to.observations = from.observations;
    to.quantities = from.quantities;
    to.columns = from.columns;
    to.zones.positions.push_back(from.zones.positions[zone]);
    to.zones.ids.push_back(from.zones.ids[zone]);
    to.zones.id_texts.push_back(std::move(from.zones.id_texts[zone]));
    to.zones.outlines.push_back(std::move(from.zones.outlines[zone]));
    to.zones.share.push_back(from.zones.share[zone]);
    to.zones.ground_area_m2.push_back(from.zones.ground_area_m2[zone]);
    for (std::size_t c = 0; c < from.zones.attributes.columns.size(); ++c) {
      std::visit(
          [&](auto& values) {
            auto& target = std::get<std::decay_t<decltype(values)>>(to.zones.attributes.columns[c].values);
            target.push_back(std::move(values[zone]));
          },
          from.zones.attributes.columns[c].values);
    }
    copy(from.values, zone, from.observations * from.columns, to.values);
    copy(from.valid, zone, from.observations * from.quantities, to.valid);
    to.inside.push_back(from.inside[zone]);
  }

  std::vector<ZonalBatch>& batches_;
  std::vector<Place> places_;
};

/// Keeps the entries (each `width` values long) of the zones that are inside, in their order.
template <class T>
void keep(std::vector<T>& values, const std::vector<char>& inside, std::size_t width) {
  if (values.empty()) return;
  auto to = values.begin();
  for (std::size_t zone = 0; zone < inside.size(); ++zone) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(zone * width);
    if (!inside[zone]) continue;
    // Moving a value onto itself would empty it.
    to = to == first ? first + static_cast<std::ptrdiff_t>(width)
                     : std::move(first, first + static_cast<std::ptrdiff_t>(width), to);
  }
  values.erase(to, values.end());
}

void leave_out_outside(ZonalBatch& batch) {
  const std::vector<char> inside = batch.inside;
  if (std::find(inside.begin(), inside.end(), 0) == inside.end()) return;
  keep(batch.zones.positions, inside, 1);
  keep(batch.zones.ids, inside, 1);
  keep(batch.zones.id_texts, inside, 1);
  keep(batch.zones.outlines, inside, 1);
  keep(batch.zones.share, inside, 1);
  keep(batch.zones.ground_area_m2, inside, 1);
  for (Column& column : batch.zones.attributes.columns) {
    std::visit([&](auto& values) { keep(values, inside, 1); }, column.values);
  }
  keep(batch.values, inside, batch.observations * batch.columns);
  keep(batch.valid, inside, batch.observations * batch.quantities);
  keep(batch.sums, inside, batch.observations * batch.quantities);
  keep(batch.inside, inside, 1);
}

/// What is merged into parents of cells: who they are and their sums.
ZonalBatch take_sums(ZonalBatch& batch) {
  ZonalBatch sums;
  sums.zones.grid = batch.zones.grid;
  sums.zones.ids = batch.zones.ids;
  sums.zones.share = batch.zones.share;
  sums.zones.ground_area_m2 = batch.zones.ground_area_m2;
  sums.observations = batch.observations;
  sums.quantities = batch.quantities;
  sums.inside = batch.inside;
  sums.sums = std::move(batch.sums);
  batch.sums.clear();
  return sums;
}

void count_zones(const ZonalBatch& batch, Piece& piece) {
  piece.zones = static_cast<std::int64_t>(batch.zones.size());
  for (std::size_t zone = 0; zone < batch.zones.size(); ++zone) {
    piece.outside += batch.inside[zone] == 0;
    piece.with_values += has_values(batch, zone);
  }
}

/// Formats and writes the polygons in file order: batch k holds the positions order[range k].
void write_in_file_order(const ZonalPlan& plan, std::vector<ZonalBatch>& batches,
                         const std::function<ZonalRows(ZonalBatch&&)>& format,
                         const std::function<void(ZonalRows&&)>& write) {
  std::vector<std::size_t> places(plan.order.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::ranges::sort(places, {}, [&](std::size_t place) { return plan.order[place]; });
  constexpr std::size_t kAtOnce = 1024;
  ZonePicker picker(batches);
  for (std::size_t first = 0; first < places.size(); first += kAtOnce) {
    const std::size_t count = std::min(kAtOnce, places.size() - first);
    write(format(picker.pick(std::span(places).subspan(first, count))));
  }
}

}  // namespace

ZonalSummary run_zonal(const ZonalRequest& request, const RunContext& context,
                       const std::function<ZonalRows(ZonalBatch&&)>& format,
                       const std::function<void(ZonalRows&&)>& write,
                       const std::function<void(const ZonalBatch&)>& merge) {
  const ZonalPlan plan = plan_zonal(request, context);
  const bool stream = plan.order.empty();
  BlockCache cache(plan.cache_bytes);
  CpuBackend processor;
  Backend& backend = request.backend == nullptr ? processor : *request.backend;
  StageClock clock{};
  ZonalSummary summary;
  const CoverageKey key = coverage_key(request, plan);
  std::optional<CoverageFile> known;
  if (!request.coverage_from.empty()) {
    known = CoverageFile::open(request.coverage_from);
    refuse_unfit(known->key(), key, request.coverage_from);
  }
  std::optional<CoverageFileWriter> keeper;
  if (!request.save_coverage.empty()) keeper.emplace(request.save_coverage, key, context.overwrite);
  summary.batches = static_cast<std::int64_t>(plan.batches.size());
  std::vector<ZonalBatch> kept;
  const auto timed_write = [&](ZonalRows&& rows) {
    const auto start = std::chrono::steady_clock::now();
    write(std::move(rows));
    clock[static_cast<std::size_t>(Stage::write)] += (std::chrono::steady_clock::now() - start).count();
  };
  const auto timed_format = [&](ZonalBatch&& batch) {
    const auto start = std::chrono::steady_clock::now();
    ZonalRows rows = format(std::move(batch));
    clock[static_cast<std::size_t>(Stage::write)] += (std::chrono::steady_clock::now() - start).count();
    return rows;
  };
  context.progress.start("zones", static_cast<std::uint64_t>(request.zones.candidates()));
  run_ordered(
      plan.batches.size(), {context.threads, plan.tokens}, context.stop,
      [&] { return ZonalWorker(request, plan, context, cache, backend, clock, known ? &*known : nullptr); },
      [&](ZonalWorker& worker, std::uint64_t n) {
        Piece piece;
        piece.batch = worker.compute(plan.batches[n], keeper ? &piece.coverages : nullptr);
        if (keeper) {
          piece.numbers = zone_numbers(piece.batch.zones, key, plan.first_place + plan.batches[n].first);
        }
        piece.known = piece.batch.known;
        piece.to_know = static_cast<std::int64_t>(piece.batch.zones.size() * plan.groups.size());
        if (merge) piece.sums = take_sums(piece.batch);
        if (request.drop_outside) leave_out_outside(piece.batch);
        count_zones(piece.batch, piece);
        if (stream) piece.rows = timed_format(std::exchange(piece.batch, {}));
        context.progress.advance(static_cast<std::uint64_t>(plan.batches[n].count));
        return piece;
      },
      [&](Piece&& piece) {
        summary.zones += piece.zones;
        summary.outside += piece.outside;
        summary.with_values += piece.with_values;
        summary.known += piece.known;
        summary.to_know += piece.to_know;
        if (merge) merge(piece.sums);
        if (keeper) keeper->add(piece.numbers, piece.coverages);
        if (stream) {
          timed_write(std::move(piece.rows));
        } else {
          kept.push_back(std::move(piece.batch));
        }
      });
  if (!stream && !kept.empty()) write_in_file_order(plan, kept, timed_format, timed_write);
  if (keeper) keeper->finish();
  context.progress.finish();
  for (std::size_t k = 0; k < clock.size(); ++k) summary.seconds[k] = static_cast<double>(clock[k]) * 1e-9;
  summary.blocks = cache.counts();
  return summary;
}

}  // namespace isotherm

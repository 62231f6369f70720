#include "isotherm/job/index.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>

#include "index_plan.h"
#include "invalid_note.h"
#include "isotherm/backend/backend.h"
#include "isotherm/engine/ordered_pipeline.h"
#include "isotherm/io/catalogue_listing.h"
#include "isotherm/io/input_stamp.h"
#include "isotherm/io/pixel_reader.h"
#include "isotherm/job/formulas.h"
#include "zonal_inputs.h"

namespace isotherm {

namespace {

/// What one worker keeps between tiles.
struct Worker {
  SceneReader reader;
  Tile bands, results;
  StoredTile stored;

  /// The program's results over a window of the scene.
  void evaluate(const Program& program, const Window& window, Backend& backend) {
    if (backend.prefers_stored() && reader.has_stored(program.inputs())) {
      reader.read_stored(program.inputs(), window, stored);
      backend.evaluate_stored(program, stored, results);
    } else {
      reader.read(program.inputs(), window, bands);
      backend.evaluate(program, bands, results);
    }
  }
};

/// Reads and evaluates a row of tiles, tile by tile: what a tile needs stays in the processor's caches.
std::vector<std::shared_ptr<RasterTileRow>> make_tiles(const IndexScene& planned, std::int64_t row,
                                                       std::span<const RasterWriter> writers,
                                                       Backend& backend, Worker& worker) {
  const Frame& frame = planned.scene.frame;
  std::vector<std::shared_ptr<RasterTileRow>> made;
  for (const RasterWriter& writer : writers) made.push_back(writer.tile_row(row));
  std::vector<View<const float>> planes;
  for (std::int64_t col = 0; col < frame.width; col += kTileSide) {
    const Window tile = intersect(Window{col, row, kTileSide, kTileSide}, frame.window());
    worker.evaluate(planned.program, tile, backend);
    for (std::size_t w = 0; w < writers.size(); ++w) {
      const IndexFile& file = planned.files[w];
      planes.clear();
      for (std::size_t k = 0; k < file.bands.size(); ++k)
        planes.push_back(worker.results.view(file.first_output + k));
      writers[w].fill(*made[w], col / kTileSide, planes);
    }
  }
  return made;
}

void write_scene(const IndexScene& planned, const MaskChoice& mask, const RasterOptions& options,
                 Backend& backend, const RunContext& context) {
  const Frame& frame = planned.scene.frame;
  const std::vector<InputStamp> stamps = input_stamps({&planned.scene, 1});
  const StripPlan strips = plan_strips(planned, context);
  std::vector<RasterWriter> writers;
  for (const IndexFile& file : planned.files)
    writers.emplace_back(file.path, frame, file.bands, options, context);
  BlockCache cache(strips.cache);
  context.progress.start(planned.scene.id, strips.strips);
  run_ordered(
      strips.strips, {context.threads, strips.tokens}, context.stop,
      [&] {
        return Worker{SceneReader(planned.scene, mask, cache), {}, {}, {}};
      },
      [&](Worker& worker, std::uint64_t n) {
        return make_tiles(planned, static_cast<std::int64_t>(n) * kTileSide, writers, backend, worker);
      },
      [&](std::vector<std::shared_ptr<RasterTileRow>>&& tiles) {
        for (std::size_t w = 0; w < writers.size(); ++w) writers[w].write(*tiles[w]);
        context.progress.advance();
      });
  context.progress.finish();
  require_unchanged(stamps);
  for (RasterWriter& writer : writers) writer.finish();
  note_invalid_pixels(cache.counts(), context.log);
}

}  // namespace

void run(const IndexJob& job, const RunContext& context) {
  const auto start = std::chrono::steady_clock::now();
  const MaskChoice mask = parse_mask(job.input.mask);
  const std::unique_ptr<Backend> backend = make_backend(job.backend);
  const std::vector<IndexScene> scenes = plan_index(job, context);
  ProvenanceRecord record;
  for (const IndexScene& planned : scenes) {
    for (const std::string& path : input_files({&planned.scene, 1})) record.inputs.push_back(path);
    for (const IndexFile& file : planned.files) record.outputs.push_back(file.path);
  }
  check_provenance(job.provenance, record.outputs, context);
  for (const IndexScene& planned : scenes) {
    write_scene(planned, mask, job.raster, *backend, context);
    context.stop.check();
  }
  record.counts = {{"scenes", static_cast<std::int64_t>(scenes.size())},
                   {"rasters", static_cast<std::int64_t>(record.outputs.size())}};
  record.seconds = {
      {"total", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()}};
  write_provenance(job.provenance, record, job.invocation, context);
}

void list_indices(const FormulaInputs& formulas, bool json) {
  const Catalogue catalogue = read_catalogue(formulas);
  std::cout << (json ? catalogue_json(catalogue) : catalogue_text(catalogue)) << std::flush;
}

}  // namespace isotherm

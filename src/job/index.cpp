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

/// What one worker keeps between strips.
struct Worker {
  SceneReader reader;
  Tile bands, results;
};

/// A strip on its way to the files: whole rows of tiles, or, where memory is short, plain rows.
struct Strip {
  std::vector<std::shared_ptr<RasterTileRow>> tiles;  ///< by file
  Tile results;
};

std::vector<const float*> planes_of(const Tile& results, const IndexFile& file) {
  std::vector<const float*> planes;
  for (std::size_t k = 0; k < file.bands.size(); ++k)
    planes.push_back(results.plane(file.first_output + k).data());
  return planes;
}

void write_scene(const IndexScene& planned, const MaskChoice& mask, const RasterOptions& options,
                 const RunContext& context) {
  const Frame& frame = planned.scene.frame;
  const std::vector<InputStamp> stamps = input_stamps({&planned.scene, 1});
  const StripPlan strips = plan_strips(planned, context);
  std::vector<RasterWriter> writers;
  for (const IndexFile& file : planned.files)
    writers.emplace_back(file.path, frame, file.bands, options, context);
  BlockCache cache(strips.cache);
  const std::unique_ptr<Backend> backend = backends().back().make();
  context.progress.start(planned.scene.id, strips.strips);
  run_ordered(
      strips.strips, {context.threads, strips.tokens}, context.stop,
      [&] {
        return Worker{SceneReader(planned.scene, mask, cache), {}, {}};
      },
      [&](Worker& worker, std::uint64_t n) {
        const std::int64_t row = static_cast<std::int64_t>(n) * strips.rows;
        worker.reader.read(planned.program.inputs(),
                           {0, row, frame.width, std::min(strips.rows, frame.height - row)}, worker.bands);
        backend->evaluate(planned.program, worker.bands, worker.results);
        Strip strip;
        if (strips.rows != kTileSide) {
          strip.results = std::move(worker.results);
          return strip;
        }
        for (std::size_t w = 0; w < writers.size(); ++w) {
          const Window& rows = worker.results.window();
          strip.tiles.push_back(
              writers[w].prepare(rows.row, rows.height, planes_of(worker.results, planned.files[w])));
        }
        return strip;
      },
      [&](Strip&& strip) {
        for (std::size_t w = 0; w < writers.size(); ++w) {
          if (!strip.tiles.empty()) {
            writers[w].write(*strip.tiles[w]);
            continue;
          }
          const Window& rows = strip.results.window();
          writers[w].write(rows.row, rows.height, planes_of(strip.results, planned.files[w]));
        }
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
  const std::vector<IndexScene> scenes = plan_index(job, context);
  ProvenanceRecord record;
  for (const IndexScene& planned : scenes) {
    for (const std::string& path : input_files({&planned.scene, 1})) record.inputs.push_back(path);
    for (const IndexFile& file : planned.files) record.outputs.push_back(file.path);
  }
  check_provenance(job.provenance, record.outputs, context);
  for (const IndexScene& planned : scenes) {
    write_scene(planned, mask, job.raster, context);
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

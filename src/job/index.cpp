#include "isotherm/job/index.h"

#include <algorithm>
#include <iostream>
#include <memory>

#include "index_plan.h"
#include "invalid_note.h"
#include "isotherm/backend/backend.h"
#include "isotherm/engine/ordered_pipeline.h"
#include "isotherm/io/catalogue_listing.h"
#include "isotherm/io/pixel_reader.h"
#include "isotherm/job/formulas.h"

namespace isotherm {

namespace {

/// What one worker keeps between strips.
struct Worker {
  SceneReader reader;
  Tile bands;
};

void write_scene(const IndexScene& planned, const MaskChoice& mask, const RasterOptions& options,
                 const RunContext& context) {
  const Frame& frame = planned.scene.frame;
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
        return Worker{SceneReader(planned.scene, mask, cache), {}};
      },
      [&](Worker& worker, std::uint64_t n) {
        const std::int64_t row = static_cast<std::int64_t>(n) * strips.rows;
        worker.reader.read(planned.program.inputs(),
                           {0, row, frame.width, std::min(strips.rows, frame.height - row)}, worker.bands);
        Tile results;
        backend->evaluate(planned.program, worker.bands, results);
        return results;
      },
      [&](Tile&& results) {
        for (std::size_t w = 0; w < writers.size(); ++w) {
          std::vector<const float*> planes;
          for (std::size_t k = 0; k < planned.files[w].bands.size(); ++k) {
            planes.push_back(results.plane(planned.files[w].first_output + k).data());
          }
          writers[w].write(results.window().row, results.window().height, planes);
        }
        context.progress.advance();
      });
  context.progress.finish();
  for (RasterWriter& writer : writers) writer.finish();
  note_invalid_pixels(cache.counts(), context.log);
}

}  // namespace

void run(const IndexJob& job, const RunContext& context) {
  const MaskChoice mask = parse_mask(job.input.mask);
  for (const IndexScene& planned : plan_index(job, context)) {
    write_scene(planned, mask, job.raster, context);
    context.stop.check();
  }
}

void list_indices(const FormulaInputs& formulas, bool json) {
  const Catalogue catalogue = read_catalogue(formulas);
  std::cout << (json ? catalogue_json(catalogue) : catalogue_text(catalogue)) << std::flush;
}

}  // namespace isotherm

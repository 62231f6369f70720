#include "isotherm/job/index.h"

#include <algorithm>
#include <iostream>

#include "index_plan.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
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

/// Reads and computes one strip of rows over the whole width.
Tile compute_strip(const Program& program, Worker& worker, const Window& strip) {
  worker.reader.read(program.inputs(), strip, worker.bands);
  Tile results(strip, program.outputs().size());
  std::vector<const float*> inputs;
  for (std::size_t k = 0; k < program.inputs().size(); ++k) inputs.push_back(worker.bands.plane(k).data());
  std::vector<float*> outputs;
  for (std::size_t k = 0; k < program.outputs().size(); ++k) outputs.push_back(results.plane(k).data());
  program.evaluate(inputs, outputs, results.plane_size());
  return results;
}

/// Tells of stored numbers that were dropped because the product says they cannot be right.
void report_invalid(const IndexScene& planned, const BlockCache& cache, Log& log) {
  std::uint64_t invalid = 0;
  for (const auto& [name, pixels] : cache.counts().invalid) invalid += pixels;
  if (invalid == 0) return;
  const double all = static_cast<double>(planned.scene.frame.window().pixels()) *
                     static_cast<double>(planned.program.inputs().size());
  log.note(planned.scene.id + ": " + std::to_string(invalid) + " band pixels (" +
           fixed_text(100.0 * static_cast<double>(invalid) / all, 2) +
           " %) lie outside the product's valid range and are missing; --keep-invalid keeps them");
}

void write_scene(const IndexScene& planned, const MaskChoice& mask, const RasterOptions& options,
                 const RunContext& context) {
  const Frame& frame = planned.scene.frame;
  const StripPlan strips = plan_strips(planned, context);
  std::vector<RasterWriter> writers;
  for (const IndexFile& file : planned.files)
    writers.emplace_back(file.path, frame, file.bands, options, context);
  BlockCache cache(strips.cache);
  context.progress.start(planned.scene.id, strips.strips);
  run_ordered(
      strips.strips, {context.threads, strips.tokens}, context.stop,
      [&] {
        return Worker{SceneReader(planned.scene, mask, cache), {}};
      },
      [&](Worker& worker, std::uint64_t n) {
        const std::int64_t row = static_cast<std::int64_t>(n) * strips.rows;
        return compute_strip(planned.program, worker,
                             {0, row, frame.width, std::min(strips.rows, frame.height - row)});
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
  report_invalid(planned, cache, context.log);
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

#include "index_plan.h"

#include <algorithm>
#include <map>

#include "isotherm/core/error.h"
#include "isotherm/io/output_file.h"
#include "isotherm/io/pixel_reader.h"
#include "isotherm/job/formulas.h"
#include "isotherm/job/scenes.h"

namespace isotherm {

namespace {

/// Refuses a name that cannot tell the outputs of the job apart.
void check_template(const std::string& pattern, const std::vector<Scene>& scenes) {
  const bool by_scene = has_template(pattern, "scene"), by_date = has_template(pattern, "date");
  if (scenes.size() > 1 && !by_scene && !by_date) {
    throw Error(ErrorKind::usage, pattern + ": " + std::to_string(scenes.size()) +
                                      " scenes cannot share one file; put {scene} or {date} into the name");
  }
  for (const Scene& scene : scenes) {
    if (by_date && !scene.date) {
      throw Error(ErrorKind::usage,
                  pattern + ": " + scene.id + " has no date; put {scene} into the name instead");
    }
  }
}

std::string file_name(const std::string& pattern, const Scene& scene, const std::string& index) {
  return fill_template(
      pattern,
      {{"scene", scene.id}, {"date", scene.date ? to_string(*scene.date) : std::string()}, {"index", index}});
}

std::vector<IndexFile> name_files(const std::string& pattern, const Scene& scene, const Program& program) {
  const bool by_index = has_template(pattern, "index");
  std::vector<IndexFile> files;
  for (std::size_t k = 0; k < program.outputs().size(); ++k) {
    const ProgramOutput& output = program.outputs()[k];
    if (by_index || k == 0) files.push_back({file_name(pattern, scene, output.name), k, {}});
    files.back().bands.push_back(
        {output.name, output.title, output.unit, output.valid_min, output.valid_max});
  }
  return files;
}

}  // namespace

std::vector<IndexScene> plan_index(const IndexJob& job, const RunContext& context) {
  if (job.output.empty()) throw Error(ErrorKind::usage, "no output; give -o FILE.tif");
  check_raster_options(job.output, {}, job.raster);
  const CompiledFormulas formulas = read_formulas(job.formulas);
  std::vector<Scene> scenes = open_inputs(job.input, context.log);
  check_template(job.output, scenes);
  std::vector<IndexScene> plan;
  std::map<std::string, std::string> owners;
  for (Scene& scene : scenes) {
    Program program = compile(formulas, scene);
    std::vector<IndexFile> files = name_files(job.output, scene, program);
    for (const IndexFile& file : files) {
      const auto [owner, is_new] = owners.emplace(file.path, scene.id);
      if (!is_new) {
        throw Error(ErrorKind::usage, file.path + ": would be written for " + owner->second + " and for " +
                                          scene.id +
                                          "; tell them apart with {scene}, {date} or {index} in the name");
      }
      check_raster_options(file.path, file.bands, job.raster);
      const OutputFile can_be_made(file.path, context.overwrite);
    }
    plan.push_back({std::move(scene), std::move(program), std::move(files)});
  }
  return plan;
}

StripPlan plan_strips(const IndexScene& scene, const RunContext& context) {
  const Frame& frame = scene.scene.frame;
  const std::vector<std::string>& inputs = scene.program.inputs();
  const std::size_t tiles = static_cast<std::size_t>((frame.width + kTileSide - 1) / kTileSide);
  const std::size_t strip_bytes = tiles * static_cast<std::size_t>(kTileSide * kTileSide) * sizeof(float) *
                                  scene.program.outputs().size();
  StripPlan plan;
  const auto threads = static_cast<std::size_t>(std::max(1, context.threads));
  plan.tokens = std::clamp<std::size_t>(context.memory / 4 / strip_bytes, 1, 2 * threads);
  // The blocks of a strip must stay until it is done, whatever the budget: decoding them anew for each of its
  // tiles would take many times as long. More than the strips of all workers is of no use.
  const std::size_t blocks = strip_block_bytes(scene.scene, inputs, kTileSide);
  const std::size_t all = strip_block_bytes(scene.scene, inputs, frame.height);
  const std::size_t workers = std::min(plan.tokens, threads), least = std::min(all, blocks * workers);
  plan.cache = std::max(least, std::min({all, least + blocks, context.memory / 2}));
  if (plan.cache > context.memory / 2) {
    context.log.note(scene.scene.id + ": its blocks are " + std::to_string(block_height(scene.scene)) +
                     " rows high and need " + std::to_string(least >> 20) +
                     " MiB at once, more than half of the memory allowed");
  }
  plan.strips = static_cast<std::uint64_t>((frame.height + kTileSide - 1) / kTileSide);
  return plan;
}

}  // namespace isotherm

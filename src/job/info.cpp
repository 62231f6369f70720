#include "isotherm/job/info.h"

#include <iostream>

#include "isotherm/core/error.h"
#include "isotherm/io/scene_describe.h"
#include "isotherm/job/scenes.h"
#include "isotherm/spectral/catalogue.h"

namespace isotherm {

namespace {

/// Notes stand in the result, so they are not told a second time.
class NotesLeftOut : public Log {
 public:
  explicit NotesLeftOut(Log& log) : log_(log) {}
  void write(LogLevel level, std::string_view text) override {
    if (level != LogLevel::note) log_.write(level, text);
  }

 private:
  Log& log_;
};

}  // namespace

void run(const InfoJob& job, const RunContext& context) {
  const MaskChoice mask = parse_mask(job.input.mask);
  NotesLeftOut log(context.log);
  const std::vector<Scene> scenes = open_inputs(job.input, log);
  const Catalogue& catalogue = Catalogue::builtin();
  std::cout << (job.json ? scenes_json(scenes, catalogue, mask) : scenes_text(scenes, catalogue, mask))
            << std::flush;
  if (!std::cout) throw Error(ErrorKind::output, "info: standard output cannot be written");
}

}  // namespace isotherm

// What was seen of the city at one time: the scenes of one date, satellite and path, as one picture.
//
// Neighbouring rows of a path overlap. Rule for the overlap: scenes are ordered by row (then id), and a pixel
// comes whole (all bands) from the first scene that has any value left there after masking. Scenes that do
// not share a pixel lattice are never resampled; they stay observations of their own.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "isotherm/core/date.h"
#include "isotherm/core/frame.h"
#include "isotherm/core/run_context.h"
#include "isotherm/core/view.h"
#include "isotherm/io/pixel_reader.h"
#include "isotherm/spectral/scene.h"

namespace isotherm {

struct Observation {
  std::string id;  ///< scene ids joined by '+'
  std::optional<Date> date;
  std::vector<Scene> scenes;  ///< in order of precedence
  Frame frame;                ///< smallest frame that holds them all
};

/// Groups scenes into observations, ordered by date (undated last), then id. A scene given twice counts once.
std::vector<Observation> make_observations(std::vector<Scene> scenes, Log& log);

/// Reads windows of one observation for one worker.
class ObservationReader {
 public:
  ObservationReader(const Observation& observation, const MaskChoice& mask, BlockCache& cache);
  /// Like SceneReader::read; the window is in pixels of the observation's frame and may reach outside.
  void read(std::span<const std::string> bands, const Window& window, Tile& out);
  /// Like SceneReader's: also false when there is more than one scene, whose overlap needs decoded pixels.
  bool has_stored(std::span<const std::string> bands);
  void read_stored(std::span<const std::string> bands, const Window& window, StoredTile& out);

 private:
  struct Part {
    SceneReader reader;
    Window window;  ///< of the scene in the observation's frame
  };
  std::vector<Part> parts_;
  Tile other_;
};

}  // namespace isotherm

// Files that must not change while they are read: a download that goes on, a product replaced by another job.
//
// A stamp is the file's number, size and time of change when the run began. Numbers out of a file that
// changed in between would be of no one state of it, so the run ends with Error(input) and writes nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "isotherm/spectral/scene.h"

namespace isotherm {

struct InputStamp {
  std::string path;
  std::uint64_t file = 0;        ///< number in its file system
  std::int64_t size = 0;         ///< bytes
  std::int64_t modified_ns = 0;  ///< nanoseconds since 1970
  bool operator==(const InputStamp&) const = default;
};

/// The files of the scenes' bands and quality layers, each once, in order of name. What is no local file
/// (remote, or inside an archive) has no stamp.
std::vector<InputStamp> input_stamps(std::span<const Scene> scenes);

/// Throws Error(input) that names the first file that is not what it was.
void require_unchanged(std::span<const InputStamp> stamps);

}  // namespace isotherm

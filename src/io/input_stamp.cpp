#include "isotherm/io/input_stamp.h"

#include <sys/stat.h>

#include <optional>
#include <set>

#include "isotherm/core/error.h"

namespace isotherm {

namespace {

std::optional<InputStamp> stamp_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  const std::int64_t modified_ns =
      std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + std::int64_t{status.st_mtim.tv_nsec};
  return InputStamp{path, status.st_ino, status.st_size, modified_ns};
}

}  // namespace

std::vector<InputStamp> input_stamps(std::span<const Scene> scenes) {
  std::set<std::string> paths;
  for (const Scene& scene : scenes) {
    for (const Band& band : scene.bands) paths.insert(band.path);
    for (const auto& layer : {scene.quality, scene.saturation}) {
      if (layer) paths.insert(layer->path);
    }
  }
  std::vector<InputStamp> stamps;
  for (const std::string& path : paths) {
    if (auto stamp = stamp_of(path)) stamps.push_back(std::move(*stamp));
  }
  return stamps;
}

void require_unchanged(std::span<const InputStamp> stamps) {
  for (const InputStamp& then : stamps) {
    const auto now = stamp_of(then.path);
    if (now == then) continue;
    throw Error(ErrorKind::input,
                then.path + (now ? ": changed while it was read" : ": was removed while it was read") +
                    "; nothing is written; run again when whatever writes it has finished");
  }
}

}  // namespace isotherm

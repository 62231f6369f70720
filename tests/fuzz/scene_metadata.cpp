// Scenes by their metadata file: an MTL or a STAC item that names band files which are not there, or are
// anything.
#include "isotherm/io/scene_reader.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace isotherm;
  if (size == 0) return 0;
  fuzz::Silence log;
  const fuzz::MemoryFile file(data[0] == '{' || data[0] == '[' ? "fuzz/item.json" : "fuzz/LC08_MTL.txt", data,
                              size);
  fuzz::value_or_error([&] { open_scene(file.name(), {}, log); });
  return 0;
}

// Polygons of a GeoJSON file: as zones, and as an area of interest.
#include "isotherm/io/vector_reader.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace isotherm;
  fuzz::Silence log;
  const fuzz::MemoryFile file("fuzz/zones.geojson", data, size);
  VectorOptions options;
  options.keep = {"*"};
  fuzz::value_or_error([&] {
    const PolygonLayer layer = read_polygons(file.name(), options, log);
    fuzz::require(layer.outlines.size() == layer.ids.size() && layer.ids.size() == layer.id_texts.size(),
                  "as many outlines as ids");
  });
  fuzz::value_or_error([&] {
    const Area area = Area::read(file.name(), "EPSG:32632", "", log);
    const Extent box = area.extent();
    fuzz::require(box.xmin <= box.xmax && box.ymin <= box.ymax, "an extent inside out");
    area.contains({0.5 * (box.xmin + box.xmax), 0.5 * (box.ymin + box.ymax)});
  });
  return 0;
}

// From what a user said about zones to a ZoneSource: which CRS the cells lie in, and where.
#include <algorithm>
#include <cmath>
#include <set>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/engine/zone_source.h"
#include "isotherm/io/crs.h"
#include "isotherm/io/label_reader.h"
#include "isotherm/io/scene_reader.h"

namespace isotherm {

namespace {

/// Zone number of a UTM CRS on WGS 84, ETRS89, NAD83 or NAD27; nothing for other CRSs.
std::optional<int> utm_zone(const std::string& crs) {
  const auto code = crs.starts_with("EPSG:") ? parse_integer(crs.substr(5)) : std::nullopt;
  if (!code) return std::nullopt;
  struct Family {
    long long first, last;
    int zone;  ///< of the first
  };
  static constexpr Family kFamilies[] = {
      {32601, 32660, 1}, {32701, 32760, 1}, {25828, 25838, 28}, {26901, 26923, 1}, {26701, 26722, 1}};
  for (const Family& family : kFamilies) {
    if (*code >= family.first && *code <= family.last)
      return family.zone + static_cast<int>(*code - family.first);
  }
  return std::nullopt;
}

Point middle(const Extent& e) { return {(e.xmin + e.xmax) / 2, (e.ymin + e.ymax) / 2}; }

/// The middle of the area of interest, or of the data, in WGS 84 degrees.
Point centre(const ZoneInputs& inputs, std::span<const Frame> data, Log& log) {
  if (inputs.aoi.empty()) return middle(extent_in(data, "EPSG:4326"));
  return middle(Area::read(inputs.aoi, "EPSG:4326", inputs.aoi_crs, log).extent());
}

/// The data's own UTM CRS where it fits, so that cells and pixels share a map (scenes south of the equator
/// come in a northern zone with negative northings); else the UTM zone of the place.
std::string default_crs(const Point place, std::span<const Frame> data) {
  std::set<std::string> own;
  for (const Frame& frame : data) own.insert(frame.crs);
  if (own.size() == 1 && utm_zone(*own.begin())) return *own.begin();
  const std::string utm = utm_crs(place.x, place.y);
  for (const std::string& crs : own) {
    if (utm_zone(crs) == utm_zone(utm)) return crs;
  }
  return utm;
}

/// Silent: the area of interest is read a second time in the CRS of the cells, and once is enough for its
/// warnings.
class NoLog : public Log {
 public:
  void write(LogLevel, std::string_view) override {}
};

/// The data's own geographic CRS where there is one for all, else WGS 84.
std::string degree_crs(const Grid& grid, const ZoneInputs& inputs, std::span<const Frame> data) {
  const std::string wanted = lower(trim(inputs.crs));
  if (wanted == "utm" || wanted == "equal-area") {
    throw Error(ErrorKind::usage,
                grid.spec() + ": cells of degrees lie in a geographic CRS, not in --crs " + wanted);
  }
  if (!wanted.empty()) return canonical_crs(inputs.crs);
  std::set<std::string> own;
  for (const Frame& frame : data) own.insert(frame.crs);
  return own.size() == 1 && !own.begin()->empty() && is_geographic(*own.begin()) ? *own.begin() : "EPSG:4326";
}

/// Cells made of whole pixels of a raster: the lattice of its pixels, `side` by `side` of them, counted from
/// the pixel border nearest to the origin of the CRS, so that every raster on that lattice gives the same.
Grid snapped(const Grid& grid, const std::string& raster, const Frame& frame) {
  const auto* square = std::get_if<SquareGrid>(&grid.kind());
  if (square == nullptr || square->origin() != Point{}) {
    throw Error(ErrorKind::usage, "--snap makes squares of whole pixels; " + grid.spec() +
                                      (square == nullptr ? " are no squares" : " says its origin itself"));
  }
  const auto& n = frame.transform.numbers();
  if (!frame.transform.axis_aligned()) {
    throw Error(ErrorKind::usage, "--snap " + raster + ": its pixels are turned against the axes of its CRS");
  }
  const double side = square->side();
  const auto phase = [&](double first, double pixel) {
    const double pixels = side / pixel, whole = std::max(1.0, std::round(pixels));
    if (std::abs(pixels - whole) > 1e-9 * whole) {
      throw Error(ErrorKind::usage, "--snap " + raster + ": " + grid.spec() + " is " + number_text(pixels) +
                                        " of its pixels (" + number_text(pixel) +
                                        "); cells of whole pixels are square:" +
                                        number_text(std::max(1.0, std::floor(pixels)) * pixel) +
                                        " and square:" + number_text((std::floor(pixels) + 1) * pixel));
    }
    const double place = first / pixel, rest = place - std::floor(place);
    return rest < 1e-6 || rest > 1 - 1e-6 ? 0.0 : rest * pixel;
  };
  return Grid(
      SquareGrid(side, {phase(n[0], std::abs(n[1])), phase(n[3], std::abs(n[5]))}, square->in_degrees()));
}

std::string lattice_crs(const Grid& grid, const ZoneInputs& inputs, std::span<const Frame> data) {
  if (grid.in_degrees()) return degree_crs(grid, inputs, data);
  const std::string wanted = lower(trim(inputs.crs));
  if (const auto fixed = grid.fixed_crs()) {
    if (!wanted.empty() && canonical_crs(inputs.crs) != *fixed) {
      throw Error(ErrorKind::usage, grid.spec() + ": web-map tiles lie in " + *fixed + "; leave --crs out");
    }
    return *fixed;
  }
  if (!wanted.empty() && wanted != "utm" && wanted != "equal-area") return canonical_crs(inputs.crs);
  NoLog silent;
  const Point place = centre(inputs, data, silent);
  if (!std::isfinite(place.x) || !std::isfinite(place.y)) {
    throw Error(ErrorKind::input,
                "the place of the data in degrees cannot be computed; give a CRS for the cells with --crs");
  }
  if (wanted == "equal-area") return equal_area_crs(place.x, place.y);
  return default_crs(place, data);
}

ZoneSource open_cells(const ZoneInputs& inputs, std::span<const Frame> data, Log& log) {
  Grid grid = Grid::parse(inputs.zones);
  if (!inputs.layer.empty() || !inputs.id_field.empty() || !inputs.keep.empty() ||
      !inputs.zones_crs.empty()) {
    throw Error(ErrorKind::usage, "--layer, --id, --keep and --zones-crs belong to zones from a file; " +
                                      inputs.zones + " is a grid");
  }
  if (inputs.aoi.empty() && data.empty()) {
    throw Error(ErrorKind::usage, "no place to lay cells over: give an area with --aoi, or a scene");
  }
  const AreaRule rule = parse_area_rule(inputs.aoi_rule);
  std::string crs;
  if (inputs.snap.empty()) {
    crs = lattice_crs(grid, inputs, data);
  } else {
    const Frame frame = open_scene(inputs.snap, {}, log).frame;
    grid = snapped(grid, inputs.snap, frame);
    crs = frame.crs;
    if (crs.empty() || (!inputs.crs.empty() && canonical_crs(inputs.crs) != crs)) {
      throw Error(ErrorKind::usage, "--snap " + inputs.snap +
                                        (crs.empty() ? ": has no CRS"
                                                     : ": cells of its pixels lie in its CRS, " +
                                                           crs_name(crs) + "; leave --crs out"));
    }
  }
  if (inputs.aoi.empty())
    return ZoneSource::cells(grid, crs, extent_in(data, crs), std::nullopt, rule, inputs.align);
  const Area area = Area::read(inputs.aoi, crs, inputs.aoi_crs, log);
  return ZoneSource::cells(grid, crs, area.extent(), area, rule, inputs.align);
}

ZoneSource open_polygons(const ZoneInputs& inputs, const RunContext& context) {
  if (!inputs.crs.empty()) {
    throw Error(
        ErrorKind::usage,
        "--crs is the CRS of a grid; zones from a file keep their own (--zones-crs supplies a missing one)");
  }
  if (!inputs.aoi.empty()) {
    throw Error(ErrorKind::usage,
                "--aoi chooses cells of a grid; zones from a file are all used (" + inputs.zones + ")");
  }
  if (!inputs.snap.empty()) {
    throw Error(ErrorKind::usage, "--snap moves cells of a grid; " + inputs.zones + " is a file of zones");
  }
  if (is_label_raster(inputs.zones)) {
    if (!inputs.layer.empty() || !inputs.id_field.empty() || !inputs.keep.empty()) {
      throw Error(ErrorKind::usage, "--layer, --id and --keep belong to zones from a vector file; " +
                                        inputs.zones + " is a raster of labels");
    }
    return ZoneSource::polygons(read_labels(inputs.zones, inputs.zones_crs, context));
  }
  VectorOptions options;
  options.layer = inputs.layer;
  options.id_field = inputs.id_field;
  options.keep = inputs.keep;
  options.crs = inputs.zones_crs;
  return ZoneSource::polygons(read_polygons(inputs.zones, options, context.log));
}

}  // namespace

Extent extent_in(std::span<const Frame> frames, const std::string& crs) {
  Extent all;
  for (const Frame& frame : frames) {
    if (frame.crs.empty()) {
      throw Error(ErrorKind::input,
                  "a raster has no CRS, so cells cannot be laid over it; give one with --raster-crs");
    }
    const CrsTransform transform(frame.crs, crs);
    // Frames on both sides of the antimeridian: each is brought next to those before it.
    all = unite(all, reproject(frame.extent(), transform, all));
  }
  return all;
}

ZoneSource open_zones(const ZoneInputs& inputs, std::span<const Frame> data, const RunContext& context) {
  if (inputs.zones.empty()) {
    throw Error(ErrorKind::usage,
                "no zones: give --zones hex:100, square:100, tile:17, a polygon file or a raster of labels");
  }
  return Grid::looks_like_grid(inputs.zones) ? open_cells(inputs, data, context.log)
                                             : open_polygons(inputs, context);
}

}  // namespace isotherm

#include "known_coverage.h"

#include <algorithm>

#include "isotherm/core/error.h"
#include "isotherm/io/digest.h"
#include "outline_bytes.h"

namespace isotherm {

namespace {

void add_outlines(Digest& digest, std::span<const MultiPolygon> outlines) {
  ByteWriter out;
  for (const MultiPolygon& outline : outlines) {
    put_outline(out, outline);
    digest.add(out.take());
  }
}

}  // namespace

CoverageKey coverage_key(const ZonalRequest& request, const ZonalPlan& plan) {
  const ZoneSource& zones = request.zones;
  CoverageKey key;
  Digest digest("sha256");
  if (const Grid* grid = zones.grid()) {
    key.is_lattice = true;
    key.cells = *zones.range();
    key.zones = grid->spec() + " in " + crs_name(zones.crs());
    digest.add("cells " + grid->spec() + "\n");
    const std::vector<MultiPolygon> first{{Polygon{{grid->outline({0, 0})}}}};  // grids may have an origin
    add_outlines(digest, first);
    if (zones.has_area() && zones.area_rule() == AreaRule::clip) {
      key.zones += ", cut to an area";
      add_outlines(digest, std::span(&zones.area()->outline(), 1));
    }
  } else {
    const auto count = static_cast<std::int32_t>(std::min<std::int64_t>(zones.candidates(), 1 << 30));
    key.cells = {0, count, 0, 1, -1};
    key.zones = std::to_string(zones.candidates()) + " polygons in " + crs_name(zones.crs());
    digest.add("polygons\n");
    add_outlines(digest, zones.outlines());
  }
  digest.add(zones.crs());
  key.digest = digest.hex();
  key.rule = request.rule;
  for (const LatticeGroup& group : plan.groups)
    key.lattices.push_back({group.frame.crs, group.lattice, group.window});
  return key;
}

std::vector<std::int64_t> zone_numbers(const ZoneBatch& zones, const CoverageKey& key, std::int64_t first) {
  std::vector<std::int64_t> numbers(zones.size());
  for (std::size_t zone = 0; zone < zones.size(); ++zone) {
    if (!key.is_lattice) {
      numbers[zone] = first + static_cast<std::int64_t>(zone);
      continue;
    }
    const Cell cell = Grid::cell_of(zones.ids[zone]);
    const std::int64_t column = std::int64_t{cell.i} - key.cells.i_first;
    const std::int64_t row = (std::int64_t{cell.j} - key.cells.j_north) * key.cells.j_step;
    const bool held = column >= 0 && column < key.cells.i_count && row >= 0 && row < key.cells.j_count;
    numbers[zone] = held ? row * key.cells.i_count + column : -1;
  }
  return numbers;
}

KnownCoverage::KnownCoverage(const CoverageFile& file, const ZonalPlan& plan,
                             std::span<const CrsTransform> to_frame, std::size_t memory)
    : file_(file), plan_(plan), to_frame_(to_frame), lattices_(plan.groups.size()), memory_(memory) {
  for (std::size_t g = 0; g < plan.groups.size(); ++g) {
    const LatticeGroup& group = plan.groups[g];
    for (std::size_t k = 0; k < file.key().lattices.size(); ++k) {
      const PixelLattice& kept = file.key().lattices[k];
      if (kept.crs != group.frame.crs || kept.transform != group.lattice) continue;
      lattices_[g].reader.emplace(file, k);
      lattices_[g].common = intersect(kept.window, group.window);
      lattices_[g].same = kept.window == group.window;
      break;
    }
  }
}

void KnownCoverage::begin(const ZoneBatch& zones, std::int64_t first, std::size_t group) {
  group_ = group;
  taken_ = 0;
  numbers_ = zone_numbers(zones, file_.key(), first);
}

/// With a pixel to spare, for the bend of a box between two CRSs.
bool KnownCoverage::lies_inside(const MultiPolygon& outline) const {
  if (outline.empty()) return false;
  const CrsTransform& transform = to_frame_[group_];
  const Extent box = reproject(extent_of(outline), transform, plan_.groups[group_].frame.extent());
  const Window& common = lattices_[group_].common;
  for (const Point corner : {Point{box.xmin, box.ymin}, Point{box.xmax, box.ymin}, Point{box.xmin, box.ymax},
                             Point{box.xmax, box.ymax}}) {
    const Point p = plan_.groups[group_].lattice.to_pixel(corner);
    if (!(p.x >= static_cast<double>(common.col + 1) && p.x <= static_cast<double>(common.col_end() - 1) &&
          p.y >= static_cast<double>(common.row + 1) && p.y <= static_cast<double>(common.row_end() - 1))) {
      return false;
    }
  }
  return true;
}

bool KnownCoverage::add(const ZoneBatch& zones, std::size_t zone, CoverageBuilder& builder) {
  Lattice& lattice = lattices_[group_];
  KnownZone known;
  if (!lattice.reader || !lattice.reader->find(numbers_[zone], known)) return false;
  if (!lattice.same && !lies_inside(zones.outline(zone))) return false;
  taken_ += known.spans.size_bytes() + known.weights.size_bytes();
  if (taken_ > memory_) {
    throw Error(ErrorKind::input, file_.name() +
                                      ": the coverage of one batch of zones is larger than --memory: it is "
                                      "damaged, or of other zones");
  }
  builder.add(known.spans, known.weights, known.total);
  return true;
}

}  // namespace isotherm

// The zones of a run, batch by batch: cells of a lattice or polygons of a file, in one CRS and one order.
//
// Candidates are numbered from 0. For a lattice they are all cells whose outline can meet the place asked
// for, rows from north to south, in a row from west to east; those the area of interest turns down are left
// out when a batch is made. For polygons they are the features in file order, and none is ever left out (not
// even empty ones). What a candidate becomes does not depend on how the candidates are cut into batches, nor
// on the thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/core/frame.h"
#include "isotherm/core/run_context.h"
#include "isotherm/core/table.h"
#include "isotherm/io/vector_reader.h"
#include "isotherm/zones/grid.h"

namespace isotherm {

/// What a user says about zones, unchecked.
struct ZoneInputs {
  std::string zones;  ///< "hex:100", ..., or a vector file
  std::string layer;
  std::string id_field;
  std::string zones_crs;            ///< CRS of a vector file that has none
  std::vector<std::string> keep;    ///< attributes to carry
  std::string crs;                  ///< lattice CRS: "", "utm", "equal-area", or any CRS text
  std::string snap;                 ///< raster whose pixels square cells are made of
  std::string aoi;                  ///< file or bbox
  std::string aoi_crs;              ///< CRS of a bbox; WGS 84 degrees when empty
  std::string aoi_rule = "centre";  ///< a name of area_rules()
  std::int32_t align = 1;  ///< cells come in whole blocks of so many along a side, counted from cell (0, 0)
};

/// Which cells belong to an area of interest.
enum class AreaRule {
  centre,  ///< cells whose centre is inside: neighbouring areas share no cell
  any,     ///< cells of which any part is inside
  full,    ///< cells that are wholly inside
  clip,    ///< as any, but the outline is cut to the part inside
};
struct AreaRuleRow {
  AreaRule rule;
  std::string_view name;
  std::string_view help;
};
std::span<const AreaRuleRow> area_rules();
/// Throws Error(usage) with a suggestion.
AreaRule parse_area_rule(std::string_view name);

/// Some zones, one entry per zone in every list, in the order of their candidate positions. Names and
/// outlines of cells follow from their numbers and are made when they are asked for: tables of millions of
/// cells seldom need them.
struct ZoneBatch {
  std::vector<std::int64_t> positions;  ///< candidate positions
  std::vector<std::int64_t> ids;
  std::shared_ptr<const Grid> grid;    ///< of cells; null for polygons
  std::vector<std::string> id_texts;   ///< of polygons
  std::vector<MultiPolygon> outlines;  ///< of polygons, and of the parts of cells with rule clip
  std::vector<double> share;  ///< share of the cell inside the area of interest; 1 when there is none
  std::vector<double>
      ground_area_m2;  ///< true area of the outline on the ellipsoid; NaN where it has no image
  Table attributes;    ///< kept columns of polygons; no columns for cells

  std::size_t size() const { return ids.size(); }
  /// Every zone is a whole cell of `grid`.
  bool whole_cells() const { return grid != nullptr && outlines.empty(); }
  std::string id_text(std::size_t zone) const;
  /// In the CRS of the source; with rule clip the part inside.
  MultiPolygon outline(std::size_t zone) const;
};

/// Makes batches for one worker; not thread-safe.
class ZoneMaker {
 public:
  ZoneMaker(ZoneMaker&&) noexcept;
  ~ZoneMaker();
  /// Zones of candidate positions [first, first + count).
  ZoneBatch make(std::int64_t first, std::int64_t count);
  /// Zones of the listed candidate positions, in the order of the list.
  ZoneBatch make(std::span<const std::int64_t> positions);

 private:
  friend class ZoneSource;
  struct State;
  explicit ZoneMaker(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// A value that many threads may read; copies share what is inside.
class ZoneSource {
 public:
  /// Cells over `where` (in `crs`, cut to the area when there is one). `crs` must be projected, `area` in
  /// that CRS. Throws Error(usage) when the cells do not fit the CRS, Error(no_data) when `where` is empty.
  static ZoneSource cells(const Grid& grid, const std::string& crs, const Extent& where,
                          const std::optional<Area>& area, AreaRule rule, std::int32_t align = 1);
  static ZoneSource polygons(PolygonLayer layer);

  const std::string& crs() const;
  bool is_lattice() const { return grid() != nullptr; }
  const Grid* grid() const;  ///< null for polygons
  bool has_area() const;     ///< an area of interest was given
  /// The rectangle of the lattice that holds the candidates, in their order; null for polygons.
  const CellRange* range() const;
  const Area* area() const;  ///< of interest; null when there is none
  AreaRule area_rule() const;
  /// Outlines of all polygons, in file order; empty for a lattice.
  std::span<const MultiPolygon> outlines() const;
  std::int64_t candidates() const;
  std::int64_t cells_per_row() const;          ///< candidates of a lattice row; 1 for polygons
  Extent extent() const;                       ///< holds all candidates' outlines
  Point middle() const;                        ///< of that extent
  Extent extent(std::int64_t position) const;  ///< of one candidate's outline; empty for an empty polygon
  const std::vector<ColumnInfo>& attribute_columns() const;
  /// Without ground areas, which cost time where nobody asks for them, ZoneBatch::ground_area_m2 is NaN.
  ZoneMaker make_worker(bool ground_areas = true) const;

 private:
  friend class ZoneMaker;
  struct State;
  explicit ZoneSource(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

/// The zones a user asked for, over the area of interest or, without one, over the frames of the data (which
/// may be none when there is an area). The CRS of cells: tiles have their own; "" or "utm" is the data's own
/// UTM CRS when it has one, else the UTM zone of the centre; "equal-area" a Lambert azimuthal one about the
/// centre. Throws Error.
ZoneSource open_zones(const ZoneInputs& inputs, std::span<const Frame> data, const RunContext& context);

/// Bounding extent of all frames in `crs`. Throws Error(input) when a frame has no CRS.
Extent extent_in(std::span<const Frame> frames, const std::string& crs);

}  // namespace isotherm

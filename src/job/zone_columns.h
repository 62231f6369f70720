// The columns every table of zones begins with: who the zone is, what it brought along, how large it is, and
// what lies in it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/core/table.h"
#include "isotherm/engine/zone_source.h"

namespace isotherm {

struct FeatureColumns;  // zone_features.h

/// Significant digits of computed numbers in text formats: float32 pixels carry seven, ten keep sums of them
/// apart.
inline constexpr int kResultDigits = 10;

/// Which of the columns that describe a row are written (--columns).
struct ColumnChoice {
  std::vector<std::string> names;  ///< empty: all; "none": none
  bool has(std::string_view name) const;
  /// Throws Error(usage) when a name is not among these.
  void check(std::span<const std::string> known) const;
};

/// zone, cell_id, attributes of polygons, area_m2, share where there is an area of interest, and those of
/// features.
class ZoneColumns {
 public:
  /// `features` must outlive it; what they know of the zones may still come.
  explicit ZoneColumns(const ZoneSource& zones, const ColumnChoice& choice = {},
                       std::span<const FeatureColumns> features = {});
  const std::vector<ColumnInfo>& infos() const { return infos_; }   ///< of those chosen
  const std::vector<std::string>& known() const { return known_; }  ///< names of all there are
  /// Appends the cells of one zone to the first columns of `table`, which are infos(); returns how many they
  /// are.
  std::size_t append(const ZoneBatch& zones, std::size_t zone, Table& table) const;

 private:
  std::vector<ColumnInfo> infos_;
  std::vector<std::string> known_;
  bool name_ = true, id_ = true, area_ = true, share_ = false;
  std::vector<char> attributes_;  ///< by attribute: chosen
  std::span<const FeatureColumns> features_;
  std::vector<std::vector<char>> feature_columns_;  ///< of each of these: chosen
};

}  // namespace isotherm

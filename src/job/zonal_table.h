// The shape of the zonal table: which rows and columns a batch of zones becomes.
//
// A slot is a column of time: one observation, or one period with the observations that fall into it. The
// long layout has a row per zone and slot, the wide one a row per zone and columns per slot.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "isotherm/core/table.h"
#include "isotherm/engine/zonal.h"
#include "isotherm/job/period.h"
#include "zonal_columns.h"
#include "zone_columns.h"

namespace isotherm {

struct Slot {
  std::string label;  ///< unique: "2021-06-14", "2021", a scene id
  std::string scene;  ///< observation id; empty for periods
  std::optional<Date> date;
  std::vector<std::size_t> observations;
};

struct ZonalShape {
  std::optional<Period> period;
  std::vector<Reducer> reducers;  ///< used with a period
  bool wide = false;
  double min_valid = 0;
  ColumnChoice columns;  ///< of those that describe a row
};

/// The slots of a table of that shape, by date.
std::vector<Slot> slots_of_table(const ZonalShape& shape, std::span<const Observation> observations);

class ZonalTable {
 public:
  ZonalTable(ZonalShape shape, std::span<const Observation> observations, const ZonalColumns& columns,
             const ZoneSource& zones, std::span<const FeatureColumns> features = {});

  std::span<const Slot> slots() const { return slots_; }
  const TableSchema& schema() const { return schema_; }
  /// Rows of the given slots (all of them for the wide layout), zone after zone.
  Table rows(const ZonalBatch& batch, std::span<const std::size_t> slots, bool geometry) const;

 private:
  /// Memory kept from row to row.
  struct Scratch {
    std::vector<double> values, inputs, dates;
    std::vector<std::size_t> seen;  ///< observations with a value
    std::vector<std::vector<double>> by_date;
  };
  struct Time {
    Scratch scratch;
    std::vector<double> values;
    std::int64_t n_obs = 0;
    std::optional<Date> first, last;
  };
  void describe_slot_columns();
  void describe_value_columns(const std::string& suffix);
  void add_slot_cells(Table& table, const Slot& slot, const Time& time, std::size_t& column) const;
  void copy_values(const ZonalBatch& batch, std::span<const std::size_t> slots, Table& table) const;
  void fold(const ZonalBatch& batch, std::size_t zone, const Slot& slot, Time& time) const;
  /// What is shown of a zone at one observation. Where too little of it is valid, what was measured is
  /// missing; counts and shares stay when `keep_counts`.
  void show(const ZonalBatch& batch, std::size_t zone, std::size_t observation, bool keep_counts,
            Scratch& scratch, std::vector<double>& result) const;
  /// A collected value; missing where too little of the zone is valid.
  double measured(const ZonalBatch& batch, std::size_t zone, std::size_t observation, std::size_t from) const;
  bool enough(double share) const { return share > 0 && share >= shape_.min_valid; }

  ZonalShape shape_;
  std::span<const Observation> observations_;
  const ZonalColumns& columns_;
  ZoneColumns zone_columns_;
  std::vector<char> slot_columns_;  ///< of those that describe a slot in the long layout: chosen
  std::vector<Slot> slots_;
  TableSchema schema_;
};

}  // namespace isotherm

#include "zonal_table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "isotherm/core/error.h"
#include "zone_columns.h"

namespace isotherm {

namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// Counts and shares stay as they are where too little of a cell is valid; what was measured becomes missing.
bool survives(StatisticKind kind) {
  return kind == StatisticKind::count || kind == StatisticKind::pixels || kind == StatisticKind::valid;
}

/// A label that no other slot has: the date, else with the path, else with a running number.
std::string unique_label(const Observation& observation, std::set<std::string>& taken) {
  const Scene& scene = observation.scenes.front();
  std::vector<std::string> tries;
  if (observation.date) tries.push_back(to_string(*observation.date));
  if (observation.date && scene.path) tries.push_back(tries.front() + "_p" + std::to_string(*scene.path));
  if (!observation.date) tries.push_back(observation.id);
  for (const std::string& label : tries) {
    if (taken.insert(label).second) return label;
  }
  for (int k = 2;; ++k) {
    const std::string label = tries.front() + "_" + std::to_string(k);
    if (taken.insert(label).second) return label;
  }
}

std::vector<Slot> observation_slots(std::span<const Observation> observations) {
  std::vector<Slot> slots;
  std::set<std::string> taken;
  for (std::size_t k = 0; k < observations.size(); ++k) {
    slots.push_back({unique_label(observations[k], taken), observations[k].id, observations[k].date, {k}});
  }
  return slots;
}

std::vector<Slot> period_slots(std::span<const Observation> observations, Period period) {
  std::vector<Slot> slots;  // observations come by date, so periods come in order
  for (std::size_t k = 0; k < observations.size(); ++k) {
    if (!observations[k].date) {
      throw Error(ErrorKind::usage, "--period needs dates, and scene " + observations[k].id +
                                        " has none; leave the scene or the option out");
    }
    const std::string label = period_label(period, *observations[k].date);
    if (slots.empty() || slots.back().label != label) slots.push_back({label, "", observations[k].date, {}});
    slots.back().observations.push_back(k);
  }
  return slots;
}

std::string without_dashes(std::string text) {
  std::erase(text, '-');
  return text;
}

void add_text(Table& table, std::size_t& column, std::optional<std::string> text) {
  table.columns[column++].texts().push_back(std::move(text));
}

std::optional<std::string> date_text(const std::optional<Date>& date) {
  return date ? std::optional(to_string(*date)) : std::nullopt;
}

}  // namespace

ZonalTable::ZonalTable(ZonalShape shape, std::span<const Observation> observations,
                       std::span<const ProgramOutput> quantities, std::span<const Statistic> statistics,
                       const ZoneSource& zones)
    : shape_(std::move(shape)),
      observations_(observations),
      quantities_(quantities),
      statistics_(statistics),
      has_area_(zones.has_area()) {
  dated_ = std::any_of(observations.begin(), observations.end(),
                       [](const Observation& o) { return o.date.has_value(); });
  slots_ = shape_.period ? period_slots(observations, *shape_.period) : observation_slots(observations);
  schema_.has_geometry = true;
  schema_.crs = zones.crs();
  schema_.columns = zone_columns(zones);
  if (!shape_.wide) {
    describe_slot_columns();
    describe_value_columns("");
  } else {
    for (const Slot& slot : slots_) {
      const std::string suffix = "_" + without_dashes(slot.label);
      if (shape_.period) {
        schema_.columns.push_back(
            {"n_obs" + suffix, ColumnType::integer, "", "observations with a value in " + slot.label});
      }
      describe_value_columns(suffix);
    }
  }
  std::set<std::string> names;
  for (const ColumnInfo& info : schema_.columns) {
    if (!names.insert(info.name).second) {
      throw Error(ErrorKind::usage,
                  "two columns would be called '" + info.name +
                      "'; rename the quantity with --expr, or leave the attribute out of --keep");
    }
  }
}

void ZonalTable::describe_slot_columns() {
  if (!shape_.period) {
    schema_.columns.push_back({"scene", ColumnType::text, "", "scene or scenes the values come from"});
    if (dated_) schema_.columns.push_back({"date", ColumnType::date, "", "day of the observation"});
    return;
  }
  const std::string name(period_rows()[static_cast<std::size_t>(*shape_.period)].name);
  const ColumnType type = *shape_.period == Period::year  ? ColumnType::integer
                          : *shape_.period == Period::day ? ColumnType::date
                                                          : ColumnType::text;
  schema_.columns.push_back({name, type, "", "period the values are folded over"});
  schema_.columns.push_back({"n_obs", ColumnType::integer, "", "observations with a value in the cell"});
  schema_.columns.push_back({"first_date", ColumnType::date, "", "first observation with a value"});
  schema_.columns.push_back({"last_date", ColumnType::date, "", "last observation with a value"});
}

void ZonalTable::describe_value_columns(const std::string& suffix) {
  for (const ProgramOutput& quantity : quantities_) {
    for (const Statistic& statistic : statistics_) {
      const std::string name = quantity.name + "_" + statistic.name;
      const std::string unit = unit_of(statistic, quantity.unit);
      const std::string what =
          statistic.name + " of " + (quantity.title.empty() ? quantity.name : quantity.title);
      if (!shape_.period) {
        schema_.columns.push_back({name + suffix, ColumnType::real, unit, what, kResultDigits});
        continue;
      }
      for (Reducer reducer : shape_.reducers) {
        const std::string word(to_string(reducer));
        // One way of folding needs no name of its own; several are told apart by theirs.
        const std::string full = shape_.reducers.size() == 1 ? name : name + "_" + word;
        schema_.columns.push_back({full + suffix, ColumnType::real, reducer == Reducer::count ? "" : unit,
                                   word + " over dates of " + what, kResultDigits});
      }
    }
  }
}

void ZonalTable::add_measured(const ZonalBatch& batch, std::size_t zone, std::size_t observation,
                              Time& time) const {
  const auto row = batch.row(zone, observation);
  const auto shares = batch.valid_shares(zone, observation);
  for (std::size_t column = 0; column < row.size(); ++column) {
    const bool kept =
        survives(statistics_[column % batch.statistics].kind) || enough(shares[column / batch.statistics]);
    time.values.push_back(kept ? row[column] : kMissing);
  }
}

void ZonalTable::fold(const ZonalBatch& batch, std::size_t zone, const Slot& slot, Time& time) const {
  time.values.clear();
  if (!shape_.period) {
    add_measured(batch, zone, slot.observations.front(), time);
    return;
  }
  time.n_obs = 0;
  time.first = time.last = std::nullopt;
  for (std::size_t o : slot.observations) {
    const auto shares = batch.valid_shares(zone, o);
    if (std::none_of(shares.begin(), shares.end(), [&](double share) { return enough(share); })) continue;
    ++time.n_obs;
    if (!time.first) time.first = observations_[o].date;
    time.last = observations_[o].date;
  }
  std::vector<double> dates;
  for (std::size_t column = 0; column < batch.quantities * batch.statistics; ++column) {
    for (Reducer reducer : shape_.reducers) {
      dates.clear();
      for (std::size_t o : slot.observations) {
        const double value = batch.row(zone, o)[column];
        if (enough(batch.valid_shares(zone, o)[column / batch.statistics]) && !std::isnan(value))
          dates.push_back(value);
      }
      time.values.push_back(reduce(reducer, dates));
    }
  }
}

void ZonalTable::add_slot_cells(Table& table, const Slot& slot, const Time& time, std::size_t& column) const {
  if (!shape_.period) {
    add_text(table, column, slot.scene);
    if (dated_) add_text(table, column, date_text(slot.date));
    return;
  }
  if (*shape_.period == Period::year) {
    table.columns[column++].integers().push_back(slot.date->year);
  } else {
    add_text(table, column, slot.label);
  }
  table.columns[column++].integers().push_back(time.n_obs);
  add_text(table, column, date_text(time.first));
  add_text(table, column, date_text(time.last));
}

Table ZonalTable::rows(const ZonalBatch& batch, std::span<const std::size_t> slots, bool geometry) const {
  Table table = make_table(schema_);
  Time time;
  for (std::size_t zone = 0; zone < batch.zones.size(); ++zone) {
    std::size_t column = 0;
    for (std::size_t s : slots) {
      if (column == 0 || !shape_.wide) {
        column = append_zone(batch.zones, zone, has_area_, table);
        if (geometry) table.geometry.push_back(batch.zones.outlines[zone]);
      }
      fold(batch, zone, slots_[s], time);
      if (!shape_.wide) {
        add_slot_cells(table, slots_[s], time, column);
      } else if (shape_.period) {
        table.columns[column++].integers().push_back(time.n_obs);
      }
      for (double value : time.values) table.columns[column++].reals().push_back(value);
    }
  }
  return table;
}

}  // namespace isotherm

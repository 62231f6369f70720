#include "zonal_table.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "zone_columns.h"

namespace isotherm {

namespace {

/// Counts and shares stay as they are where too little of a cell is valid; what was measured becomes missing.
bool survives(StatisticKind kind) {
  return kind == StatisticKind::count || kind == StatisticKind::pixels || kind == StatisticKind::valid ||
         kind == StatisticKind::weight;
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

std::vector<Slot> slots_of_table(const ZonalShape& shape, std::span<const Observation> observations) {
  return shape.period ? period_slots(observations, *shape.period) : observation_slots(observations);
}

ZonalTable::ZonalTable(ZonalShape shape, std::span<const Observation> observations,
                       const ZonalColumns& columns, const ZoneSource& zones,
                       std::span<const FeatureColumns> features)
    : shape_(std::move(shape)),
      observations_(observations),
      columns_(columns),
      zone_columns_(zones, shape_.columns, features) {
  slots_ = slots_of_table(shape_, observations);
  schema_.has_geometry = true;
  schema_.crs = zones.crs();
  schema_.columns = zone_columns_.infos();
  if (!shape_.wide) {
    describe_slot_columns();
    describe_value_columns("");
  } else {
    shape_.columns.check(zone_columns_.known());
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
      throw Error(
          ErrorKind::usage,
          "two columns would be called '" + info.name +
              "'; rename the quantity with --expr or the features with --features, or leave the attribute "
              "out of --keep");
    }
  }
}

void ZonalTable::describe_slot_columns() {
  std::vector<std::string> known = zone_columns_.known();
  const auto offer = [&](ColumnInfo info) {
    known.push_back(info.name);
    slot_columns_.push_back(shape_.columns.has(info.name));
    if (slot_columns_.back()) schema_.columns.push_back(std::move(info));
  };
  if (!shape_.period) {
    offer({"scene", ColumnType::text, "", "scene or scenes the values come from"});
    const bool dated = std::any_of(observations_.begin(), observations_.end(),
                                   [](const Observation& o) { return o.date.has_value(); });
    if (dated) offer({"date", ColumnType::date, "", "day of the observation"});
    shape_.columns.check(known);
    return;
  }
  const std::string name(period_rows()[static_cast<std::size_t>(*shape_.period)].name);
  const ColumnType type = *shape_.period == Period::year  ? ColumnType::integer
                          : *shape_.period == Period::day ? ColumnType::date
                                                          : ColumnType::text;
  offer({name, type, "", "period the values are folded over"});
  offer({"n_obs", ColumnType::integer, "", "observations with a value in the cell"});
  offer({"first_date", ColumnType::date, "", "first observation with a value"});
  offer({"last_date", ColumnType::date, "", "last observation with a value"});
  shape_.columns.check(known);
}

void ZonalTable::describe_value_columns(const std::string& suffix) {
  for (const ZonalColumns::Shown& shown : columns_.shown) {
    if (!shape_.period) {
      schema_.columns.push_back(
          {shown.name + suffix, ColumnType::real, shown.unit, shown.description, kResultDigits});
      continue;
    }
    for (Reducer reducer : shape_.reducers) {
      const std::string word(to_string(reducer));
      // One way of folding needs no name of its own; several are told apart by theirs.
      const std::string full = shape_.reducers.size() == 1 ? shown.name : shown.name + "_" + word;
      schema_.columns.push_back({full + suffix, ColumnType::real, reducer == Reducer::count ? "" : shown.unit,
                                 word + " over dates of " + shown.description, kResultDigits});
    }
  }
}

void ZonalTable::show(const ZonalBatch& batch, std::size_t zone, std::size_t observation, bool keep_counts,
                      Scratch& scratch, std::vector<double>& result) const {
  const auto row = batch.row(zone, observation);
  std::vector<double>&values = scratch.values, &inputs = scratch.inputs;
  values.clear();
  result.clear();
  for (std::size_t k = 0; k < row.size(); ++k) {
    const bool stays = keep_counts && survives(columns_.collected[k].statistic.kind);
    values.push_back(stays ? row[k] : measured(batch, zone, observation, k));
  }
  for (const ZonalColumns::Derived& derived : columns_.derived) {
    inputs.clear();
    for (const std::size_t from : derived.inputs) inputs.push_back(values[from]);
    values.push_back(derived.formula.evaluate(inputs));
  }
  for (const ZonalColumns::Shown& column : columns_.shown) result.push_back(values[column.from]);
}

void ZonalTable::fold(const ZonalBatch& batch, std::size_t zone, const Slot& slot, Time& time) const {
  if (!shape_.period) {
    show(batch, zone, slot.observations.front(), true, time.scratch, time.values);
    return;
  }
  time.values.clear();
  time.first = time.last = std::nullopt;
  std::vector<std::size_t>& seen = time.scratch.seen;
  seen.clear();
  for (const std::size_t o : slot.observations) {
    const auto shares = batch.valid_shares(zone, o);
    if (std::any_of(shares.begin(), shares.end(), [&](double share) { return enough(share); }))
      seen.push_back(o);
  }
  time.n_obs = static_cast<std::int64_t>(seen.size());
  if (!seen.empty()) {
    time.first = observations_[seen.front()].date;
    time.last = observations_[seen.back()].date;
  }
  std::vector<std::vector<double>>& by_date = time.scratch.by_date;
  const bool derived = !columns_.derived.empty();
  if (derived && by_date.size() < seen.size()) by_date.resize(seen.size());
  for (std::size_t n = 0; derived && n < seen.size(); ++n)
    show(batch, zone, seen[n], false, time.scratch, by_date[n]);
  std::vector<double>& dates = time.scratch.dates;
  for (std::size_t column = 0; column < columns_.shown.size(); ++column) {
    for (const Reducer reducer : shape_.reducers) {
      dates.clear();  // in the order of dates for each: a median leaves them sorted
      for (std::size_t n = 0; n < seen.size(); ++n) {
        const double value =
            derived ? by_date[n][column] : measured(batch, zone, seen[n], columns_.shown[column].from);
        if (!std::isnan(value)) dates.push_back(value);
      }
      time.values.push_back(reduce(reducer, dates));
    }
  }
}

double ZonalTable::measured(const ZonalBatch& batch, std::size_t zone, std::size_t observation,
                            std::size_t from) const {
  const double share = batch.valid_shares(zone, observation)[columns_.collected[from].quantity];
  return enough(share) ? batch.row(zone, observation)[from] : kMissing;
}

void ZonalTable::add_slot_cells(Table& table, const Slot& slot, const Time& time, std::size_t& column) const {
  if (!shape_.period) {
    if (slot_columns_[0]) add_text(table, column, slot.scene);
    if (slot_columns_.size() > 1 && slot_columns_[1]) add_text(table, column, date_text(slot.date));
    return;
  }
  if (slot_columns_[0]) {
    if (*shape_.period == Period::year) {
      table.columns[column++].integers().push_back(slot.date->year);
    } else {
      add_text(table, column, slot.label);
    }
  }
  if (slot_columns_[1]) table.columns[column++].integers().push_back(time.n_obs);
  if (slot_columns_[2]) add_text(table, column, date_text(time.first));
  if (slot_columns_[3]) add_text(table, column, date_text(time.last));
}

/// Values that are shown as they were collected, column by column: most tables are made of nothing else.
void ZonalTable::copy_values(const ZonalBatch& batch, std::span<const std::size_t> slots,
                             Table& table) const {
  const std::size_t zones = batch.zones.size(), width = columns_.shown.size();
  const std::size_t per_zone = shape_.wide ? 1 : slots.size();
  const std::size_t first = schema_.columns.size() - width * (shape_.wide ? slots.size() : 1);
  for (std::size_t k = 0; k < width; ++k) {
    const std::size_t from = columns_.shown[k].from;
    const ZonalColumn& column = columns_.collected[from];
    const bool stays = survives(column.statistic.kind);
    for (std::size_t n = 0; n < slots.size(); ++n) {
      const std::size_t observation = slots_[slots[n]].observations.front();
      Reals& to = table.columns[first + (shape_.wide ? n * width : 0) + k].reals();
      to.resize(zones * per_zone);
      double* value = to.data() + (shape_.wide ? 0 : n);
      for (std::size_t zone = 0; zone < zones; ++zone, value += per_zone) {
        const bool kept = stays || enough(batch.valid_shares(zone, observation)[column.quantity]);
        *value = kept ? batch.row(zone, observation)[from] : kMissing;
      }
    }
  }
}

Table ZonalTable::rows(const ZonalBatch& batch, std::span<const std::size_t> slots, bool geometry) const {
  Table table = make_table(schema_);
  const bool copied = !shape_.period && columns_.derived.empty();
  if (copied) copy_values(batch, slots, table);
  Time time;
  for (std::size_t zone = 0; zone < batch.zones.size(); ++zone) {
    std::size_t column = 0;
    for (std::size_t s : slots) {
      if (s == slots.front() || !shape_.wide) {
        column = zone_columns_.append(batch.zones, zone, table);
        if (geometry) table.geometry.push_back(batch.zones.outline(zone));
      }
      if (!copied) fold(batch, zone, slots_[s], time);
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

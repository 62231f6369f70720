#include "zonal_columns.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/spectral/formula.h"
#include "refuse.h"

namespace isotherm {

namespace {

constexpr std::size_t kMostClasses = 4096;

StatisticRequest::List parse_list(const std::string& text) {
  StatisticRequest::List list;
  const std::size_t colon = text.rfind(':');
  if (colon != std::string::npos) list.quantity = trim(std::string_view(text).substr(0, colon));
  const std::string names = colon == std::string::npos ? text : text.substr(colon + 1);
  for (const std::string& name : split(names, ',')) {
    Statistic statistic = parse_statistic(name);
    const auto known = std::ranges::find(list.statistics, statistic.name, &Statistic::name);
    if (known == list.statistics.end()) list.statistics.push_back(std::move(statistic));
  }
  if (list.statistics.empty())
    refuse("--stat '" + text + "': no statistic asked for; give for example --stat mean,count");
  return list;
}

StatisticRequest::Derived parse_derived(const std::string& text) {
  // A colon before the '=' says which quantity; formulas hold none.
  const std::size_t colon = text.find(':');
  const std::string quantity(colon == std::string::npos ? "" : trim(std::string_view(text).substr(0, colon)));
  const Formula formula =
      parse_definition(colon == std::string::npos ? text : text.substr(colon + 1), "--derive");
  return {quantity, formula.name, formula.text,
          NumberFormula(formula.text, "--derive '" + formula.name + "'")};
}

void add_class(std::vector<double>& classes, double value) {
  if (std::ranges::find(classes, value) == classes.end()) classes.push_back(value);
  if (classes.size() > kMostClasses)
    refuse("--classes: more than " + std::to_string(kMostClasses) + " classes; a column each is too many");
}

std::vector<double> parse_classes(std::span<const std::string> texts) {
  std::vector<double> classes;
  for (const std::string& text : texts) {
    const std::size_t dots = text.find("..");
    const auto first = parse_number(trim(std::string_view(text).substr(0, dots)));
    const auto last = dots == std::string::npos ? first : parse_number(trim(text.substr(dots + 2)));
    if (!first || !last || *last < *first || (dots != std::string::npos && *first != std::floor(*first)))
      refuse("--classes '" + text + "': expected numbers or ranges of whole numbers, such as 1,2,11..14");
    for (double value = *first; value <= *last; ++value) add_class(classes, value);
  }
  return classes;
}

std::string titled(const ProgramOutput& quantity) {
  return quantity.title.empty() ? quantity.name : quantity.title;
}

/// Puts collected columns, derived ones and what is shown together.
class Maker {
 public:
  Maker(const StatisticRequest& request, std::span<const ProgramOutput> quantities,
        const std::function<std::vector<double>(const std::string&)>& declared_classes)
      : request_(request), quantities_(quantities), declared_(declared_classes), lists_(quantities.size()) {}

  ZonalColumns make() {
    check_quantities();
    for (std::size_t q = 0; q < quantities_.size(); ++q) {
      lists_[q] = list_of(q);
      shown_.push_back(lists_[q].size());
    }
    for (const StatisticRequest::Derived& derived : request_.derived) resolve(derived);
    lay_out();
    return std::move(columns_);
  }

 private:
  /// A value a formula takes, before collected columns have their places.
  struct Source {
    bool derived = false;
    std::size_t quantity = 0, place = 0;  ///< in the list of the quantity; or number of the derived one
  };
  struct Pending {
    const StatisticRequest::Derived* from;
    std::optional<std::size_t> quantity;
    std::vector<Source> sources;
  };

  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const ProgramOutput& quantity : quantities_) all.push_back(quantity.name);
    return all;
  }
  void check_quantity(const std::string& name, const std::string& option) const {
    const std::vector<std::string> known = names();
    if (name.empty() || std::ranges::find(known, name) != known.end()) return;
    refuse(option + ": there is no quantity '" + name + "'" + suggestion(name, known) +
           " (quantities: " + join(known, ", ") + ")");
  }
  void check_quantities() const {
    for (const auto& list : request_.lists) check_quantity(list.quantity, "--stat");
    for (const auto& derived : request_.derived) check_quantity(derived.quantity, "--derive " + derived.name);
  }

  /// Of the lists that name the quantity, or else of those that name none.
  std::vector<Statistic> list_of(std::size_t q) {
    const auto collect = [&](const std::string& name) {
      std::vector<Statistic> all;
      for (const auto& list : request_.lists) {
        if (list.quantity != name) continue;
        for (const Statistic& statistic : list.statistics) {
          if (statistic.kind == StatisticKind::fraction) {
            for (const double value : classes_of(q)) add(all, fraction_of(value));
          } else {
            add(all, statistic);
          }
        }
      }
      return all;
    };
    std::vector<Statistic> own = collect(quantities_[q].name);
    if (own.empty()) own = collect("");
    if (own.empty()) own = {parse_statistic("mean"), parse_statistic("count"), parse_statistic("valid")};
    return own;
  }
  static std::size_t add(std::vector<Statistic>& list, const Statistic& statistic) {
    const auto known = std::ranges::find(list, statistic.name, &Statistic::name);
    const auto place = static_cast<std::size_t>(known - list.begin());
    if (known == list.end()) list.push_back(statistic);
    return place;
  }
  std::vector<double> classes_of(std::size_t q) const {
    if (!request_.classes.empty()) return request_.classes;
    const std::string& name = quantities_[q].name;
    std::vector<double> classes = declared_(name);
    if (classes.empty()) {
      refuse("--stat fraction: which classes " + name +
             " has is not declared (its raster has no attribute table and no category names); give them "
             "with --classes, such as --classes 1,2,11..14");
    }
    if (classes.size() > kMostClasses) {
      refuse("--stat fraction: " + name + " declares " + std::to_string(classes.size()) +
             " classes, too many for a column each; choose some with --classes");
    }
    return classes;
  }

  /// The statistic a name of a formula means: one in the list, a class, or one not asked for so far.
  std::optional<Statistic> statistic_named(const std::string& name, std::size_t q) const {
    const auto known = std::ranges::find(lists_[q], name, &Statistic::name);
    if (known != lists_[q].end()) return *known;
    if (name.starts_with("fraction_")) {
      for (const double value : request_.classes) {
        if (Statistic fraction = fraction_of(value); fraction.name == name) return fraction;
      }
      return std::nullopt;
    }
    std::string spelled = name;  // p2_5 is the column of p2.5
    if (name.size() > 1 && (name[0] == 'p' || name[0] == 'q')) std::ranges::replace(spelled, '_', '.');
    try {
      Statistic statistic = parse_statistic(spelled);
      if (statistic.kind != StatisticKind::fraction) return statistic;
    } catch (const Error&) {
      // no statistic: perhaps it carries its quantity
    }
    return std::nullopt;
  }

  std::optional<std::size_t> earlier(const std::string& name, std::optional<std::size_t> quantity) const {
    for (std::size_t k = 0; k < pending_.size(); ++k) {
      if (pending_[k].from->name == name && pending_[k].quantity == quantity) return k;
    }
    return std::nullopt;
  }

  /// A name without a quantity, seen from quantity q.
  std::optional<Source> plain_source(const std::string& name, std::size_t q) {
    if (const auto k = earlier(name, q)) return Source{true, q, *k};
    if (const auto statistic = statistic_named(name, q)) return Source{false, q, add(lists_[q], *statistic)};
    return std::nullopt;
  }
  /// A name with its quantity, the longest that fits, or an earlier formula of one column.
  std::optional<Source> full_source(const std::string& name) {
    if (const auto k = earlier(name, std::nullopt)) return Source{true, 0, *k};
    std::vector<std::size_t> order(quantities_.size());
    for (std::size_t q = 0; q < order.size(); ++q) order[q] = q;
    std::ranges::stable_sort(order, std::greater(),
                             [&](std::size_t q) { return quantities_[q].name.size(); });
    for (const std::size_t q : order) {
      const std::string prefix = quantities_[q].name + "_";
      if (!name.starts_with(prefix)) continue;
      if (const auto source = plain_source(name.substr(prefix.size()), q)) return source;
    }
    return std::nullopt;
  }

  void resolve(const StatisticRequest::Derived& derived) {
    try {
      parse_statistic(derived.name);
    } catch (const Error&) {
      resolve_new(derived);
      return;
    }
    refuse("--derive '" + derived.name + "': that is the name of a statistic; choose another");
  }
  void resolve_new(const StatisticRequest::Derived& derived) {
    const auto formula_names = derived.formula.names();
    const bool one_column =
        derived.quantity.empty() && std::ranges::all_of(formula_names, [&](const std::string& name) {
          return full_source(name).has_value();
        });
    if (one_column) {
      add_pending(derived, std::nullopt);
      return;
    }
    for (std::size_t q = 0; q < quantities_.size(); ++q) {
      if (derived.quantity.empty() || derived.quantity == quantities_[q].name) add_pending(derived, q);
    }
  }
  void add_pending(const StatisticRequest::Derived& derived, std::optional<std::size_t> quantity) {
    if (earlier(derived.name, quantity)) refuse("--derive '" + derived.name + "' is given twice");
    Pending pending{&derived, quantity, {}};
    for (const std::string& name : derived.formula.names()) {
      std::optional<Source> source = quantity ? plain_source(name, *quantity) : std::nullopt;
      if (!source) source = full_source(name);
      if (!source) explain(derived, name);
      pending.sources.push_back(*source);
    }
    pending_.push_back(std::move(pending));
  }
  [[noreturn]] void explain(const StatisticRequest::Derived& derived, const std::string& name) const {
    std::vector<std::string> known;
    for (const StatisticRow& row : statistic_rows()) known.emplace_back(row.name);
    for (std::size_t q = 0; q < quantities_.size(); ++q) {
      for (const Statistic& statistic : lists_[q])
        known.push_back(quantities_[q].name + "_" + statistic.name);
    }
    derived.formula.refuse(name, "'" + name + "' is neither a statistic (p90) nor one with its quantity (" +
                                     quantities_.front().name + "_p90)" + suggestion(name, known));
  }

  void lay_out() {
    std::vector<std::size_t> first;
    for (std::size_t q = 0; q < quantities_.size(); ++q) {
      first.push_back(columns_.collected.size());
      for (const Statistic& statistic : lists_[q]) columns_.collected.push_back({q, statistic});
    }
    const std::size_t collected = columns_.collected.size();
    for (const Pending& pending : pending_) {
      ZonalColumns::Derived made{pending.from->formula, {}};
      for (const Source& source : pending.sources)
        made.inputs.push_back(source.derived ? collected + source.place
                                             : first[source.quantity] + source.place);
      columns_.derived.push_back(std::move(made));
    }
    for (std::size_t q = 0; q < quantities_.size(); ++q) {
      for (std::size_t k = 0; k < shown_[q]; ++k) show_statistic(q, lists_[q][k], first[q] + k);
      for (std::size_t k = 0; k < pending_.size(); ++k) {
        if (pending_[k].quantity == q) show_derived(pending_[k], quantities_[q].name + "_", collected + k);
      }
    }
    for (std::size_t k = 0; k < pending_.size(); ++k) {
      if (!pending_[k].quantity) show_derived(pending_[k], "", collected + k);
    }
  }
  void show_statistic(std::size_t q, const Statistic& statistic, std::size_t from) {
    columns_.shown.push_back({quantities_[q].name + "_" + statistic.name,
                              unit_of(statistic, quantities_[q].unit),
                              statistic.name + " of " + titled(quantities_[q]), from});
  }
  void show_derived(const Pending& pending, const std::string& prefix, std::size_t from) {
    std::string what = pending.from->text;
    if (pending.quantity) what += " of " + titled(quantities_[*pending.quantity]);
    columns_.shown.push_back({prefix + pending.from->name, "", what, from});
  }

  const StatisticRequest& request_;
  std::span<const ProgramOutput> quantities_;
  const std::function<std::vector<double>(const std::string&)>& declared_;
  std::vector<std::vector<Statistic>> lists_;  ///< by quantity: shown ones first, then those of formulas
  std::vector<std::size_t> shown_;             ///< by quantity: how many are shown
  std::vector<Pending> pending_;
  ZonalColumns columns_;
};

}  // namespace

StatisticRequest parse_statistics(std::span<const std::string> lists, std::span<const std::string> derived,
                                  std::span<const std::string> classes) {
  StatisticRequest request;
  if (lists.empty() || std::ranges::all_of(lists, [](const std::string& s) { return trim(s).empty(); }))
    refuse("no statistic asked for; give for example --stat mean,count");
  for (const std::string& text : lists) request.lists.push_back(parse_list(text));
  for (const std::string& text : derived) request.derived.push_back(parse_derived(text));
  request.classes = parse_classes(classes);
  const bool fractions = std::ranges::any_of(request.lists, [](const StatisticRequest::List& list) {
    return std::ranges::any_of(list.statistics,
                               [](const Statistic& s) { return s.kind == StatisticKind::fraction; });
  });
  const bool in_formulas = std::ranges::any_of(request.derived, [](const StatisticRequest::Derived& d) {
    return d.text.find("fraction_") != std::string::npos;
  });
  if (!classes.empty() && !fractions && !in_formulas)
    refuse("--classes goes with --stat fraction, which is not asked for");
  return request;
}

std::string ZonalColumns::sample_names() const {
  std::vector<std::string> names;
  for (const ZonalColumn& column : collected) {
    const bool known = std::ranges::find(names, column.statistic.name) != names.end();
    if (column.statistic.needs_samples() && !known) names.push_back(column.statistic.name);
  }
  return join(names, ", ");
}

ZonalColumns make_columns(const StatisticRequest& request, std::span<const ProgramOutput> quantities,
                          const std::function<std::vector<double>(const std::string&)>& declared_classes) {
  return Maker(request, quantities, declared_classes).make();
}

}  // namespace isotherm

#include "used_changes.h"

#include <algorithm>

#include "isotherm/core/text.h"
#include "refuse.h"

namespace isotherm {

namespace {

bool read_later(std::span<const Change> changes, const std::string& column) {
  return std::ranges::any_of(changes, [&](const Change& other) {
    const std::vector<std::string> names = other.columns();
    return other.column() != column && std::ranges::find(names, column) != names.end();
  });
}

}  // namespace

void require_used(std::span<const Change> changes, std::span<const FittedModel* const> models,
                  const std::vector<std::string>& read) {
  for (std::size_t k = 0; k < changes.size(); ++k) {
    const Change& change = changes[k];
    const std::string& column = change.column();
    for (const FittedModel* model : models) {
      const bool effect = std::ranges::any_of(
          model->effects, [&](const FittedEffects& effects) { return effects.column == column; });
      if (effect) {
        refuse("--change '" + change.text() + "': model " + model->model + " has an effect of each " +
               column + ", which says where a cell belongs and is no driver");
      }
    }
    if (std::ranges::find(read, column) != read.end() || read_later(changes.subspan(k + 1), column)) continue;
    refuse("--change '" + change.text() + "': the model does not use '" + column + "'" +
           suggestion(column, read) + "; it uses " + join(read, ", "));
  }
}

}  // namespace isotherm

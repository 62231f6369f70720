// Lists of named rows: what a user can say for an option is a row, found here by its name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {

/// The row called `name`. Throws Error(usage) that calls the thing `what`, lists the names and suggests the
/// nearest.
template <class Rows>
const auto& row_named(const Rows& rows, std::string_view name, const std::string& what) {
  std::vector<std::string> names;
  for (const auto& row : rows) {
    if (row.name == name) return row;
    names.emplace_back(row.name);
  }
  throw Error(ErrorKind::usage, "unknown " + what + " '" + std::string(name) + "'; there are " +
                                    join(names, ", ") + suggestion(name, names));
}

}  // namespace isotherm

#include "isotherm/spectral/catalogue.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "builtin_rows.h"
#include "isotherm/core/text.h"

namespace isotherm {

Catalogue::Catalogue(std::vector<IndexRow> rows) : rows_(std::move(rows)) {}

const IndexRow* Catalogue::find(std::string_view name) const {
  for (const IndexRow& row : rows_) {
    if (row.name == name) return &row;
  }
  const std::string wanted = lower(name);
  for (const IndexRow& row : rows_) {
    if (lower(row.name) == wanted) return &row;
  }
  return nullptr;
}

std::vector<std::string> Catalogue::names() const {
  std::vector<std::string> names;
  for (const IndexRow& row : rows_) names.push_back(row.name);
  return names;
}

Catalogue Catalogue::with(std::span<const IndexRow> other) const {
  std::set<std::string> replaced;
  for (const IndexRow& row : other) replaced.insert(lower(row.name));
  std::vector<IndexRow> rows;
  std::copy_if(rows_.begin(), rows_.end(), std::back_inserter(rows),
               [&](const IndexRow& row) { return !replaced.contains(lower(row.name)); });
  rows.insert(rows.end(), other.begin(), other.end());
  return Catalogue(std::move(rows));
}

const Catalogue& Catalogue::builtin() {
  static const Catalogue catalogue(builtin_rows());
  return catalogue;
}

}  // namespace isotherm

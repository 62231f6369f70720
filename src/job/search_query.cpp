#include "search_query.h"

#include <cstdlib>
#include <filesystem>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "refuse.h"

namespace isotherm {

namespace {

bool is_url(const std::string& place) {
  return place.starts_with("http://") || place.starts_with("https://");
}

ItemQuery::PathRow path_row_of(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto path = parse_integer(std::string_view(text).substr(0, slash));
  const auto row = slash == std::string::npos ? std::optional<long long>(0)
                                              : parse_integer(std::string_view(text).substr(slash + 1));
  const bool fine = path && row && *path >= 1 && *path <= 233 && *row >= 0 && *row <= 248 &&
                    (slash == std::string::npos || *row > 0);
  if (!fine) refuse("--path-row '" + text + "': write PATH/ROW such as 196/24, or a path alone (1 to 233)");
  return {static_cast<int>(*path), static_cast<int>(*row)};
}

std::string level_of(const std::string& text) {
  std::string word = text;
  for (char& c : word) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (word == "1" || word == "2") word = "L" + word;
  const std::vector<std::string> known{"L1", "L1TP", "L1GT", "L1GS", "L2", "L2SP", "L2SR"};
  for (const std::string& name : known) {
    if (word == name) return word;
  }
  refuse("unknown level '" + text + "'; there are " + join(known, ", ") + suggestion(word, known));
}

std::string tier_of(const std::string& text) {
  const std::vector<std::string> known{"T1", "T2", "RT"};
  for (const std::string& name : known) {
    if (lower(text) == lower(name)) return name;
  }
  refuse("unknown tier '" + text + "'; there are " + join(known, ", "));
}

FormulaInputs formula_inputs(const SearchInputs& inputs) {
  FormulaInputs formulas;
  formulas.index = inputs.need;
  return formulas;
}

}  // namespace

SearchPlace place_of(const SearchInputs& inputs) {
  if (inputs.stac.empty() == inputs.sources.empty()) {
    refuse(inputs.stac.empty()
               ? "says not where to search; give --stac earth-search (or planetary-computer, usgs, a "
                 "URL), a folder or file of STAC items, or '-' for standard input"
               : "give either --stac or files and folders, not both");
  }
  SearchPlace place;
  if (inputs.stac.empty()) {
    place.places = inputs.sources;
    return place;
  }
  place.places = {inputs.stac};
  if (is_url(inputs.stac)) {
    url_parts(inputs.stac);
    return place;
  }
  std::vector<std::string> names;
  for (const StacService& service : read_services(inputs.services)) {
    names.push_back(service.name);
    if (service.name != inputs.stac) continue;
    place.places = {service.url};
    place.collections = service.collections;
    const char* value = service.variable.empty() ? nullptr : std::getenv(service.variable.c_str());
    if (value != nullptr && *value != '\0') place.headers.push_back({service.header, value});
    return place;
  }
  std::error_code ignored;
  if (inputs.stac == "-" || std::filesystem::exists(inputs.stac, ignored)) return place;
  refuse("unknown service '" + inputs.stac + "', and no file or folder of that name; there are " +
         join(names, ", ") + suggestion(inputs.stac, names) + ", or give a URL");
}

ItemQuery query_of(const SearchInputs& inputs) {
  ItemQuery query;
  query.collections = inputs.collections;
  query.ids = inputs.ids;
  query.time = parse_time_span(inputs.time);
  query.months = parse_months(inputs.months);
  query.max_cloud = inputs.max_cloud;
  for (const std::string& name : inputs.platforms) query.platforms.push_back(platform_word(name));
  for (const std::string& text : inputs.path_rows) query.path_rows.push_back(path_row_of(text));
  for (const std::string& text : inputs.tiers) query.tiers.push_back(tier_of(text));
  for (const std::string& text : inputs.levels) query.corrections.push_back(level_of(text));
  query.min_sun = inputs.min_sun;
  if (!inputs.filter.empty()) query.filter = Cql2::parse(inputs.filter);
  return query;
}

SearchNeeds::SearchNeeds(const SearchInputs& inputs)
    : formulas(read_formulas(formula_inputs(inputs))),
      assets(formulas.outputs, formulas.scope, parse_mask(inputs.mask), inputs.assets) {}

}  // namespace isotherm

#include "isotherm/job/formulas.h"

#include <algorithm>
#include <cctype>
#include <iterator>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/catalogue_json.h"
#include "isotherm/spectral/bands.h"
#include "isotherm/spectral/formula.h"

namespace isotherm {

namespace {

bool is_name(std::string_view text) {
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text.front())) != 0) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0; });
}

/// Reads "t0=21" into the map.
void add_constant(const std::string& text, std::map<std::string, double>& constants) {
  const std::size_t equals = text.find('=');
  const std::string name(trim(std::string_view(text).substr(0, equals)));
  if (equals == std::string::npos || !is_name(name)) {
    throw Error(ErrorKind::usage, "--set '" + text + "': expected NAME=NUMBER, such as t0=21");
  }
  const std::string number(trim(std::string_view(text).substr(equals + 1)));
  const std::optional<double> value = parse_number(number);
  if (!value) throw Error(ErrorKind::usage, "--set '" + text + "': '" + number + "' is not a number");
  if (!constants.emplace(name, *value).second) {
    throw Error(ErrorKind::usage, "--set '" + text + "': " + name + " is already set");
  }
}

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

void add_names(std::string_view formula, std::vector<std::string>& names) {
  const auto part_of_name = [](char c) {
    return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
  };
  while (!formula.empty()) {
    const auto begin = std::ranges::find_if(formula, part_of_name);
    const auto end = std::find_if_not(begin, formula.end(), part_of_name);
    const std::string word = lower(std::string(begin, end));
    if (is_name(word)) add_once(names, word);
    formula = std::string_view(end, formula.end());
  }
}

/// Every name in the formulas asked for and in those they stand on, in lower case.
std::vector<std::string> names_read(const CompiledFormulas& formulas) {
  std::vector<std::string> names;
  for (const std::string& name : formulas.outputs) names.push_back(lower(name));
  for (std::size_t k = 0; k < names.size(); ++k) {
    const std::string name = names[k];
    for (const Formula& formula : formulas.scope.user) {
      if (lower(formula.name) == name) add_names(formula.text, names);
    }
    if (const IndexRow* row = formulas.catalogue->find(name)) {
      add_names(row->formula, names);
      add_names(row->formula_level1, names);
    }
  }
  return names;
}

/// A constant that no formula reads is a name mistaken: SAVI's L is called soil_l here.
void require_read(const CompiledFormulas& formulas) {
  if (formulas.scope.constants.empty()) return;
  const std::vector<std::string> names = names_read(formulas);
  const auto may_be_constant = [&](const std::string& name) {
    if (name == "pi" || name == "nan") return false;
    const auto called = [&](const auto& one) { return lower(one.name) == name; };
    return !canonical_band(name) && formulas.catalogue->find(name) == nullptr &&
           std::ranges::none_of(formula_functions(), called) &&
           std::ranges::none_of(formulas.scope.user, called);
  };
  for (const auto& [constant, value] : formulas.scope.constants) {
    if (std::ranges::find(names, lower(constant)) != names.end()) continue;
    std::vector<std::string> known;
    std::ranges::copy_if(names, std::back_inserter(known), may_be_constant);
    throw Error(ErrorKind::usage, "--set '" + constant + "': no formula of this run reads it" +
                                      (known.empty() ? "" : "; they read " + join(known, ", ")));
  }
}

}  // namespace

Catalogue read_catalogue(const FormulaInputs& inputs) {
  if (inputs.catalog.empty()) return Catalogue::builtin();
  return Catalogue::builtin().with(read_catalogue_json(inputs.catalog));
}

CompiledFormulas read_formulas(const FormulaInputs& inputs) {
  CompiledFormulas formulas;
  formulas.catalogue = std::make_shared<const Catalogue>(read_catalogue(inputs));
  formulas.scope.catalogue = formulas.catalogue.get();
  formulas.scope.compat_273 = inputs.compat_273;
  for (const std::string& text : inputs.set) add_constant(text, formulas.scope.constants);
  for (const std::string& text : inputs.expr) {
    Formula formula = parse_definition(text, "--expr");
    for (const Formula& other : formulas.scope.user) {
      if (other.name == formula.name) {
        throw Error(ErrorKind::usage, "--expr '" + text + "': " + formula.name + " is already defined");
      }
    }
    formulas.scope.user.push_back(std::move(formula));
  }
  for (const std::string& name : inputs.index) {
    // The catalogue ignores case; outputs carry the row's own spelling. Other names are compile()'s to judge.
    const IndexRow* row = formulas.catalogue->find(name);
    add_once(formulas.outputs, row != nullptr ? row->name : name);
  }
  for (const Formula& formula : formulas.scope.user) add_once(formulas.outputs, formula.name);
  require_read(formulas);
  return formulas;
}

Program compile(const CompiledFormulas& formulas, const Scene& scene) {
  if (!formulas.outputs.empty()) return compile(formulas.outputs, formulas.scope, scene);
  std::vector<std::string> bands;
  for (const Band& band : scene.bands) bands.push_back(band.name);
  return compile(bands, formulas.scope, scene);
}

}  // namespace isotherm

#include "isotherm/job/formulas.h"

#include <algorithm>
#include <cctype>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/catalogue_json.h"

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
  return formulas;
}

Program compile(const CompiledFormulas& formulas, const Scene& scene) {
  if (!formulas.outputs.empty()) return compile(formulas.outputs, formulas.scope, scene);
  std::vector<std::string> bands;
  for (const Band& band : scene.bands) bands.push_back(band.name);
  return compile(bands, formulas.scope, scene);
}

}  // namespace isotherm

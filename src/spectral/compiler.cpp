#include "compiler.h"

#include <algorithm>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "sensor_constants.h"

namespace isotherm {
namespace {

constexpr std::size_t kMaxPath = 200;  // formulas using formulas

std::string title_of(const Formula& formula) { return formula.origin + " '" + formula.name + "'"; }
std::string title_of(const IndexRow& row) { return "index '" + row.name + "'"; }

}  // namespace

Compiler::Compiler(const FormulaScope& scope, const Scene& scene) : scope_(scope), scene_(scene) {
  for (const auto& [name, value] : scene.constants) set_[lower(name)] = value;
  if (scope.compat_273) set_["kelvin_offset"] = 273;
  for (const auto& [name, value] : scope.constants) {
    if (scene.find(name) != nullptr) {
      throw Error(ErrorKind::usage, "constant '" + name + "' carries the name of a band of " + scene_name() +
                                        "; formulas would read the band, so choose another name");
    }
    set_[lower(name)] = value;
  }
  check_user_names();
}

void Compiler::check_user_names() const {
  for (const Formula& formula : scope_.user) {
    std::string clash;
    if (scene_.find(formula.name) != nullptr) clash = "is the name of a band of " + scene_name();
    if (clash.empty() && constant(formula.name, nullptr)) clash = "is the name of a constant";
    if (clash.empty() && find_user(formula.name) != &formula) clash = "is defined twice";
    if (!clash.empty()) {
      throw Error(ErrorKind::usage,
                  title_of(formula) + ": '" + formula.name + "' " + clash + "; choose another name");
    }
  }
}

Program Compiler::compile(std::span<const std::string> outputs) {
  std::vector<int> nodes;
  std::vector<ProgramOutput> described;
  for (const std::string& name : outputs) {
    nodes.push_back(0);
    described.push_back(output(name, nodes.back()));
  }
  return emit(nodes, std::move(described));
}

ProgramOutput Compiler::output(const std::string& name, int& node) {
  constexpr double everything = std::numeric_limits<double>::infinity();
  if (const Formula* formula = find_user(name)) {
    node = user_formula(*formula);
    return {formula->name, formula->text, "", -everything, everything, 0};
  }
  if (const Band* band = scene_.find(name)) {
    node = input(*band);
    return {band->name, band->title, band->unit, -everything, everything, 0};
  }
  const IndexRow* row = scope_.catalogue != nullptr ? scope_.catalogue->find(name) : nullptr;
  if (row == nullptr) explain_unknown_output(name);
  node = catalogue_row(*row, nullptr);
  return {row->name, row->title, row->unit, row->valid_min, row->valid_max, 0};
}

int Compiler::name(const std::string& name, const Place& place) {
  if (place.row == nullptr) {
    if (const Formula* formula = find_user(name)) return user_formula(*formula);
  }
  if (place.row != nullptr && place.row->constants.contains(name)) {
    return graph_.constant(*constant(name, place.row));
  }
  if (const Band* band = scene_.find(name)) return input(*band);
  if (const std::optional<double> value = constant(name, place.row)) return graph_.constant(*value);
  if (scope_.catalogue != nullptr) {
    if (const IndexRow* row = scope_.catalogue->find(name)) return catalogue_row(*row, &place);
  }
  explain_unknown(name, place);
}

int Compiler::user_formula(const Formula& user) {
  const std::string key = lower(user.name);
  if (const auto done = user_nodes_.find(key); done != user_nodes_.end()) return done->second;
  enter(title_of(user));
  const int node = formula({title_of(user), user.text, nullptr, 0});
  path_.pop_back();
  return user_nodes_[key] = node;
}

int Compiler::catalogue_row(const IndexRow& row, const Place* from) {
  if (const auto done = row_nodes_.find(&row); done != row_nodes_.end()) return done->second;
  const std::string& text = formula_text(row);
  if (text == "-") {
    const std::string refusal = title_of(row) + " cannot be had from " + scene_name() + ": " + row.why_not;
    if (from == nullptr) throw Error(ErrorKind::usage, refusal);
    fail(*from, refusal);
  }
  enter(title_of(row));
  const int node = formula({title_of(row), text, &row, 0});
  path_.pop_back();
  return row_nodes_[&row] = node;
}

int Compiler::formula(const Place& place) {
  const Syntax syntax = parse_formula(place.text, place.title);
  std::vector<int> nodes(syntax.size());
  for (std::size_t k = 0; k < syntax.size(); ++k) {
    const SyntaxNode& part = syntax[k];
    switch (part.kind) {
      case SyntaxNode::Kind::number:
        nodes[k] = graph_.constant(part.number);
        break;
      case SyntaxNode::Kind::name: {
        Place here = place;
        here.position = part.position;
        nodes[k] = name(part.name, here);
        break;
      }
      case SyntaxNode::Kind::step:
        nodes[k] =
            graph_.step(part.op, nodes[part.operand[0]], nodes[part.operand[1]], nodes[part.operand[2]]);
        break;
    }
  }
  return nodes.back();
}

const std::string& Compiler::formula_text(const IndexRow& row) const {
  return scene_.level == Level::level1 && !row.formula_level1.empty() ? row.formula_level1 : row.formula;
}

const Formula* Compiler::find_user(std::string_view name) const {
  for (const Formula& formula : scope_.user) {
    if (lower(formula.name) == lower(name)) return &formula;
  }
  return nullptr;
}

std::optional<double> Compiler::constant(std::string_view name, const IndexRow* row) const {
  if (const auto at = set_.find(lower(name)); at != set_.end()) return at->second;
  if (row != nullptr) {
    if (const auto at = row->constants.find(std::string(name)); at != row->constants.end()) return at->second;
  }
  return sensor_constant(lower(name), scene_);
}

int Compiler::input(const Band& band) {
  const auto at = std::find(bands_.begin(), bands_.end(), &band);
  const auto number = static_cast<int>(at - bands_.begin());
  if (at == bands_.end()) bands_.push_back(&band);
  return graph_.input(number);
}

void Compiler::enter(const std::string& title) {
  const auto again = std::find(path_.begin(), path_.end(), title);
  if (again != path_.end()) {
    std::vector<std::string> circle(again, path_.end());
    circle.push_back(title);
    throw Error(ErrorKind::usage, "formulas use each other in a circle: " + join(circle, " -> "));
  }
  if (path_.size() >= kMaxPath) {
    throw Error(ErrorKind::usage,
                title + ": more than " + std::to_string(kMaxPath) + " formulas use each other");
  }
  path_.push_back(title);
}

Program compile(std::span<const std::string> outputs, const FormulaScope& scope, const Scene& scene) {
  return Compiler(scope, scene).compile(outputs);
}

std::vector<std::string> possible_indices(const Catalogue& catalogue, const Scene& scene) {
  FormulaScope scope;
  scope.catalogue = &catalogue;
  std::vector<std::string> possible;
  for (const IndexRow& row : catalogue.rows()) {
    try {
      compile(std::span(&row.name, 1), scope, scene);
      possible.push_back(row.name);
    } catch (const Error&) {
      continue;  // the reason is told when the index is asked for
    }
  }
  return possible;
}

}  // namespace isotherm

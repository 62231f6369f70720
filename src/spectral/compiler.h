// From names and formulas to a program: resolves what each name means for one scene, builds the graph of
// steps and gives every value a register.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "graph.h"
#include "isotherm/spectral/program.h"
#include "syntax.h"

namespace isotherm {

class Compiler {
 public:
  Compiler(const FormulaScope& scope, const Scene& scene);
  Program compile(std::span<const std::string> outputs);

 private:
  // Where a name stands: in which formula, at which byte; for messages and for the rules of lookup.
  struct Place {
    std::string title;
    std::string_view text;
    const IndexRow* row = nullptr;  // null: a formula of the user
    std::size_t position = 0;
  };

  void check_user_names() const;
  ProgramOutput output(const std::string& name, int& node);
  int name(const std::string& name, const Place& place);
  int user_formula(const Formula& formula);
  int catalogue_row(const IndexRow& row, const Place* from);
  int formula(const Place& place);
  const std::string& formula_text(const IndexRow& row) const;
  const Formula* find_user(std::string_view name) const;
  std::optional<double> constant(std::string_view name, const IndexRow* row) const;
  int input(const Band& band);

  void enter(const std::string& title);
  [[noreturn]] void fail(const Place& place, const std::string& what) const;
  [[noreturn]] void explain_unknown(const std::string& name, const Place& place) const;
  [[noreturn]] void explain_unknown_output(const std::string& name) const;
  std::vector<std::string> all_names() const;
  std::string scene_name() const;
  std::string bands_at_hand() const;
  std::string lacking(const std::string& band) const;

  Program emit(const std::vector<int>& nodes, std::vector<ProgramOutput> outputs) const;

  const FormulaScope& scope_;
  const Scene& scene_;
  std::map<std::string, double> set_;         // constants by lower-case name
  std::map<std::string, int> user_nodes_;     // finished formulas by lower-case name
  std::map<const IndexRow*, int> row_nodes_;  // finished rows
  std::vector<std::string> path_;             // formulas being compiled, outermost first
  std::vector<const Band*> bands_;            // inputs by their number in the graph
  Graph graph_;
};

}  // namespace isotherm

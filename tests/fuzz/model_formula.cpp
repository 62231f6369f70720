// Formulas of models: y ~ a + log(b) + poly(c,2) + factor(d) + w(a).
#include "isotherm/model/model_formula.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace isotherm;
  fuzz::value_or_error([&] {
    const ModelFormula formula = parse_model_formula(fuzz::text_of(data, size));
    fuzz::require(!formula.columns().empty(), "a formula without a column");
    for (const FormulaTerm& term : formula.terms) {
      for (const FormulaAtom& atom : term) fuzz::require(!text_of(atom).empty(), "a factor without a name");
    }
  });
  return 0;
}

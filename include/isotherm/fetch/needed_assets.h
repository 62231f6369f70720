// Which assets of an item a job needs: the bands of formulas, the quality bands of the mask, one metadata
// file, and what the user names. Assets nobody uses are never among them.
#pragma once

#include <string>
#include <vector>

#include "isotherm/core/error.h"
#include "isotherm/fetch/item.h"
#include "isotherm/fetch/item_facts.h"
#include "isotherm/spectral/program.h"
#include "isotherm/spectral/quality.h"

namespace isotherm {

class NeededAssets {
 public:
  /// `outputs`: catalogue rows, formulas of the scope, or bands. `keys`: assets by key, band or layer. The
  /// scope outlives this. Throws Error(usage) for outputs that no Landsat scene could give.
  NeededAssets(std::vector<std::string> outputs, FormulaScope scope, const MaskChoice& mask,
               std::vector<std::string> keys);

  /// Nothing was asked for: all assets are wanted.
  bool empty() const { return outputs_.empty() && keys_.empty(); }
  /// Keys of the assets, in the item's order. Empty when the item cannot give what is needed, with the reason
  /// in `why`.
  std::vector<std::string> choose(const StacItem& item, const ItemFacts& facts, std::string& why) const;

 private:
  std::vector<std::string> outputs_;
  FormulaScope scope_;
  MaskChoice mask_;
  bool masked_;
  std::vector<std::string> keys_;
};

}  // namespace isotherm

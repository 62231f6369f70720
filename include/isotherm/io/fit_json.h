// Fitted models in a result document: the member "apply" of every fit of "isotherm-regress/1"
// (docs/formats.md), written by regress, read by predict and scenario.
//
// Numbers read back bit for bit. What is read is checked: sizes that fit each other, finite numbers, known
// kinds and functions, lists no longer than any fit has reason to; else Error(input) that names the file and
// the member.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "isotherm/io/json_writer.h"
#include "isotherm/model/fitted.h"

namespace isotherm {

/// The layout that the member "layout" of the document names.
inline constexpr std::string_view kFitLayout = "isotherm-regress/1";

/// As the value of a member: an object.
void write_fitted(JsonWriter& json, const FittedModel& model);

struct FitDocument {
  std::string formula;
  std::string by;  ///< column of periods; empty: none
  std::string id;  ///< column that names cells, as the fit was asked; empty: the usual one
  std::vector<FittedModel> fits;
  std::vector<std::string> local;  ///< models that differ from place to place: they cannot be applied
};
/// Throws Error(input) when the file is none of ours or broken.
FitDocument read_fits(const std::string& path);

/// The fit of that model and period. An empty `model` is the only one there is. A fit to all periods serves
/// every period. Throws Error(usage) that lists what there is, or says why a local model cannot serve.
const FittedModel& fit_named(const FitDocument& document, const std::string& model,
                             const std::string& period);

/// As fit_named: of `asked` when a person named a period, else of `served`. A fit to all periods together is
/// none of a period that was asked for.
const FittedModel& fit_asked(const FitDocument& document, const std::string& model, const std::string& asked,
                             const std::string& served);

}  // namespace isotherm

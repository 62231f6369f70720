// Groups of options that several commands share: declared here once, so that they mean the same everywhere.
#pragma once

#include "cli/options/options.h"
#include "isotherm/backend/backend.h"
#include "isotherm/job/inputs.h"

namespace isotherm::cli {

void add_scene_options(Options& options, SceneInputs& input);
void add_formula_options(Options& options, FormulaInputs& formulas);
/// Where pixels are worked on.
void add_backend_options(Options& options, BackendChoice& backend);
void add_zone_options(Options& options, ZoneInputs& zones);
/// `templates` says which {parts} the name may hold; empty: none. Returns the row of --output.
OptionRow& add_table_options(Options& options, TableOutput& output, std::string_view templates);

/// Refuses a command without a scene, with a way out.
void require_scenes(const SceneInputs& input);

}  // namespace isotherm::cli

// Documentation made from the declared commands: pages, manual pages, shell completions. The same bytes each
// time.
#pragma once

#include <string>
#include <vector>

#include "cli/help.h"

namespace isotherm::cli {

std::string markdown_page(const Declared& declared);
std::string markdown_overview();
std::string manual_page(const Declared& declared);
std::string manual_overview();
std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

/// Everything a shell may offer as a value: documented words first.
std::vector<std::string> completion_words(const OptionRow& row);

}  // namespace isotherm::cli

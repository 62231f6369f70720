// Services that can be called by a name. Tested against their recorded answers (docs/guide: Getting scenes).
#pragma once

#include <string>
#include <vector>

namespace isotherm {

struct StacService {
  std::string name;                      ///< "earth-search"
  std::string help;                      ///< one line
  std::string url;                       ///< landing page of its API
  std::vector<std::string> collections;  ///< searched when the user names none
  std::string header, variable;  ///< a header the service wants, and the environment variable with its value
};

/// The rows shipped with the program.
const std::vector<StacService>& stac_services();

/// The shipped rows and those of a JSON file, which win: {"services": [{"name", "url", "help", "collections",
/// "header", "variable"}]}. An empty path reads ISOTHERM_SERVICES where that is set. Throws Error(input).
std::vector<StacService> read_services(const std::string& path);

}  // namespace isotherm

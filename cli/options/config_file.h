// The file of --config: options of a command in TOML.
//
//   # city.toml
//   threads = 4                      # applies to the command that is run
//   [zonal]                          # applies to zonal only
//   scenes = ["scenes/a", "scenes/b"]
//   index = ["ndvi", "lst_c"]
//   overwrite = true
//
// Keys are the long names of options; `scenes` stands for the scene arguments. The part of TOML that is read:
// comments, tables named after commands, strings in double or single quotes on one line, numbers, true and
// false, arrays. Paths are relative to the working directory, as on the command line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace isotherm::cli {

struct ConfigEntry {
  std::string key;
  std::vector<std::string> values;  ///< one value, or those of an array
  int line = 0;
};

/// The entries that apply to `command`: those above every table and those of its own. Entries of other
/// commands' tables are read and passed over. Throws Error(input) when the file cannot be read, Error(usage)
/// with file and line when it is not understood.
std::vector<ConfigEntry> read_config_file(const std::string& path, std::string_view command,
                                          const std::vector<std::string>& sections);

}  // namespace isotherm::cli

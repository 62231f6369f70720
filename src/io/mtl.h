// Landsat metadata files (MTL) in their three forms, ODL text, JSON and XML, read into one structure: groups
// of keys with values as text. A Level-2 file repeats keys of Level 1 in other groups with other values
// (REFLECTANCE_MULT_BAND_4 is 2.75e-05 in one and 2.0e-05 in another), so every question names its groups.
//
// Layouts: LANDSAT_METADATA_FILE (Collection 2), L1_METADATA_FILE (Collection 1 and before).
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace isotherm {

struct Mtl {
  using Group = std::map<std::string, std::string, std::less<>>;

  std::string source;  ///< the file, for messages
  std::string layout;  ///< name of the outermost group
  std::map<std::string, Group, std::less<>> groups;

  /// Value of a key in the first of these groups that has it.
  std::optional<std::string> text(std::initializer_list<std::string_view> names, std::string_view key) const;
  /// The same as a number; throws Error(input) when it is there but is none.
  std::optional<double> number(std::initializer_list<std::string_view> names, std::string_view key) const;
};

/// Parses the text of an MTL; its form is seen from its first character. `source` is for messages. Throws
/// Error(input), for ODL with the line. Byte order marks and any line ends are accepted, an ODL file cut off
/// inside a group is not.
Mtl parse_mtl(std::string text, const std::string& source);
/// Reads and parses; at most 1 MiB (a real one has 10 to 30 kB).
Mtl read_mtl(const std::string& path);

/// The ODL form alone.
Mtl parse_odl(std::string_view text, const std::string& source);

}  // namespace isotherm

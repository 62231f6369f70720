// File names out of names that strangers chose. A name made here is one plain part of a path on any system:
// letters, digits and "._-+=" only, at most 120 bytes, no leading or trailing dot, never a name that Windows
// keeps for devices, never one this program writes itself. It therefore cannot leave its folder.
//
// A name that had to be changed ends in eight hexadecimal digits of the original's SHA-256, so that two names
// that were different stay different.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace isotherm {

inline constexpr std::size_t kLongestName = 120;

/// The name itself where it is harmless, else a harmless one. The extension (".TIF") is kept. Never empty.
std::string safe_name(std::string_view name);

/// The file name an asset gets: the last part of its href's path, or, when that says nothing ("download",
/// ""), its key; with an extension by its media type where it has none.
std::string asset_file_name(std::string_view href, std::string_view key, std::string_view media_type);

/// Names of one folder, none twice, not even in another case: file systems differ in what they tell apart.
class FolderNames {
 public:
  /// `name`, or `name` with a mark before its extension when it is taken already; `what` makes the mark.
  std::string take(const std::string& name, std::string_view what);

 private:
  std::set<std::string> taken_;  ///< in lower case
};

}  // namespace isotherm

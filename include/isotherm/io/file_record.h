// What a record says of an input file.
#pragma once

#include <cstdint>
#include <string>

namespace isotherm {

struct FileRecord {
  std::string path;  ///< fit to be shown: no user names, passwords or signatures
  bool found = false;
  std::uint64_t bytes = 0;
  std::string modified;  ///< UTC, "2022-07-27T10:17:08Z"; empty when unknown (a remote file)
  std::string sha256;    ///< of the content, when asked for
};

/// `path` is a file, a URL, or a path of GDAL's. With `digest` the whole content is read; throws Error(input)
/// when that fails.
FileRecord file_record(const std::string& path, bool digest);

/// Addresses within a text (an option's value, a message) as without_secrets shows them, GDAL's
/// "/vsicurl?..." too, and "password=..." of a database without its value.
std::string without_credentials(const std::string& text);

}  // namespace isotherm

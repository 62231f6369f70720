// Numbers and texts as text formats need them, and the file they go to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "isotherm/core/table.h"
#include "isotherm/io/output_file.h"

namespace isotherm {

/// A finite number, readable as JSON. Whole numbers (below 2^53) in full; a number that is a float32 as the
/// shortest text of that float32; anything else to `digits` significant digits (up to 15, the last one good
/// to a millionth of it), or with `digits` 0 as the shortest text that reads back as the same number.
void append_real(std::string& out, double value, int digits = 0);
void append_integer(std::string& out, std::int64_t value);
/// In quotation marks, escaped; bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// Fixed decimals with trailing zeros trimmed, for coordinates: `decimals` from 0 to 15.
class CoordinateText {
 public:
  explicit CoordinateText(int decimals);
  void append(std::string& out, double value) const;

 private:
  int decimals_;
  std::int64_t scale_;  ///< 10^decimals; 0: numbers could leave 63 bits
};

/// A text file being made: whole batches are handed to the system at once. On standard output a reader that
/// has gone away is a normal end: what follows is dropped.
class TextFile {
 public:
  TextFile(const std::string& path, bool overwrite);
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;
  ~TextFile();
  /// Throws Error(output): also when standard output is a pipe whose reader has gone away, so that work
  /// stops.
  void write(std::string_view text);
  void finish();

 private:
  OutputFile file_;
  int descriptor_ = -1;
};

}  // namespace isotherm

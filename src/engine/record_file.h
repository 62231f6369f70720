// Files of our own making: a mark, records one after the other, and at the end what they are.
//
//   magic (8 bytes), 0x01020304 (u32), version (u32), records ..., contents,
//   offset, length and checksum of the contents (u64 each), magic
//
// They are written in one go, so what is only known in the end stands there; a file that is cut has no end
// and is refused. All numbers are little-endian; checksums are xxHash 64.
#pragma once

#include <cstdint>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

#include "isotherm/io/output_file.h"

namespace isotherm {

inline constexpr std::string_view kCoverageMagic = "\x89ISOCOV\n";
inline constexpr std::string_view kPartMagic = "\x89ISOPRT\n";

class RecordFileWriter {
 public:
  /// Throws Error(output) at once when the file could not be written.
  RecordFileWriter(const std::string& path, std::string_view magic, bool overwrite);
  /// Gives the offset of the record.
  std::uint64_t append(std::string_view record);
  /// Puts the file under its name.
  void finish(std::string_view contents);

 private:
  void write(std::string_view bytes);

  OutputFile file_;
  std::string_view magic_;
  std::ofstream out_;
  std::uint64_t length_ = 0;
};

/// The contents of such a file. `what` is what its like are called: "parts made by --shard". `sums`: false
/// takes its checksum as right. Throws Error(input).
std::span<const std::byte> contents_of(std::span<const std::byte> bytes, std::string_view magic,
                                       const std::string& what, const std::string& name, bool sums);

}  // namespace isotherm

// A whole file as bytes in memory, without reading it: pages come when they are touched and are shared with
// every other process that maps the file.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace isotherm {

class MappedFile {
 public:
  /// Throws Error(input) when it is no regular file or cannot be mapped. The file must not be cut while it is
  /// mapped; files that appear by renaming never are.
  explicit MappedFile(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace isotherm

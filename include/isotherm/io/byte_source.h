// Bytes of a file that is somewhere else, read in pieces: how GDAL reads over our own HTTP, with its tries
// again, its limits and its signatures, instead of GDAL's.
//
// GDAL decides which bytes of a file it needs; they are asked for here. Small reads (headers, directories)
// are served from pieces of 16 KiB, as GDAL's own network reading does; larger ones (blocks of pixels) are
// asked for exactly, neighbours in one request.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace isotherm {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Bytes of the file [first, first + count), fewer only at its end. May throw; the error reaches whoever
  /// asked GDAL.
  virtual std::string read(std::uint64_t first, std::uint64_t count) = 0;
  /// Asked for after the first read.
  virtual std::uint64_t size() = 0;
};

struct SourceState;

/// Makes a source a file for GDAL, as long as this lives. For one thread at a time.
class SourceFile {
 public:
  explicit SourceFile(ByteSource& source);
  SourceFile(const SourceFile&) = delete;
  ~SourceFile();

  /// What GDAL opens.
  const std::string& path() const;
  /// Throws again what the source threw while GDAL was reading; GDAL itself only says that reading failed.
  void rethrow() const;

 private:
  std::unique_ptr<SourceState> state_;
};

}  // namespace isotherm

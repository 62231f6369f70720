// What fuzz targets share. A target takes bytes nobody checked and gives them to one reader. Whatever they
// say, the reader gives a value or throws Error with words for a person; anything else (a crash, a hang,
// another exception, a promise inside the program broken) is a finding.
//
// With clang and ISOTHERM_FUZZ each target is a libFuzzer program; otherwise replay.cpp gives it a main that
// runs the files of its corpus once, and the suite does so as a test.
#pragma once

#include <cpl_vsi.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "isotherm/core/error.h"
#include "isotherm/core/run_context.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace isotherm::fuzz {

class Silence : public Log {
 public:
  void write(LogLevel, std::string_view) override {}
};

[[noreturn]] inline void finding(const char* what) {
  std::fprintf(stderr, "finding: %s\n", what);
  std::abort();
}

inline void require(bool holds, const char* what) {
  if (!holds) finding(what);
}

/// Runs `read`; an Error must have words and must not be the program's own fault.
template <class Read>
void value_or_error(Read read) {
  try {
    read();
  } catch (const Error& error) {
    require(error.what()[0] != '\0', "an error without words");
    if (error.kind() == ErrorKind::internal) finding(error.what());
  }
}

inline std::string text_of(const std::uint8_t* data, std::size_t size) {
  return std::string(reinterpret_cast<const char*>(data), size);
}

/// A file of GDAL's memory, for readers that want a path.
class MemoryFile {
 public:
  MemoryFile(std::string name, const std::uint8_t* data, std::size_t size)
      : name_("/vsimem/" + std::move(name)), bytes_(text_of(data, size)) {
    VSIFCloseL(
        VSIFileFromMemBuffer(name_.c_str(), reinterpret_cast<GByte*>(bytes_.data()), bytes_.size(), FALSE));
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { VSIUnlink(name_.c_str()); }
  const std::string& name() const { return name_; }

 private:
  std::string name_, bytes_;
};

}  // namespace isotherm::fuzz

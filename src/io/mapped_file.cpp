#include "isotherm/io/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "isotherm/core/error.h"

namespace isotherm {

namespace {

[[noreturn]] void fail(const std::string& path, const std::string& why) {
  throw Error(ErrorKind::input, path + ": cannot be read (" + why + ")");
}

}  // namespace

MappedFile::MappedFile(const std::string& path) {
  // Without O_NONBLOCK a pipe without a writer would be waited for.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) fail(path, std::strerror(errno));
  struct stat facts {};
  if (::fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    ::close(file);
    fail(path, "it is not a regular file");
  }
  const auto size = static_cast<std::size_t>(facts.st_size);
  if (size > 0) {
    void* const start = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
    const int code = errno;
    ::close(file);
    if (start == MAP_FAILED) fail(path, std::strerror(code));
    bytes_ = {static_cast<const std::byte*>(start), size};
  } else {
    ::close(file);
  }
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace isotherm

#include "isotherm/io/output_file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {

namespace fs = std::filesystem;

namespace {

/// What GDAL and SQLite may put beside a file by adding to its name; a signal handler cannot list a folder.
constexpr std::array kSideSuffixes{"", ".aux.xml", ".ovr", ".msk", "-journal", "-wal", "-shm"};

/// The paths of unfinished files. The one thing here that belongs to the process: a signal handler has no
/// other way to find them. Whoever takes a pointer out of its slot owns it, so a handler never meets freed
/// memory.
std::array<std::atomic<char*>, 1024> unfinished{};

int remember(const std::string& path) {
  char* copy = ::strdup(path.c_str());
  for (std::size_t k = 0; k < unfinished.size(); ++k) {
    char* empty = nullptr;
    if (unfinished[k].compare_exchange_strong(empty, copy)) return static_cast<int>(k);
  }
  std::free(copy);
  return -1;  // the destructor still removes it; only a signal would leave it
}

void forget(int slot) {
  if (slot >= 0) std::free(unfinished[static_cast<std::size_t>(slot)].exchange(nullptr));
}

[[noreturn]] void fail(const std::string& path, const std::string& why) {
  throw Error(ErrorKind::output, path + ": " + why);
}

std::string reason() { return std::strerror(errno); }

/// The temporary file and what was made beside it: names in its folder that start with its name less the
/// extension.
std::vector<fs::path> made_beside(const fs::path& temporary) {
  std::vector<fs::path> found;
  const std::string stem = temporary.stem().string();
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(temporary.parent_path(), ignored)) {
    if (entry.path().filename().string().starts_with(stem)) found.push_back(entry.path());
  }
  return found;
}

void sync(const std::string& path, bool must) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    if (must) fail(path, "cannot be opened again to be synced (" + reason() + ")");
    return;
  }
  const int result = ::fsync(file);
  const int code = errno;
  ::close(file);
  if (must && result != 0 && code != EINVAL)
    fail(path, std::string("cannot be synced (") + std::strerror(code) + ")");
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// Says whose process numbers are meant: those of this machine and this namespace of processes, so that two
/// machines (or containers) that share a folder do not take each other's files for leavings.
std::string process_space() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  std::error_code ignored;
  const std::string space = host.data() + fs::read_symlink("/proc/self/ns/pid", ignored).string();
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const char letter : space) hash = (hash ^ static_cast<unsigned char>(letter)) * 16777619U;
  std::array<char, 9> text{};
  std::snprintf(text.data(), text.size(), "%08x", hash);
  return text.data();
}

/// Removes unfinished files, named `prefix` PID "-..." , of processes that were killed.
void remove_leavings(const fs::path& folder, const std::string& prefix) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix) || name.find(".part") == std::string::npos) continue;
    const long process = std::strtol(name.c_str() + prefix.size(), nullptr, 10);
    const bool gone = process > 0 && ::kill(static_cast<pid_t>(process), 0) != 0 && errno == ESRCH;
    if (gone) fs::remove(entry.path(), ignored);
  }
}

/// Where a link leads, also when nothing is there yet.
std::string link_followed(fs::path path, const std::string& shown) {
  std::error_code ignored;
  for (int k = 0; fs::is_symlink(path, ignored); ++k) {
    if (k == 40) fail(shown, "is a link that leads to itself");
    path = path.parent_path() / fs::read_symlink(path, ignored);
  }
  return path.string();
}

/// A name in the folder of `target` that nothing has, proved writable by making and removing it (some drivers
/// refuse a file that already exists).
std::string free_name(const fs::path& target, const std::string& shown) {
  static std::atomic<unsigned> counter{0};
  const std::string prefix = "." + target.stem().string().substr(0, 120) + "." + process_space() + "-";
  remove_leavings(folder_of(target), prefix);
  while (true) {
    const std::string name = prefix + std::to_string(::getpid()) + "-" + std::to_string(++counter) + ".part" +
                             target.extension().string();
    const std::string path = (folder_of(target) / name).string();
    const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (file >= 0) {
      ::close(file);
      ::unlink(path.c_str());
      return path;
    }
    if (errno != EEXIST) fail(shown, "cannot be written (" + reason() + ")");
  }
}

}  // namespace

OutputFile::OutputFile(const std::string& final_path, bool overwrite)
    : final_path_(final_path), target_(final_path), overwrite_(overwrite) {
  if (final_path.empty()) throw Error(ErrorKind::usage, "the output has no name");
  if (is_stdout()) {
    path_ = "/dev/stdout";
    return;
  }
  std::error_code ignored;
  target_ = link_followed(target_, final_path);
  const fs::path folder = folder_of(target_);
  if (!fs::exists(folder, ignored))
    fail(final_path, "folder " + folder.string() + " does not exist; create it");
  if (!fs::is_directory(folder, ignored)) fail(final_path, folder.string() + " is not a folder");
  if (fs::is_directory(target_, ignored)) fail(final_path, "is a folder; give a file name");
  std::error_code unknown;
  if (fs::exists(target_, unknown)) {
    if (!fs::is_regular_file(target_, ignored))
      fail(final_path, "is not a regular file; '-' is standard output");
    if (!overwrite) fail(final_path, "exists; give --overwrite to replace it");
  }
  if (unknown) fail(final_path, "cannot be written (" + unknown.message() + ")");  // a name too long, say
  path_ = free_name(target_, final_path);
  slot_ = remember(path_);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : final_path_(std::move(other.final_path_)),
      target_(std::move(other.target_)),
      path_(std::exchange(other.path_, {})),
      overwrite_(other.overwrite_),
      slot_(std::exchange(other.slot_, -1)) {}

OutputFile::~OutputFile() {
  if (path_.empty() || is_stdout()) return;
  std::error_code ignored;
  for (const fs::path& file : made_beside(path_)) fs::remove(file, ignored);
  forget(slot_);
}

void OutputFile::commit() {
  if (path_.empty() || is_stdout()) return;
  const fs::path target(target_), temporary(path_);
  if (!fs::exists(temporary)) fail(final_path_, "was not written");
  std::error_code ignored;
  if (!overwrite_ && fs::exists(target, ignored)) {
    fail(final_path_, "has appeared while this run was at work; give --overwrite to replace it");
  }
  const std::string stem = temporary.stem().string();
  std::vector<std::pair<fs::path, fs::path>> beside;  // from, to
  for (const fs::path& file : made_beside(temporary)) {
    if (file == temporary) continue;
    beside.emplace_back(
        file, folder_of(target) / (target.stem().string() + file.filename().string().substr(stem.size())));
    const fs::path& to = beside.back().second;
    const bool own = !to.filename().string().starts_with(target.filename().string());  // not a stale .aux.xml
    if (own && !overwrite_ && fs::exists(to, ignored))
      fail(to.string(), "exists, and belongs to the result; give --overwrite to replace it");
  }
  for (const char* suffix : kSideSuffixes) {
    if (*suffix != '\0') fs::remove(target_ + suffix, ignored);
  }
  const auto rename = [&](const fs::path& from, const fs::path& to) {
    sync(from.string(), true);
    if (::rename(from.c_str(), to.c_str()) != 0)
      fail(to.string(), "cannot be put in place (" + reason() + ")");
  };
  for (const auto& [from, to] : beside) rename(from, to);
  rename(temporary, target);  // last: the result appears only with all that belongs to it
  sync(folder_of(target).string(), false);
  path_.clear();
  forget(std::exchange(slot_, -1));
}

void remove_unfinished_outputs() noexcept {
  for (auto& slot : unfinished) {
    const char* path = slot.exchange(nullptr);
    if (path == nullptr) continue;
    for (const char* suffix : kSideSuffixes) {
      char name[4200];
      const std::size_t length = std::strlen(path);
      if (length + 16 > sizeof name) continue;
      std::memcpy(name, path, length);
      std::strcpy(name + length, suffix);
      ::unlink(name);
    }
  }
}

std::string fill_template(std::string_view pattern, std::initializer_list<TemplateValue> values) {
  std::string filled;
  for (std::size_t at = 0; at < pattern.size();) {
    if (pattern[at] != '{') {
      filled += pattern[at++];
      continue;
    }
    const std::size_t close = pattern.find('}', at);
    if (close == std::string_view::npos) {
      throw Error(ErrorKind::usage, "'" + std::string(pattern) + "': '{' is not closed");
    }
    const std::string name(pattern.substr(at + 1, close - at - 1));
    std::vector<std::string> known;
    const std::string* value = nullptr;
    for (const TemplateValue& candidate : values) {
      known.push_back("{" + std::string(candidate.name) + "}");
      if (candidate.name == name) value = &candidate.value;
    }
    if (value == nullptr) {
      throw Error(ErrorKind::usage, "'" + std::string(pattern) + "': unknown part {" + name +
                                        "}; known here: " + join(known, ", "));
    }
    for (const char letter : *value) {
      const auto code = static_cast<unsigned char>(letter);
      filled += (letter == '/' || code < 32 || code == 127) ? '_' : letter;
    }
    at = close + 1;
  }
  return filled;
}

bool has_template(std::string_view pattern, std::string_view name) {
  return pattern.find("{" + std::string(name) + "}") != std::string_view::npos;
}

}  // namespace isotherm

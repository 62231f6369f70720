#include "isotherm/io/byte_source.h"

#include <cpl_vsi.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <map>
#include <mutex>
#include <numeric>
#include <vector>

#include "gdal_support.h"
#include "isotherm/core/error.h"

namespace isotherm {

namespace {

constexpr const char* kPrefix = "/vsiisotherm/";
constexpr std::uint64_t kPiece = 16384;
constexpr std::size_t kMostPieces = 64;
/// Blocks this near to each other are asked for together: a request costs more than these bytes.
constexpr std::uint64_t kGap = 1024;
/// Bytes in one request of several blocks.
constexpr std::uint64_t kLongestRequest = std::uint64_t{16} << 20;

}  // namespace

struct SourceState {
  explicit SourceState(ByteSource& from) : source(from) {}

  /// Bytes of [first, first + count) into `out`; how many there are.
  std::size_t read(std::uint64_t first, std::size_t count, char* out) {
    if (count >= kPiece) {
      const std::string bytes = range(first, count);
      std::memcpy(out, bytes.data(), std::min(count, bytes.size()));
      return std::min(count, bytes.size());
    }
    std::size_t got = 0;
    while (got < count) {
      const std::uint64_t at = first + got, piece = at / kPiece;
      const std::string& bytes = held(piece);
      const std::uint64_t offset = at - piece * kPiece;
      if (offset >= bytes.size()) break;
      const std::size_t part = std::min<std::size_t>(count - got, bytes.size() - offset);
      std::memcpy(out + got, bytes.data() + offset, part);
      got += part;
    }
    return got;
  }

  /// Bytes that may begin in a piece that is here already: the first blocks of a small file stand behind its
  /// header.
  std::string range(std::uint64_t first, std::uint64_t count) {
    const auto found = pieces.find(first / kPiece);
    const std::uint64_t offset = first % kPiece;
    if (found == pieces.end() || offset >= found->second.size()) return source.read(first, count);
    std::string bytes = found->second.substr(offset, count);
    if (bytes.size() < count) bytes += source.read(first + bytes.size(), count - bytes.size());
    return bytes;
  }

  const std::string& held(std::uint64_t piece) {
    const auto found = pieces.find(piece);
    if (found != pieces.end()) return found->second;
    // Behind the end there is nothing to ask for.
    if (!pieces.empty() && piece * kPiece >= source.size()) return nothing;
    if (pieces.size() >= kMostPieces) pieces.erase(std::prev(pieces.end()));
    return pieces.emplace(piece, source.read(piece * kPiece, kPiece)).first->second;
  }

  /// Many blocks at once: sorted, joined where they touch, each join one request.
  void read_many(std::span<void*> out, const vsi_l_offset* firsts, const std::size_t* counts) {
    std::vector<std::size_t> order(out.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return firsts[a] < firsts[b]; });
    for (std::size_t from = 0; from < order.size();) {
      const std::uint64_t first = firsts[order[from]];
      std::uint64_t end = first + counts[order[from]];
      std::size_t to = from + 1;
      for (; to < order.size(); ++to) {
        const std::uint64_t next = firsts[order[to]], next_end = next + counts[order[to]];
        if (next > end + kGap || std::max(end, next_end) - first > kLongestRequest) break;
        end = std::max(end, next_end);
      }
      const std::string bytes = range(first, end - first);
      for (std::size_t k = from; k < to; ++k) {
        const std::uint64_t offset = firsts[order[k]] - first;
        if (offset + counts[order[k]] > bytes.size()) {
          throw Error(ErrorKind::service, "the file ends before a block of pixels it names");
        }
        std::memcpy(out[order[k]], bytes.data() + offset, counts[order[k]]);
      }
      from = to;
    }
  }

  ByteSource& source;
  std::string path;
  std::map<std::uint64_t, std::string> pieces;
  const std::string nothing;
  std::exception_ptr failure;  ///< the first
};

namespace {

/// GDAL finds files by name, process-wide; so the names of sources at work stand in one table.
struct Sources {
  std::mutex mutex;
  std::uint64_t next = 0;
  std::map<std::string, void*> by_name;
};

Sources& sources() {
  static Sources all;
  return all;
}

}  // namespace

/// What GDAL holds of an open file, and what it calls.
struct SourceHandle {
  SourceState* state = nullptr;
  std::uint64_t at = 0;
  bool ended = false;

  static SourceState* find(const char* name) {
    std::string key(name);
    if (key.starts_with(kPrefix)) key.erase(0, std::strlen(kPrefix));
    const std::lock_guard lock(sources().mutex);
    const auto found = sources().by_name.find(key);
    return found == sources().by_name.end() ? nullptr : static_cast<SourceState*>(found->second);
  }

  /// Nothing may be thrown through GDAL: failures are kept, and `fallback` returned.
  template <class Result, class Action>
  static Result guarded(SourceState& state, Result fallback, const Action& action) {
    if (state.failure) return fallback;
    try {
      return action();
    } catch (...) {
      state.failure = std::current_exception();
      return fallback;
    }
  }

  static int stat(void*, const char* name, VSIStatBufL* status, int) {
    SourceState* state = find(name);
    if (state == nullptr) return -1;
    return guarded(*state, -1, [&] {
      state->held(0);  // the first answer tells the size
      *status = {};
      status->st_mode = S_IFREG;
      status->st_size = static_cast<decltype(status->st_size)>(state->source.size());
      return 0;
    });
  }

  static void* open(void*, const char* name, const char* access) {
    SourceState* state = find(name);
    if (state == nullptr || std::strpbrk(access, "wa+") != nullptr) return nullptr;
    return new SourceHandle{state};
  }

  static vsi_l_offset tell(void* file) { return static_cast<SourceHandle*>(file)->at; }

  static int seek(void* file, vsi_l_offset offset, int whence) {
    SourceHandle& handle = *static_cast<SourceHandle*>(file);
    handle.ended = false;
    if (whence == SEEK_SET) {
      handle.at = offset;
      return 0;
    }
    if (whence == SEEK_CUR) {
      handle.at += offset;
      return 0;
    }
    return guarded(*handle.state, -1, [&] {
      handle.state->held(0);
      handle.at = handle.state->source.size() + offset;
      return 0;
    });
  }

  static std::size_t read(void* file, void* out, std::size_t size, std::size_t count) {
    SourceHandle& handle = *static_cast<SourceHandle*>(file);
    if (size == 0 || count == 0) return 0;
    return guarded(*handle.state, std::size_t{0}, [&] {
      const std::size_t got = handle.state->read(handle.at, size * count, static_cast<char*>(out));
      handle.at += got;
      handle.ended = got < size * count;
      return got / size;
    });
  }

  static int read_many(void* file, int count, void** out, const vsi_l_offset* firsts,
                       const std::size_t* sizes) {
    SourceHandle& handle = *static_cast<SourceHandle*>(file);
    return guarded(*handle.state, -1, [&] {
      handle.state->read_many(std::span(out, static_cast<std::size_t>(count)), firsts, sizes);
      return 0;
    });
  }

  static int eof(void* file) { return static_cast<SourceHandle*>(file)->ended ? 1 : 0; }

  static int close(void* file) {
    delete static_cast<SourceHandle*>(file);
    return 0;
  }
};

namespace {

void install_handler() {
  static std::once_flag once;
  std::call_once(once, [] {
    VSIFilesystemPluginCallbacksStruct* calls = VSIAllocFilesystemPluginCallbacksStruct();
    calls->stat = SourceHandle::stat;
    calls->open = SourceHandle::open;
    calls->tell = SourceHandle::tell;
    calls->seek = SourceHandle::seek;
    calls->read = SourceHandle::read;
    calls->read_multi_range = SourceHandle::read_many;
    calls->eof = SourceHandle::eof;
    calls->close = SourceHandle::close;
    VSIInstallPluginHandler(kPrefix, calls);
    VSIFreeFilesystemPluginCallbacksStruct(calls);
  });
}

}  // namespace

SourceFile::SourceFile(ByteSource& source) : state_(std::make_unique<SourceState>(source)) {
  init_gdal();
  install_handler();
  const std::lock_guard lock(sources().mutex);
  const std::string name = std::to_string(++sources().next) + ".tif";
  state_->path = kPrefix + name;
  sources().by_name.emplace(name, state_.get());
}

SourceFile::~SourceFile() {
  const std::lock_guard lock(sources().mutex);
  std::erase_if(sources().by_name, [&](const auto& entry) { return entry.second == state_.get(); });
}

const std::string& SourceFile::path() const { return state_->path; }

void SourceFile::rethrow() const {
  if (state_->failure) std::rethrow_exception(state_->failure);
}

}  // namespace isotherm

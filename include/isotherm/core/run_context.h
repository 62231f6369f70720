// What a job is given besides its own options: threads, memory, where to report, when to stop. There are no
// globals; this is passed down.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace isotherm {

enum class LogLevel { debug, note, warning };

/// Where messages for a person go. Safe to call from any thread. Errors are thrown, not logged.
class Log {
 public:
  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string_view text) = 0;
  void debug(std::string_view text) { write(LogLevel::debug, text); }
  void note(std::string_view text) { write(LogLevel::note, text); }
  void warning(std::string_view text) { write(LogLevel::warning, text); }
};

/// How far a job is, in steps of its own choosing. Safe to call from any thread.
class Progress {
 public:
  virtual ~Progress() = default;
  virtual void start(std::string_view what, std::uint64_t steps) = 0;
  virtual void advance(std::uint64_t steps = 1) = 0;
  virtual void finish() = 0;
};

/// Set by a signal handler or a test; lock-free, so it may be set from a handler.
class StopToken {
 public:
  void request() noexcept { requested_.store(true, std::memory_order_relaxed); }
  bool requested() const noexcept { return requested_.load(std::memory_order_relaxed); }
  /// Throws Error(interrupted) once a stop was asked for. Call it between pieces of work.
  void check() const;

 private:
  std::atomic<bool> requested_{false};
};

struct RunContext {
  int threads = 1;                            ///< workers, at least 1
  std::size_t memory = std::size_t{1} << 30;  ///< budget in bytes for pixels, coverage and caches
  bool overwrite = false;                     ///< may existing outputs be replaced
  Log& log;
  Progress& progress;
  const StopToken& stop;
};

}  // namespace isotherm

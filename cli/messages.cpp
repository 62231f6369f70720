#include "cli/messages.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "isotherm/core/text.h"
#include "isotherm/io/file_record.h"

namespace isotherm::cli {

namespace {

constexpr int kBarWidth = 24;
// A bar is redrawn in place; elsewhere each report is a line, so they come seldom.
constexpr std::chrono::milliseconds kBarPause{100};
constexpr std::chrono::seconds kLinePause{2};

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string duration_text(double seconds) {
  const auto whole = static_cast<long long>(std::ceil(seconds));
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole / 60 % 60) + " min";
}

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::note:
      return "note";
    case LogLevel::warning:
      return "warning";
  }
  return "note";
}

void put(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace

std::string json_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
      quoted += code;
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

Messages::~Messages() { clear_bar(); }

void Messages::configure(const RunOptions& run) {
  json_ = run.log == "json";
  quiet_ = run.quiet;
  verbose_ = run.verbose;
  terminal_ = isatty(STDERR_FILENO) != 0 && !json_;
  progress_ = !run.no_progress && (run.progress || (terminal_ && !run.quiet));
}

void Messages::put_line(std::string_view level, std::string_view message, std::string_view more) {
  clear_bar();
  // Whoever made the message, addresses in it show no passwords and signatures.
  const std::string text = without_credentials(std::string(message));
  if (json_) {
    put("{\"time\":\"" + utc_now() + "\",\"level\":" + json_text(level) + ",\"command\":" +
        json_text(command_) + ",\"message\":" + json_text(text) + std::string(more) + "}\n");
  } else {
    const std::string who = command_.empty() || level != "error" ? "isotherm" : "isotherm " + command_;
    put(who + ": " + (level == "error" ? "" : std::string(level) + ": ") + text + "\n");
  }
}

void Messages::write(LogLevel level, std::string_view text) {
  if (level == LogLevel::note && quiet_) return;
  if (level == LogLevel::debug && !verbose_) return;
  const std::lock_guard lock(mutex_);
  put_line(level_name(level), text);
}

void Messages::error(const Error& error) {
  const std::lock_guard lock(mutex_);
  put_line("error", error.what(), ",\"exit_code\":" + std::to_string(exit_code(error.kind())));
}

void Messages::start(std::string_view what, std::uint64_t steps) {
  const std::lock_guard lock(mutex_);
  what_ = what;
  steps_ = steps;
  done_ = 0;
  started_ = Clock::now();
  next_ = (started_ + (terminal_ ? Clock::duration(kBarPause) : Clock::duration(kLinePause)))
              .time_since_epoch()
              .count();
}

void Messages::advance(std::uint64_t steps) {
  done_.fetch_add(steps, std::memory_order_relaxed);
  if (!progress_) return;
  const Clock::duration now = Clock::now().time_since_epoch();
  Clock::rep due = next_.load(std::memory_order_relaxed);
  if (now.count() < due) return;
  const Clock::duration pause = terminal_ ? Clock::duration(kBarPause) : Clock::duration(kLinePause);
  // One thread wins the right to draw; the others go on working.
  if (!next_.compare_exchange_strong(due, (now + pause).count())) return;
  const std::lock_guard lock(mutex_);
  show_progress(false);
}

void Messages::finish() {
  const std::lock_guard lock(mutex_);
  if (progress_ && !what_.empty()) show_progress(true);
  clear_bar();
  what_.clear();
}

void Messages::show_progress(bool last) {
  const std::uint64_t done = done_.load(std::memory_order_relaxed);
  const double seconds = std::max(1e-3, std::chrono::duration<double>(Clock::now() - started_).count());
  const double rate = static_cast<double>(done) / seconds;
  const double share =
      steps_ == 0 ? 1.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(steps_));
  const std::string counts = std::to_string(done) + "/" + std::to_string(steps_);
  const std::string percent = std::to_string(static_cast<int>(share * 100)) + "%";
  std::string pace = fixed_text(rate, rate < 10 ? 1 : 0) + "/s";
  if (last) {
    pace += ", took " + duration_text(seconds);
  } else if (done > 0 && done < steps_) {
    pace += ", " + duration_text(static_cast<double>(steps_ - done) / rate) + " left";
  }
  if (!terminal_) {
    put_line("progress", what_ + ": " + percent + " (" + counts + "), " + pace,
             ",\"done\":" + std::to_string(done) + ",\"steps\":" + std::to_string(steps_));
    return;
  }
  const auto full = static_cast<std::size_t>(share * kBarWidth);
  put("\r\033[K" + what_ + " [" + std::string(full, '=') + std::string(kBarWidth - full, ' ') + "] " +
      percent + "  " + counts + "  " + pace);
  bar_drawn_ = true;
}

void Messages::clear_bar() {
  if (bar_drawn_) put("\r\033[K");
  bar_drawn_ = false;
}

}  // namespace isotherm::cli

#include "http_pace.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace isotherm {

namespace {

constexpr auto kLook = std::chrono::milliseconds(50);  ///< how often a sleeper looks for a stop

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

void HostPace::enter(const std::string& host) {
  double delay = 0;
  {
    std::unique_lock lock(mutex_);
    Host& state = hosts_[host];
    while (state.active >= limits_.connections) {
      stop_.check();
      changed_.wait_for(lock, kLook);
    }
    if (limits_.requests_per_second > 0) {
      // The bucket as a point in time: full at `filled_at`, each request moves that by the time of one token.
      const double now = steady_seconds(), token = 1 / limits_.requests_per_second;
      state.filled_at = std::max(state.filled_at, now) + token;
      delay = std::max(0.0, state.filled_at - now - token * limits_.burst);
    }
    ++state.active;
  }
  try {
    sleep_seconds(delay, stop_);
  } catch (...) {
    leave(host);
    throw;
  }
}

void HostPace::leave(const std::string& host) {
  {
    const std::lock_guard lock(mutex_);
    --hosts_[host].active;
  }
  changed_.notify_one();
}

void sleep_seconds(double seconds, const StopToken& stop) {
  const double end = steady_seconds() + seconds;
  for (;;) {
    stop.check();
    const double left = end - steady_seconds();
    if (left <= 0) return;
    std::this_thread::sleep_for(
        std::min(std::chrono::duration<double>(left), std::chrono::duration<double>(kLook)));
  }
}

}  // namespace isotherm

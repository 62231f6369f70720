#include "isotherm/io/http.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <mutex>
#include <random>

#include "http_exchange.h"
#include "http_pace.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/core/version.h"

namespace isotherm {

namespace {

constexpr std::array<int, 6> kTryAgain{408, 429, 500, 502, 503, 504};

// Headers that go to another host with a redirect; the others may hold credentials.
constexpr std::array<std::string_view, 4> kHarmlessHeaders{"accept", "content-type", "range", "if-range"};

double unix_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Gives the answer of the last try to whoever asked.
class MemorySink : public HttpSink {
 public:
  void begin(const HttpResponse&) override { body.clear(); }
  void write(std::string_view bytes) override { body.append(bytes); }
  std::string body;
};

std::string certificates_of(const HttpOptions& options) {
  if (!options.certificates.empty()) return options.certificates;
  for (const char* name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
    if (const char* path = std::getenv(name); path != nullptr && *path != '\0') return path;
  }
  return "";
}

}  // namespace

struct HttpClient::State {
  State(HttpOptions told, const StopToken& stop_, Log& log_)
      : options(std::move(told)),
        stop(stop_),
        log(log_),
        pace({options.requests_per_second, std::max(1, options.burst), std::max(1, options.connections)},
             stop_),
        chance(options.seed) {
    if (options.user_agent.empty()) options.user_agent = "isotherm/" + std::string(version());
    options.certificates = certificates_of(options);
  }

  HttpResponse run(HttpRequest& request, HttpSink& sink);
  ExchangeResult follow(const HttpRequest& request, HttpSink& sink);
  std::optional<double> next_wait(const ExchangeResult& result, int tries, double waited);
  void wait(double seconds) const {
    if (options.wait) {
      stop.check();
      options.wait(seconds);
    } else {
      sleep_seconds(seconds, stop);
    }
  }

  HttpOptions options;
  const StopToken& stop;
  Log& log;
  HostPace pace;
  ExchangePool pool;
  std::mutex chance_mutex;
  std::mt19937_64 chance;
};

// One try: the request and the redirects it leads to.
ExchangeResult HttpClient::State::follow(const HttpRequest& request, HttpSink& sink) {
  HttpRequest step = request;
  for (int hops = 0;; ++hops) {
    const UrlParts from = url_parts(step.url);
    ExchangeResult result;
    {
      const HostPace::Place place(pace, from.host);
      result = pool.exchange(step, options, stop, sink);
    }
    if (result.redirect.empty()) return result;
    const std::string shown =
        without_secrets(step.url) + ": is redirected to " + without_secrets(result.redirect);
    if (hops >= options.redirects) {
      throw Error(ErrorKind::service, without_secrets(request.url) + ": more than " +
                                          std::to_string(options.redirects) + " redirects in a row");
    }
    UrlParts to;
    try {
      to = url_parts(result.redirect);
    } catch (const Error&) {
      throw Error(ErrorKind::service, shown + "; only http and https are followed");
    }
    if (from.scheme == "https" && to.scheme == "http") {
      throw Error(ErrorKind::service, shown + ", which is not encrypted; that is not followed");
    }
    if (to.host != from.host) {
      std::erase_if(step.headers, [](const HttpHeader& header) {
        const std::string name = lower(header.name);
        return std::find(kHarmlessHeaders.begin(), kHarmlessHeaders.end(), name) == kHarmlessHeaders.end();
      });
      step.aws.reset();
    }
    const int status = result.response.status;
    if (step.method == "POST" && (status == 301 || status == 302 || status == 303)) {
      step.method = "GET";
      step.body.clear();
    }
    step.url = result.redirect;
  }
}

// How long to wait before another try, nothing when there is to be none.
std::optional<double> HttpClient::State::next_wait(const ExchangeResult& result, int tries, double waited) {
  if (tries >= options.retries) return std::nullopt;
  double seconds = std::min(options.longest_wait_seconds, options.first_wait_seconds * std::exp2(tries));
  {
    const std::lock_guard lock(chance_mutex);
    seconds *= std::uniform_real_distribution<double>(0.5, 1)(chance);
  }
  if (const auto told = retry_after_seconds(result.response.header("retry-after"), unix_seconds())) {
    seconds = std::max(seconds, *told);
  }
  if (waited + seconds > options.wait_seconds) return std::nullopt;
  return seconds;
}

HttpResponse HttpClient::State::run(HttpRequest& request, HttpSink& sink) {
  const auto start = std::chrono::steady_clock::now();
  double waited = 0;
  bool renewed = false;
  for (int tries = 0;; ++tries) {
    sink.prepare(request);
    ExchangeResult result = follow(request, sink);
    HttpResponse& response = result.response;
    response.retries = tries;
    response.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const bool again = result.failure.empty()
                           ? std::find(kTryAgain.begin(), kTryAgain.end(), response.status) != kTryAgain.end()
                           : result.transient;
    if (!again) {
      if (!result.failure.empty())
        throw Error(result.kind, without_secrets(request.url) + ": " + result.failure);
      if (response.success() || renewed || !sink.renew(response)) return std::move(response);
      renewed = true;
      continue;
    }
    const auto seconds = next_wait(result, tries, waited);
    const std::string why =
        result.failure.empty() ? "status " + std::to_string(response.status) : result.failure;
    if (!seconds) {
      if (result.failure.empty()) return std::move(response);
      throw Error(ErrorKind::network, without_secrets(request.url) + ": " + why + " (tried " +
                                          std::to_string(tries + 1) + " times)");
    }
    log.debug(without_secrets(request.url) + ": " + why + "; again in " + fixed_text(*seconds, 1) + " s");
    wait(*seconds);
    waited += *seconds;
  }
}

HttpClient::HttpClient(HttpOptions options, const StopToken& stop, Log& log)
    : state_(std::make_unique<State>(std::move(options), stop, log)) {}

HttpClient::~HttpClient() = default;

HttpResponse HttpClient::send(const HttpRequest& request) {
  MemorySink sink;
  HttpRequest copy = request;
  HttpResponse response = state_->run(copy, sink);
  if (response.success()) response.body = std::move(sink.body);
  return response;
}

HttpResponse HttpClient::stream(HttpRequest request, HttpSink& sink) { return state_->run(request, sink); }

}  // namespace isotherm

// HTTP for searching and fetching, by libcurl: bounded, patient, and silent about secrets.
//
// A client may be used by any number of threads. What every request gets: TLS verified, redirects followed
// only to http and https, never from https down to http, and without the caller's headers when the host
// changes; a bound on the bytes of the answer (counted after unpacking); time-outs for connecting and for
// standing still; a limit per host on requests per second and at a time; tries again after time-outs, resets,
// cut bodies and the statuses 408, 429, 500, 502, 503, 504, waiting by `Retry-After` (seconds or date) or by
// jittered exponential back-off, until the tries or the budget of waiting are used up; an end as soon as a
// stop is asked for. Proxies are taken from the usual variables (https_proxy, no_proxy), certificates also
// from CURL_CA_BUNDLE or SSL_CERT_FILE.
//
// Errors: Error(network) when no answer came, Error(service) when the answer breaks a rule (too long, a
// refused redirect), Error(interrupted). A status outside 2xx is an answer, not an error: see
// `require_success`. No text made here holds a signature, token, password or user name of a URL or header.
//
// Sources: RFC 9110 (semantics, Retry-After 10.2.3, Range 14.2, If-Range 13.1.5), RFC 6585 (429).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/core/run_context.h"

namespace isotherm {

struct HttpHeader {
  std::string name;
  std::string value;
};

/// Signs a request by AWS signature version 4, for S3.
struct AwsKey {
  std::string id, secret, region;
};

struct HttpRequest {
  std::string method = "GET";  ///< GET, HEAD or POST
  std::string url;             ///< http or https
  std::vector<HttpHeader> headers;
  std::string body;                          ///< of a POST
  std::optional<std::uint64_t> range_first;  ///< asks for bytes from here ...
  std::optional<std::uint64_t> range_last;   ///< ... to here, inclusive; absent: to the end
  std::string if_range;                      ///< validator (ETag or date) under which the range is wanted
  std::uint64_t longest_body = std::uint64_t{64} << 20;  ///< more bytes than these are an error
  bool compressed = true;  ///< accept gzip; streams that are resumed want the bytes as they are
  std::optional<AwsKey> aws;
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;  ///< names in lower case, of the last answer of a chain of redirects
  std::string body;                 ///< empty for streams that succeeded
  std::string url;                  ///< where the answer came from; may hold secrets
  std::uint64_t bytes = 0;          ///< of the body as delivered, of the last try
  int retries = 0;                  ///< tries before the last
  double seconds = 0;               ///< from the first try to the end, waiting included

  bool success() const { return status >= 200 && status < 300; }
  /// The value of a header, by its name in lower case; empty when there is none.
  std::string header(std::string_view name) const;
};

/// Takes the body of a successful answer as it comes. What it throws ends the request and reaches the caller.
class HttpSink {
 public:
  virtual ~HttpSink() = default;
  /// Before every try: may set the range by what has arrived already, or sign the URL anew.
  virtual void prepare(HttpRequest&) {}
  /// A status in 2xx and its headers, before the first byte of a try.
  virtual void begin(const HttpResponse& head) = 0;
  virtual void write(std::string_view bytes) = 0;
  /// A status of 401, 403, or another that is not tried again by itself: true asks for one more try
  /// (`prepare` is called first).
  virtual bool renew(const HttpResponse& refusal) {
    (void)refusal;
    return false;
  }
};

struct HttpOptions {
  std::string user_agent;       ///< empty: "isotherm/VERSION"
  double connect_seconds = 20;  ///< until a connection stands
  int idle_seconds = 30;        ///< without `idle_bytes_per_second` for so long is a time-out
  int idle_bytes_per_second = 100;
  int retries = 5;            ///< tries after the first
  double wait_seconds = 120;  ///< budget of waiting of one request, over all its tries
  double first_wait_seconds =
      0.5;  ///< doubled after each try, up to `longest_wait_seconds`; half of it is chance
  double longest_wait_seconds = 60;
  double requests_per_second = 20;           ///< per host, on average; 0: no limit
  int burst = 20;                            ///< per host, requests that may come at once
  int connections = 8;                       ///< per host, at a time
  int redirects = 10;                        ///< followed in a row
  std::uint64_t seed = 1;                    ///< of the chance in waiting
  std::string certificates;                  ///< file of trusted certificates; empty: the system's
  std::function<void(double seconds)> wait;  ///< in place of sleeping, for tests
};

class HttpClient {
 public:
  /// `stop` and `log` outlive the client. Tries again are told to `log` as debug messages.
  HttpClient(HttpOptions options, const StopToken& stop, Log& log);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  virtual ~HttpClient();

  /// The whole answer in memory. Virtual, so that tests can answer themselves.
  virtual HttpResponse send(const HttpRequest& request);
  /// The body of a 2xx answer goes to `sink`, that of another (its first 64 KiB) into the response.
  HttpResponse stream(HttpRequest request, HttpSink& sink);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Throws what a status outside 2xx means to the user: Error(usage) for 400 and 422 (with the service's own
/// words), Error(service) for the others with what to do: 401 and 403 credentials, 404 the address, 429 and
/// 5xx later. `what` names the thing asked for ("search of https://...").
void require_success(const HttpResponse& response, const HttpRequest& request, const std::string& what);

/// A URL fit for a person's eyes: user name and password cut, values of all query members that are not known
/// to be harmless (collections, bbox, limit, ...) replaced by "...", likewise the fragment; control
/// characters too.
std::string without_secrets(std::string_view url);

/// The parts of an absolute http or https URL. Throws Error(usage) for another.
struct UrlParts {
  std::string scheme;  ///< lower case
  std::string host;    ///< lower case, with ":port" where one is given
  std::string path;    ///< with query
};
UrlParts url_parts(const std::string& url);
/// An absolute URL from a reference found in the document at `base` (RFC 3986 section 5).
std::string resolve_url(const std::string& base, const std::string& reference);
/// One query value, escaped.
std::string url_escape(std::string_view text);

/// Seconds to wait as `Retry-After` says, from now: a number, or a date (RFC 9110 5.6.7) less `now` (Unix
/// seconds). Nothing when it says neither; never negative.
std::optional<double> retry_after_seconds(std::string_view header, double now);

}  // namespace isotherm

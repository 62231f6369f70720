#include "isotherm/fetch/signing.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <mutex>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/digest.h"
#include "isotherm/io/json.h"

namespace isotherm {

namespace {

constexpr double kMargin_s = 120;  ///< a token with less life left is not used for a new request
constexpr std::string_view kBlobHost = ".blob.core.windows.net";
constexpr const char* kPlanetaryComputer = "https://planetarycomputer.microsoft.com/api/sas/v1";

double now() { return static_cast<double>(std::time(nullptr)); }

bool is_web(const std::string& href) { return href.starts_with("http://") || href.starts_with("https://"); }

bool is_this_machine(const std::string& host) {
  const std::string name = host.substr(0, host.rfind(':'));
  return name == "127.0.0.1" || name == "localhost" || name == "[::1]";
}

/// The value of a member of a query, still escaped; empty when there is none.
std::string query_value(const std::string& url, const std::string& key) {
  const std::size_t question = url.find('?');
  if (question == std::string::npos) return "";
  for (const std::string& member : split(std::string_view(url).substr(question + 1), '&')) {
    if (member.starts_with(key + "=")) return member.substr(key.size() + 1);
  }
  return "";
}

/// When a shared-access token ends: its member "se", an instant with escaped colons.
std::optional<double> token_end(const std::string& url) {
  std::string instant = query_value(url, "se");
  for (std::size_t at = instant.find("%3A"); at != std::string::npos; at = instant.find("%3A")) {
    instant.replace(at, 3, ":");
  }
  return unix_time(instant);
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// The first line a command prints.
std::string answer_of(const std::string& command, const std::string& href) {
  FILE* pipe = ::popen((command + " " + quoted(href)).c_str(), "r");
  const auto fail = [&](const char* why) {
    throw Error(ErrorKind::usage,
                "--sign: the command " + std::string(why) + " for " + without_secrets(href));
  };
  if (pipe == nullptr) fail("cannot be started");
  std::string text;
  std::array<char, 4096> part{};
  while (text.size() < 65536 && std::fgets(part.data(), part.size(), pipe) != nullptr) text += part.data();
  if (::pclose(pipe) != 0) fail("failed");
  const std::string line(trim(text.substr(0, text.find('\n'))));
  if (!is_web(line)) fail("printed no http or https address");
  return line;
}

}  // namespace

std::string environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value != nullptr ? value : "";
}

std::optional<BlobPlace> blob_place(const std::string& href) {
  if (!is_web(href)) return std::nullopt;
  const UrlParts parts = url_parts(href);
  if (!parts.host.ends_with(kBlobHost)) return std::nullopt;
  const std::string account = parts.host.substr(0, parts.host.size() - kBlobHost.size());
  const std::string path = parts.path.substr(0, parts.path.find('?'));
  const std::size_t end = path.find('/', 1);
  if (account.empty() || end == std::string::npos || end == 1) return std::nullopt;
  return BlobPlace{account, path.substr(1, end - 1)};
}

std::optional<double> unix_time(std::string_view instant) {
  std::tm parts{};
  const std::string text(instant);
  const char* end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (end == nullptr) return std::nullopt;
  return static_cast<double>(::timegm(&parts));
}

struct Signer::State {
  struct Token {
    std::string query;
    double end = 0;
  };

  State(SignOptions wanted, HttpClient& http, const Environment& environment)
      : options(std::move(wanted)), client(http), s3(s3_settings(environment)) {
    service = environment("PC_SDK_SAS_URL");
    if (service.empty()) service = kPlanetaryComputer;
    while (service.ends_with('/')) service.pop_back();
    subscription = environment("PC_SDK_SUBSCRIPTION_KEY");
    // The package's variable names the token endpoint, its parent holds both.
    if (service.ends_with("/token")) service.resize(service.size() - 6);
    for (const std::string& entry : split(environment("ISOTHERM_TOKENS"), ',')) {
      const std::size_t equals = entry.find('=');
      if (equals != std::string::npos)
        tokens_by_host[lower(entry.substr(0, equals))] = entry.substr(equals + 1);
    }
    usgs_token = environment("USGS_TOKEN");
  }

  Json ask(const std::string& url, const std::string& what) {
    HttpRequest request;
    request.url = url;
    request.longest_body = 65536;
    if (!subscription.empty()) request.headers.push_back({"Ocp-Apim-Subscription-Key", subscription});
    const HttpResponse response = client.send(request);
    require_success(response, request, what);
    return read_json(response.body, what);
  }

  /// The href with a token of its container.
  std::string with_token(const std::string& href, const BlobPlace& place, bool anew) {
    const std::string plain = href.substr(0, href.find('?'));
    const std::lock_guard lock(mutex);
    Token& token = tokens[place.account + "/" + place.container];
    if (anew || token.query.empty() || token.end < now() + kMargin_s) {
      const Json answer =
          ask(service + "/token/" + place.account + "/" + place.container, "token of " + service);
      token.query = answer.text("token").value_or("");
      token.end = unix_time(answer.text("msft:expiry").value_or("")).value_or(now() + 600);
      if (token.query.empty()) throw Error(ErrorKind::service, service + ": gives no token");
    }
    return plain + "?" + token.query;
  }

  std::string signed_by_service(const std::string& href) {
    const Json answer = ask(service + "/sign?href=" + url_escape(href), "signature of " + service);
    const std::string url = answer.text("href").value_or("");
    if (!is_web(url)) throw Error(ErrorKind::service, service + ": gives no signed address");
    return url;
  }

  std::string url_for(const std::string& href, bool anew) {
    if (options.how == "none") return href;
    const auto place = blob_place(href);
    const bool planetary = options.how == "planetary-computer";
    if (options.how == "auto" || planetary) {
      if (place) {
        const bool is_signed = !query_value(href, "sig").empty();
        if (is_signed && !anew && token_end(href).value_or(0) > now() + kMargin_s) return href;
        return with_token(href, *place, anew);
      }
      return planetary ? signed_by_service(href) : href;
    }
    return answer_of(options.how, href);
  }

  void apply_s3(const std::string& href, HttpRequest& request) {
    if (!s3.usable()) {
      throw Error(ErrorKind::usage, without_secrets(href) +
                                        ": needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or "
                                        "AWS_NO_SIGN_REQUEST=YES for a public bucket)");
    }
    const std::lock_guard lock(mutex);
    request.url = s3_url(href, s3);
    if (!s3.payer.empty()) request.headers.push_back({"x-amz-request-payer", s3.payer});
    if (s3.no_sign) return;
    // Services of this kind refuse requests without it; libcurl takes it into the signature.
    request.headers.push_back({"x-amz-content-sha256", text_digest("sha256", "")});
    request.aws = AwsKey{s3.key_id, s3.secret, s3.region};
    if (!s3.session_token.empty()) request.headers.push_back({"x-amz-security-token", s3.session_token});
  }

  void add_token(HttpRequest& request) const {
    const UrlParts parts = url_parts(request.url);
    const auto found = tokens_by_host.find(parts.host);
    std::string token = found != tokens_by_host.end() ? found->second : "";
    const bool usgs = parts.host == "usgs.gov" || parts.host.ends_with(".usgs.gov");
    if (token.empty() && usgs) token = usgs_token;
    if (token.empty() || (parts.scheme != "https" && !is_this_machine(parts.host))) return;
    request.headers.push_back({"Authorization", "Bearer " + token});
  }

  SignOptions options;
  HttpClient& client;
  std::string service, subscription, usgs_token;
  std::map<std::string, std::string> tokens_by_host;
  std::mutex mutex;  ///< guards what follows
  S3Settings s3;
  std::map<std::string, Token> tokens;
};

Signer::Signer(SignOptions options, HttpClient& client, Environment environment)
    : state_(std::make_unique<State>(std::move(options), client, environment)) {}
Signer::~Signer() = default;

void Signer::apply(const std::string& href, HttpRequest& request, bool anew) {
  request.headers.clear();
  request.aws.reset();
  if (href.starts_with("s3://")) {
    state_->apply_s3(href, request);
    return;
  }
  request.url = state_->url_for(href, anew);
  state_->add_token(request);
}

bool Signer::may_renew(const std::string& href, const HttpResponse& refusal) {
  if (href.starts_with("s3://")) {
    // The bucket is elsewhere, and the service says where.
    const std::string region = refusal.header("x-amz-bucket-region");
    const std::lock_guard lock(state_->mutex);
    if (!region.empty()) state_->s3.region = region;
    return !region.empty();  // also when another thread has learned it in the meantime
  }
  const bool refused = refusal.status == 401 || refusal.status == 403;
  return refused && state_->options.how != "none" &&
         (state_->options.how != "auto" || blob_place(href).has_value());
}

}  // namespace isotherm

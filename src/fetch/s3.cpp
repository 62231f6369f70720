// Hrefs in S3 buckets: settings from the usual variables, addresses.
#include <algorithm>
#include <fstream>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/fetch/signing.h"

namespace isotherm {

namespace {

bool yes(const std::string& word, bool otherwise) {
  const std::string small = lower(word);
  if (small == "yes" || small == "true" || small == "on" || small == "1") return true;
  if (small == "no" || small == "false" || small == "off" || small == "0") return false;
  return otherwise;
}

/// Keys of one profile of an AWS credentials file.
void read_profile(const std::string& path, const std::string& profile, S3Settings& settings) {
  std::ifstream file(path);
  std::string line;
  bool inside = false;
  while (std::getline(file, line)) {
    const std::string text(trim(line));
    if (text.starts_with('[')) {
      inside = text == "[" + profile + "]";
      continue;
    }
    const std::size_t equals = text.find('=');
    if (!inside || equals == std::string::npos) continue;
    const std::string key(trim(std::string_view(text).substr(0, equals)));
    const std::string value(trim(std::string_view(text).substr(equals + 1)));
    if (key == "aws_access_key_id") settings.key_id = value;
    if (key == "aws_secret_access_key") settings.secret = value;
    if (key == "aws_session_token") settings.session_token = value;
    if (key == "region") settings.region = value;
  }
}

/// A key of an object as the path of a URL.
std::string path_escape(std::string_view key) {
  std::string path = "/";
  for (std::size_t from = 0; from <= key.size();) {
    const std::size_t slash = std::min(key.find('/', from), key.size());
    for (const char c : url_escape(key.substr(from, slash - from))) {
      // The signature is made of the path as the service escapes it, which leaves only "-._~" alone.
      path += c == ',' ? std::string("%2C") : c == ':' ? std::string("%3A") : std::string(1, c);
    }
    if (slash < key.size()) path += '/';
    from = slash + 1;
  }
  return path;
}

}  // namespace

S3Settings s3_settings(const Environment& environment) {
  S3Settings settings;
  settings.key_id = environment("AWS_ACCESS_KEY_ID");
  settings.secret = environment("AWS_SECRET_ACCESS_KEY");
  settings.session_token = environment("AWS_SESSION_TOKEN");
  if (settings.key_id.empty() || settings.secret.empty()) {
    std::string path = environment("AWS_SHARED_CREDENTIALS_FILE");
    if (path.empty() && !environment("HOME").empty()) path = environment("HOME") + "/.aws/credentials";
    const std::string profile = environment("AWS_PROFILE");
    settings.key_id.clear();
    read_profile(path, profile.empty() ? "default" : profile, settings);
  }
  for (const char* name : {"AWS_DEFAULT_REGION", "AWS_REGION"}) {
    if (const std::string region = environment(name); !region.empty()) settings.region = region;
  }
  settings.endpoint = environment("AWS_S3_ENDPOINT");
  settings.https = yes(environment("AWS_HTTPS"), true);
  settings.virtual_hosting = yes(environment("AWS_VIRTUAL_HOSTING"), true);
  settings.no_sign = yes(environment("AWS_NO_SIGN_REQUEST"), false);
  settings.payer = environment("AWS_REQUEST_PAYER");
  return settings;
}

std::string s3_url(const std::string& href, const S3Settings& settings) {
  const std::string rest = href.substr(std::string_view("s3://").size());
  const std::size_t slash = rest.find('/');
  const std::string bucket = rest.substr(0, slash);
  if (slash == std::string::npos || slash == 0 || slash + 1 == rest.size() ||
      bucket.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") != std::string::npos) {
    throw Error(ErrorKind::input, without_secrets(href) + ": names no bucket and file (s3://bucket/file)");
  }
  const std::string path = path_escape(std::string_view(rest).substr(slash + 1));
  const std::string host =
      settings.endpoint.empty() ? "s3." + settings.region + ".amazonaws.com" : settings.endpoint;
  const std::string scheme = settings.https ? "https://" : "http://";
  // A certificate for *.s3.amazonaws.com does not cover a bucket with dots.
  if (settings.virtual_hosting && bucket.find('.') == std::string::npos)
    return scheme + bucket + "." + host + path;
  return scheme + host + "/" + bucket + path;
}

}  // namespace isotherm

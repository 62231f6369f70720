// Texts of HTTP: URLs, what of them may be shown, dates.
#include <algorithm>
#include <array>
#include <chrono>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/http.h"

namespace isotherm {

namespace {

// Query members that searches are made of; all others might be a credential.
constexpr std::array<std::string_view, 17> kHarmless{
    "collections", "bbox", "bbox-crs", "datetime",   "limit",  "ids", "filter", "filter-lang", "filter-crs",
    "sortby",      "page", "query",    "intersects", "fields", "f",   "offset", "format"};

bool is_scheme(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '-' || c == '.';
  });
}

// "https" of "https://host/path", empty for a reference without a scheme.
std::string_view scheme_of(std::string_view url) {
  const std::size_t colon = url.find(':');
  if (colon == std::string_view::npos || colon < 2 || !is_scheme(url.substr(0, colon))) return {};
  return url.substr(0, colon);
}

std::string shown_query(std::string_view query) {
  std::string out;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view member = query.substr(0, end);
    const std::size_t equals = std::min(member.find('='), member.size());
    const std::string key = lower(member.substr(0, equals));
    if (!out.empty()) out += '&';
    const bool harmless = std::find(kHarmless.begin(), kHarmless.end(), key) != kHarmless.end();
    if (harmless || equals == member.size()) {
      out += harmless ? member : "...";  // a word alone may be a token
    } else {
      out += std::string(member.substr(0, equals)) + "=...";
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return out;
}

// RFC 3986 5.2.4.
std::string without_dots(std::string_view path) {
  std::vector<std::string> parts;
  const bool rooted = path.starts_with('/');
  bool folder = false;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string part(path.substr(0, end));
    folder = end < path.size() || part == "." || part == "..";
    if (part == "..") {
      if (!parts.empty() && parts.back() != "..") {
        parts.pop_back();
      } else if (!rooted) {
        parts.push_back(part);
      }
    } else if (part != "." && !part.empty()) {
      parts.push_back(part);
    }
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  std::string out = rooted ? "/" : "";
  out += join(parts, "/");
  if (folder && !out.empty() && !out.ends_with('/')) out += '/';
  return out;
}

}  // namespace

std::string HttpResponse::header(std::string_view name) const {
  std::string value;
  for (const HttpHeader& header : headers) {
    if (header.name == name) value = header.value;
  }
  return value;
}

std::string without_secrets(std::string_view url) {
  std::string out;
  if (const std::size_t end = url.find("://"); end != std::string_view::npos) {
    out = url.substr(0, end + 3);
    url.remove_prefix(end + 3);
    const std::size_t path = std::min(url.find_first_of("/?#"), url.size());
    const std::size_t at = url.substr(0, path).rfind('@');
    if (at != std::string_view::npos) url.remove_prefix(at + 1);
  }
  url = url.substr(0, url.find('#'));
  const std::size_t question = std::min(url.find('?'), url.size());
  out += url.substr(0, question);
  if (question < url.size()) {
    const std::string query = shown_query(url.substr(question + 1));
    if (!query.empty()) out += "?" + query;
  }
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return out;
}

UrlParts url_parts(const std::string& url) {
  const std::string scheme = lower(scheme_of(url));
  const std::size_t start = scheme.size() + 3;
  if ((scheme != "http" && scheme != "https") || url.compare(scheme.size(), 3, "://") != 0) {
    throw Error(ErrorKind::usage, "'" + without_secrets(url) + "' is no http or https address");
  }
  const std::size_t end = std::min(url.find_first_of("/?#", start), url.size());
  std::string host = url.substr(start, end - start);
  if (const std::size_t at = host.rfind('@'); at != std::string::npos) host.erase(0, at + 1);
  const bool wrong = std::any_of(url.begin(), url.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '\\';
  });
  if (host.empty() || wrong) {
    throw Error(ErrorKind::usage, "'" + without_secrets(url) + "' is no complete http or https address");
  }
  std::string path = url.substr(end, url.find('#', end) - end);
  if (!path.starts_with('/')) path = "/" + path;
  return {scheme, lower(host), path};
}

std::string resolve_url(const std::string& base, const std::string& reference) {
  if (!scheme_of(reference).empty()) return reference;
  const std::string_view scheme = scheme_of(base);
  std::string root, place = base;
  if (!scheme.empty() && base.compare(scheme.size(), 3, "://") == 0) {
    if (reference.starts_with("//")) return std::string(scheme) + ":" + reference;
    const std::size_t end = std::min(base.find_first_of("/?#", scheme.size() + 3), base.size());
    root = base.substr(0, end);
    place = base.substr(end);
    place = place.substr(0, place.find('#'));
    place = place.substr(0, place.find('?'));
    if (place.empty()) place = "/";
  }
  if (reference.empty()) return root + place;
  if (reference.starts_with('?')) return root + place + reference;
  const std::size_t mark = std::min(reference.find_first_of("?#"), reference.size());
  const std::string path = reference.substr(0, mark), rest = reference.substr(mark);
  if (path.starts_with('/')) return root + without_dots(path) + rest;
  const std::size_t slash = place.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : place.substr(0, slash + 1);
  return root + without_dots(folder + path) + rest;
}

std::string url_escape(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~,:/").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

namespace {

// Unix seconds of "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT" or "Sun Nov  6 08:49:37
// 1994".
std::optional<double> http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                     "jul", "aug", "sep", "oct", "nov", "dec"};
  std::string words = lower(text);
  std::replace(words.begin(), words.end(), '-', ' ');
  std::replace(words.begin(), words.end(), ',', ' ');
  std::optional<long long> year, day;
  std::size_t month = 0;
  std::array<long long, 3> clock{};
  bool timed = false;
  for (const std::string& word : split(words, ' ')) {
    if (const auto found = std::find(kMonths.begin(), kMonths.end(), word); found != kMonths.end()) {
      month = static_cast<std::size_t>(found - kMonths.begin()) + 1;
    } else if (const auto parts = split(word, ':'); parts.size() == 3) {
      timed = true;
      for (std::size_t k = 0; k < 3; ++k) {
        const auto number = parse_integer(parts[k]);
        if (!number || *number < 0 || *number > 60) return std::nullopt;
        clock[k] = *number;
      }
    } else if (const auto number = parse_integer(word)) {
      (day ? year : day) = number;
    }
  }
  if (!day || !year || month == 0 || !timed || *day < 1 || *day > 31 || *year < 0 || *year > 9999) {
    return std::nullopt;
  }
  if (*year < 100) *year += *year < 70 ? 2000 : 1900;
  const std::chrono::sys_days date = std::chrono::year(static_cast<int>(*year)) /
                                     std::chrono::month(static_cast<unsigned>(month)) /
                                     std::chrono::day(static_cast<unsigned>(*day));
  const auto days = date.time_since_epoch().count();
  return static_cast<double>(days) * 86400 + static_cast<double>(clock[0] * 3600 + clock[1] * 60 + clock[2]);
}

}  // namespace

std::optional<double> retry_after_seconds(std::string_view header, double now) {
  if (const auto number = parse_number(header)) return std::max(0.0, *number);
  if (const auto date = http_date(header)) return std::max(0.0, *date - now);
  return std::nullopt;
}

}  // namespace isotherm

// What a status outside 2xx means to the user.
#include <algorithm>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/io/http.h"
#include "isotherm/io/json.h"

namespace isotherm {

namespace {

constexpr std::size_t kLongestWords = 300;

// Texts of a request that must not come back in a message: a service may repeat what it was sent.
std::vector<std::string> secrets_of(const HttpRequest& request) {
  std::vector<std::string> secrets;
  for (const HttpHeader& header : request.headers) {
    if (lower(header.name) == "accept" || lower(header.name) == "content-type") continue;
    secrets.push_back(header.value);
    if (const std::size_t space = header.value.rfind(' '); space != std::string::npos) {
      secrets.push_back(header.value.substr(space + 1));
    }
  }
  const std::size_t question = request.url.find('?');
  if (question != std::string::npos && without_secrets(request.url).find("...") != std::string::npos) {
    for (const std::string& member : split(request.url.substr(question + 1), '&')) {
      if (without_secrets("?" + member) == "?" + member) continue;
      secrets.push_back(member.substr(member.find('=') + 1));
    }
  }
  return secrets;
}

// A service's own words: "description", "detail" or "message" of its JSON, on one line.
std::string words_of(const HttpResponse& response, const HttpRequest& request) {
  std::string words;
  try {
    const Json body = read_json(response.body, "answer");
    for (const char* key : {"description", "detail", "message", "error"}) {
      const Json* told = body.find(key);
      if (told == nullptr || !words.empty()) continue;
      words = told->text().value_or(write_json(*told));
    }
  } catch (const Error&) {
    return "";  // HTML and the like say nothing a person wants to read here
  }
  for (char& c : words) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  for (const std::string& secret : secrets_of(request)) {
    if (secret.size() < 4) continue;
    for (std::size_t at; (at = words.find(secret)) != std::string::npos;)
      words.replace(at, secret.size(), "...");
  }
  if (words.size() > kLongestWords) words = words.substr(0, kLongestWords) + "...";
  return words;
}

}  // namespace

void require_success(const HttpResponse& response, const HttpRequest& request, const std::string& what) {
  if (response.success()) return;
  const int status = response.status;
  const std::string words = words_of(response, request);
  const std::string said =
      what + ": the service answered " + std::to_string(status) + (words.empty() ? "" : " (" + words + ")");
  if (status == 400 || status == 422) throw Error(ErrorKind::usage, said + "; the request is wrong for it");
  std::string advice;
  if (status == 401 || status == 403) {
    advice = "; it wants credentials, or those given are wrong or have expired";
  } else if (status == 404 || status == 410) {
    advice = "; there is no such thing, see the address and the collection";
  } else if (status == 429) {
    advice = "; it is asked too often, try later or slower (--rate)";
  } else if (status >= 500) {
    advice = "; it fails at the moment, try later";
  }
  throw Error(ErrorKind::service, said + advice);
}

}  // namespace isotherm

#include <gtest/gtest.h>

#include "isotherm/core/error.h"
#include "isotherm/io/http.h"

namespace isotherm {
namespace {

TEST(WithoutSecrets, CutsSignaturesTokensAndUsers) {
  EXPECT_EQ(without_secrets("https://a.blob.core.windows.net/c/x.tif?sv=2021&sig=abc%3D&se=2024"),
            "https://a.blob.core.windows.net/c/x.tif?sv=...&sig=...&se=...");
  EXPECT_EQ(without_secrets("https://user:pass@host.org/x"), "https://host.org/x");
  EXPECT_EQ(without_secrets("https://us@er:p@host.org/x"), "https://host.org/x");
  EXPECT_EQ(without_secrets("https://host.org/x#access_token=abc"), "https://host.org/x");
  EXPECT_EQ(without_secrets("https://host.org/x?SECRETWORD"), "https://host.org/x?...");
  EXPECT_EQ(without_secrets("s3://bucket/key?X-Amz-Signature=1"), "s3://bucket/key?X-Amz-Signature=...");
}

TEST(WithoutSecrets, KeepsWhatSearchesAreMadeOf) {
  EXPECT_EQ(without_secrets("https://h/search?collections=a,b&limit=10&token=next:1"),
            "https://h/search?collections=a,b&limit=10&token=...");
}

TEST(WithoutSecrets, TakesControlCharactersOut) {
  EXPECT_EQ(without_secrets("https://h/a\x1b[31m\n"), "https://h/a?[31m?");
}

TEST(Urls, Parts) {
  const UrlParts parts = url_parts("HTTPS://User:x@Host.Org:8443/a/b?c=1#d");
  EXPECT_EQ(parts.scheme, "https");
  EXPECT_EQ(parts.host, "host.org:8443");
  EXPECT_EQ(parts.path, "/a/b?c=1");
  EXPECT_EQ(url_parts("http://h").path, "/");
  for (const char* wrong : {"file:///etc/passwd", "ftp://h/x", "h/x", "http:/h", "https://", "https:///x",
                            "http://h/a b", "http://h\\@evil/", "/vsicurl/http://h", "gopher://h"}) {
    EXPECT_THROW(url_parts(wrong), Error) << wrong;
  }
}

// RFC 3986 section 5.4: the examples that concern addresses of this kind.
TEST(Urls, ReferencesAreResolved) {
  const std::string base = "http://a/b/c/d;p?q";
  const std::pair<const char*, const char*> cases[] = {
      {"g", "http://a/b/c/g"},      {"./g", "http://a/b/c/g"},    {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},         {"//g", "http://g"},          {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},  {"", "http://a/b/c/d;p"},     {"..", "http://a/b/"},
      {"../g", "http://a/b/g"},     {"../..", "http://a/"},       {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"}, {"/./g", "http://a/g"},       {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},    {"http://x/y", "http://x/y"}, {"s3://bucket/key", "s3://bucket/key"}};
  for (const auto& [reference, wanted] : cases) EXPECT_EQ(resolve_url(base, reference), wanted) << reference;
}

TEST(Urls, ReferencesOfFiles) {
  EXPECT_EQ(resolve_url("/data/stac/item.json", "./red.tif"), "/data/stac/red.tif");
  EXPECT_EQ(resolve_url("/data/stac/item.json", "../x/red.tif"), "/data/x/red.tif");
  EXPECT_EQ(resolve_url("item.json", "red.tif"), "red.tif");
  EXPECT_EQ(resolve_url("stac/item.json", "../../red.tif"), "../red.tif");
  EXPECT_EQ(resolve_url("/data/item.json", "https://h/x.tif"), "https://h/x.tif");
}

TEST(Urls, Escaping) { EXPECT_EQ(url_escape("a b&c=\xc3\xa4/1:2"), "a%20b%26c%3D%C3%A4/1:2"); }

// 1994-11-06 08:49:37 UTC is 784111777 (RFC 9110's own example in all three forms).
TEST(RetryAfter, SecondsAndDates) {
  const double then = 784111777;
  EXPECT_EQ(retry_after_seconds("120", then), 120);
  EXPECT_EQ(retry_after_seconds(" 0 ", then), 0);
  EXPECT_EQ(retry_after_seconds("-5", then), 0);
  EXPECT_EQ(retry_after_seconds("Sun, 06 Nov 1994 08:49:37 GMT", then - 10), 10);
  EXPECT_EQ(retry_after_seconds("Sunday, 06-Nov-94 08:49:37 GMT", then - 11), 11);
  EXPECT_EQ(retry_after_seconds("Sun Nov  6 08:49:37 1994", then - 12), 12);
  EXPECT_EQ(retry_after_seconds("Sun, 06 Nov 1994 08:49:37 GMT", then + 10), 0);
  for (const char* wrong : {"", "soon", "Sun, 99 Nov 1994 08:49:37 GMT", "nan"}) {
    EXPECT_FALSE(retry_after_seconds(wrong, then)) << wrong;
  }
}

ErrorKind kind_of(int status, const std::string& body, std::string& text) {
  HttpRequest request;
  request.url = "https://h/search?token=verysecret&limit=5";
  request.headers = {{"Authorization", "Bearer topsecret"}};
  HttpResponse response;
  response.status = status;
  response.body = body;
  try {
    require_success(response, request, "search of https://h");
  } catch (const Error& error) {
    text = error.what();
    return error.kind();
  }
  return ErrorKind::internal;
}

TEST(Statuses, SayWhatToDo) {
  std::string text;
  EXPECT_EQ(kind_of(400, R"({"code":"BadRequest","description":"bbox is wrong"})", text), ErrorKind::usage);
  EXPECT_NE(text.find("bbox is wrong"), std::string::npos);
  EXPECT_EQ(kind_of(403, "<html>", text), ErrorKind::service);
  EXPECT_NE(text.find("credentials"), std::string::npos);
  EXPECT_EQ(kind_of(503, "", text), ErrorKind::service);
  EXPECT_NE(text.find("later"), std::string::npos);
}

TEST(Statuses, DoNotRepeatSecretsThatAServiceRepeats) {
  std::string text;
  kind_of(403, R"({"message":"token verysecret of Bearer topsecret is wrong\u001b[2J"})", text);
  EXPECT_EQ(text.find("verysecret"), std::string::npos) << text;
  EXPECT_EQ(text.find("topsecret"), std::string::npos) << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace isotherm

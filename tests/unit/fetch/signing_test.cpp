// Signatures, keys and tokens, as far as they need no server: tests/fetch/fetch_test.py has the rest.
#include "isotherm/fetch/signing.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "isotherm/core/error.h"

namespace isotherm {
namespace {

Environment variables(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string() : found->second;
  };
}

class Silence : public Log {
 public:
  void write(LogLevel, std::string_view) override {}
};

HttpRequest signed_request(const std::string& href, std::map<std::string, std::string> values,
                           const std::string& how = "auto") {
  const StopToken stop;
  Silence log;
  HttpClient client({}, stop, log);
  Signer signer({how}, client, variables(std::move(values)));
  HttpRequest request;
  signer.apply(href, request, false);
  return request;
}

std::string header(const HttpRequest& request, const std::string& name) {
  for (const HttpHeader& one : request.headers) {
    if (one.name == name) return one.value;
  }
  return "";
}

TEST(S3, AddressesOfBuckets) {
  S3Settings settings;
  EXPECT_EQ(s3_url("s3://usgs-landsat/collection02/a b/B4.TIF", settings),
            "https://usgs-landsat.s3.us-west-2.amazonaws.com/collection02/a%20b/B4.TIF");
  EXPECT_EQ(s3_url("s3://dotted.bucket/x", settings), "https://s3.us-west-2.amazonaws.com/dotted.bucket/x");
  settings.endpoint = "127.0.0.1:9000";
  settings.https = settings.virtual_hosting = false;
  EXPECT_EQ(s3_url("s3://bucket/x/y.tif", settings), "http://127.0.0.1:9000/bucket/x/y.tif");
  for (const char* href :
       {"s3://", "s3://bucket", "s3://bucket/", "s3:///key", "s3://a@evil.org/x", "s3://a:80/x"}) {
    EXPECT_THROW(s3_url(href, settings), Error) << href;
  }
}

TEST(S3, SettingsFromTheUsualVariables) {
  const S3Settings settings = s3_settings(variables({{"AWS_ACCESS_KEY_ID", "id"},
                                                     {"AWS_SECRET_ACCESS_KEY", "secret"},
                                                     {"AWS_SESSION_TOKEN", "session"},
                                                     {"AWS_DEFAULT_REGION", "eu-west-1"},
                                                     {"AWS_REQUEST_PAYER", "requester"},
                                                     {"AWS_VIRTUAL_HOSTING", "FALSE"},
                                                     {"AWS_HTTPS", "NO"}}));
  EXPECT_EQ(settings.key_id, "id");
  EXPECT_EQ(settings.session_token, "session");
  EXPECT_EQ(settings.region, "eu-west-1");
  EXPECT_EQ(settings.payer, "requester");
  EXPECT_FALSE(settings.virtual_hosting);
  EXPECT_FALSE(settings.https);
  EXPECT_FALSE(s3_settings(variables({})).usable());
  EXPECT_TRUE(s3_settings(variables({{"AWS_NO_SIGN_REQUEST", "YES"}})).usable());
}

TEST(S3, SettingsFromAProfile) {
  const std::string path = testing::TempDir() + "aws_credentials";
  std::ofstream(path) << "[default]\naws_access_key_id = one\naws_secret_access_key=x\n\n[city]\n"
                         "aws_access_key_id=two\naws_secret_access_key = y=z\nregion = us-west-2\n";
  const auto id = [&](const std::string& profile) {
    return s3_settings(variables({{"AWS_SHARED_CREDENTIALS_FILE", path}, {"AWS_PROFILE", profile}})).key_id;
  };
  EXPECT_EQ(id(""), "one");
  EXPECT_EQ(id("city"), "two");
  EXPECT_EQ(id("none"), "");
  EXPECT_EQ(s3_settings(variables({{"AWS_SHARED_CREDENTIALS_FILE", path}, {"AWS_PROFILE", "city"}})).secret,
            "y=z");
  std::filesystem::remove(path);
}

TEST(Signer, RequesterPaysAndSession) {
  const HttpRequest request = signed_request("s3://usgs-landsat/x.TIF", {{"AWS_ACCESS_KEY_ID", "id"},
                                                                         {"AWS_SECRET_ACCESS_KEY", "secret"},
                                                                         {"AWS_SESSION_TOKEN", "session"},
                                                                         {"AWS_REQUEST_PAYER", "requester"}});
  EXPECT_EQ(header(request, "x-amz-request-payer"), "requester");
  EXPECT_EQ(header(request, "x-amz-security-token"), "session");
  ASSERT_TRUE(request.aws);
  EXPECT_EQ(request.aws->region, "us-west-2");
}

TEST(Signer, WithoutAKeyItSaysWhichVariables) {
  try {
    signed_request("s3://usgs-landsat/x.TIF", {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("AWS_ACCESS_KEY_ID"), std::string::npos);
  }
  EXPECT_FALSE(signed_request("s3://open/x.TIF", {{"AWS_NO_SIGN_REQUEST", "YES"}}).aws);
}

TEST(Signer, TokensGoToTheirHostsAndNowhereElse) {
  const std::map<std::string, std::string> values{{"USGS_TOKEN", "abc"},
                                                  {"ISOTHERM_TOKENS", "data.org=xyz, 127.0.0.1:81=l"}};
  EXPECT_EQ(header(signed_request("https://landsatlook.usgs.gov/x", values), "Authorization"), "Bearer abc");
  EXPECT_EQ(header(signed_request("https://usgs.gov.evil.org/x", values), "Authorization"), "");
  EXPECT_EQ(header(signed_request("https://evilusgs.gov/x", values), "Authorization"), "");
  EXPECT_EQ(header(signed_request("http://landsatlook.usgs.gov/x", values), "Authorization"), "")
      << "not in the clear";
  EXPECT_EQ(header(signed_request("https://data.org/x", values), "Authorization"), "Bearer xyz");
  EXPECT_EQ(header(signed_request("http://127.0.0.1:81/x", values), "Authorization"), "Bearer l");
}

TEST(Signer, ASignedHrefThatStillHoldsIsLeftAlone) {
  const std::string href = "https://a.blob.core.windows.net/c/x.tif?se=2999-01-01T00%3A00%3A00Z&sig=abc";
  EXPECT_EQ(signed_request(href, {}).url, href);
  EXPECT_EQ(signed_request("https://a.blob.core.windows.net/c/x.tif", {}, "none").url,
            "https://a.blob.core.windows.net/c/x.tif");
}

TEST(Signer, ACommandPrintsTheSignedAddress) {
  EXPECT_EQ(signed_request("https://a/x'y.tif", {}, "printf '%s?sig=1\\n'").url, "https://a/x'y.tif?sig=1");
  EXPECT_THROW(signed_request("https://a/x.tif", {}, "false"), Error);
  EXPECT_THROW(signed_request("https://a/x.tif", {}, "echo file:///etc/passwd #"), Error);
}

TEST(BlobPlace, AccountAndContainer) {
  const auto place = blob_place("https://landsateuwest.blob.core.windows.net/landsat-c2/level-2/B4.TIF");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->account, "landsateuwest");
  EXPECT_EQ(place->container, "landsat-c2");
  EXPECT_FALSE(blob_place("https://landsateuwest.blob.core.windows.net/x.tif"));
  EXPECT_FALSE(blob_place("https://blob.core.windows.net.evil.org/c/x.tif"));
  EXPECT_FALSE(blob_place("s3://bucket/x"));
}

TEST(UnixTime, OfInstants) {
  EXPECT_EQ(unix_time("1970-01-02T00:00:01Z"), 86401.0);
  EXPECT_EQ(unix_time("2024-06-01T10:00:00.5Z"), 1717236000.0);
  EXPECT_FALSE(unix_time("tomorrow"));
}

}  // namespace
}  // namespace isotherm

// What an href needs before a server gives the file: a signature, a key, a token.
//
//   s3://bucket/key             signed by AWS signature version 4, with the variables that AWS's and GDAL's
//   tools read
//   *.blob.core.windows.net     a shared-access token of the Planetary Computer, asked for once per container
//   and anew
//                               before it runs out
//   usgs.gov                    "Authorization: Bearer" from USGS_TOKEN; other hosts from ISOTHERM_TOKENS
//   any href                    a command of the user's own (--sign) that prints it signed
//
// Secrets stay in requests: nothing made here is logged or stored, and tokens travel by https only (or to
// this machine itself).
//
// Sources: Planetary Computer documentation, "Using tokens for data access" (sas/v1/token, sas/v1/sign; the
// variables PC_SDK_SAS_URL and PC_SDK_SUBSCRIPTION_KEY are its Python package's); AWS command line reference,
// environment variables; GDAL documentation of /vsis3/ (AWS_S3_ENDPOINT, AWS_VIRTUAL_HOSTING, AWS_HTTPS,
// AWS_NO_SIGN_REQUEST, AWS_REQUEST_PAYER).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/io/http.h"

namespace isotherm {

/// Reads an environment variable; empty when it is not set.
using Environment = std::function<std::string(const std::string&)>;
std::string environment_variable(const std::string& name);

/// How S3 is reached.
struct S3Settings {
  std::string key_id, secret, session_token;
  std::string region = "us-west-2";  ///< where the Landsat bucket is; the service corrects a wrong one
  std::string endpoint;              ///< "host[:port]"; empty: Amazon
  bool https = true;
  bool virtual_hosting = true;  ///< https://bucket.host/key, not https://host/bucket/key
  bool no_sign = false;         ///< for public buckets
  std::string payer;            ///< "requester", or empty
  bool usable() const { return no_sign || !key_id.empty(); }
};
/// From AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, AWS_DEFAULT_REGION,
/// AWS_S3_ENDPOINT, AWS_HTTPS, AWS_VIRTUAL_HOSTING, AWS_NO_SIGN_REQUEST, AWS_REQUEST_PAYER, and the profile
/// AWS_PROFILE of AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials) where no key is given.
S3Settings s3_settings(const Environment& environment);
/// The https (or http) address of s3://bucket/key. Throws Error(input) when the href names no bucket or no
/// key.
std::string s3_url(const std::string& href, const S3Settings& settings);

/// Account and container of an address on Azure's blob storage.
struct BlobPlace {
  std::string account, container;
};
std::optional<BlobPlace> blob_place(const std::string& href);
/// Unix seconds of "2024-06-01T10:00:00Z"; nothing when it is no such instant.
std::optional<double> unix_time(std::string_view instant);

struct SignOptions {
  /// "auto", "none", "planetary-computer", or a command that gets an href as its last argument and prints it
  /// signed.
  std::string how = "auto";
};

/// Safe for any number of threads.
class Signer {
 public:
  /// `client` outlives the signer.
  Signer(SignOptions options, HttpClient& client, Environment environment = environment_variable);
  ~Signer();

  /// Sets URL, headers and key of a request for `href`. `anew`: what was signed before has been refused.
  /// Throws Error(usage) for an href that needs a key that is not there.
  void apply(const std::string& href, HttpRequest& request, bool anew);
  /// Looks at a refusal: true when signing anew may help.
  bool may_renew(const std::string& href, const HttpResponse& refusal);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace isotherm

// One file from one address to disk: continued where it broke off, checked, put in place whole.
//
// Bytes go to "NAME.part" beside the final file. A part is continued only under the validator (ETag, or date
// of last change) that its first bytes came with: the server answers with the rest when its file is still the
// same, and with all of it otherwise (If-Range, RFC 9110 13.1.5). The final name appears by a rename once
// size and checksum are right.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "isotherm/core/error.h"
#include "isotherm/fetch/signing.h"
#include "isotherm/io/byte_source.h"
#include "isotherm/io/digest.h"

namespace isotherm {

/// Bytes came, but not those that were asked for or announced: what is on disk of the file is of no use.
class WrongContent : public Error {
 public:
  explicit WrongContent(const std::string& text) : Error(ErrorKind::service, text) {}
};

/// How the bytes of a file are reached.
struct TransferContext {
  HttpClient& client;
  Signer& signer;
  const StopToken& stop;
  std::uint64_t longest_file = std::uint64_t{16} << 30;
};

struct TransferRequest {
  std::string href;        ///< http, https or s3
  std::string part;        ///< the file that is filled
  std::string validator;   ///< of what `part` holds; empty: nothing of use
  std::uint64_t size = 0;  ///< of the whole file, from when `part` was begun; 0: unknown
  bool page = false;       ///< may be a web page; otherwise one is a refusal (the login page of a portal)
  /// Told of the validator and size of a file before its first byte is kept, so that it can be continued
  /// later.
  std::function<void(const std::string& validator, std::uint64_t size)> started;
};

struct TransferResult {
  std::uint64_t size = 0;      ///< of the file
  std::uint64_t received = 0;  ///< bytes that came over the network
  int retries = 0;
  std::string etag;
  bool etag_is_md5 = false;  ///< a service of S3's kind, a file stored in one piece
};

/// Fills `part` to the end. Throws Error(network, service, output, interrupted), WrongContent; what was
/// received is counted in `result` also then.
void transfer(const TransferRequest& request, const TransferContext& context, TransferResult& result);

/// What a finished file is compared with; throws WrongContent when it differs. Gives what it was verified by.
struct Expected {
  std::optional<std::uint64_t> size;  ///< file:size of the item
  std::string checksum;               ///< file:checksum of the item, a multihash
};
std::string verify(const std::string& path, const Expected& expected, const TransferResult& result);

/// Syncs `from` and renames it to `to`. Throws Error(output).
void put_in_place(const std::string& from, const std::string& to);

/// Bytes of a remote file in pieces, all of one version of it. `received`, `retries` and `requests` count.
class RemoteBytes : public ByteSource {
 public:
  RemoteBytes(std::string href, const TransferContext& context) : href_(std::move(href)), context_(context) {}
  std::string read(std::uint64_t first, std::uint64_t count) override;
  std::uint64_t size() override { return size_; }

  std::uint64_t received = 0;
  int retries = 0;
  std::uint64_t requests = 0;

 private:
  std::string href_;
  const TransferContext& context_;
  std::string validator_;
  std::uint64_t size_ = 0;
};

/// Thrown by RemoteBytes::read when the server knows no ranges: the file has to be fetched whole.
class NoRanges : public std::exception {};

}  // namespace isotherm

// Digests of files and texts, by OpenSSL: what says that bytes arrived as they left.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace isotherm {

class Digest {
 public:
  /// "md5", "sha1", "sha256", "sha384" or "sha512". Throws Error(internal) for another.
  explicit Digest(const std::string& algorithm);
  Digest(Digest&&) noexcept;
  ~Digest();
  void add(std::string_view bytes);
  /// Lower-case hexadecimal digits; ends the digest.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string text_digest(const std::string& algorithm, std::string_view text);
/// Throws Error(input) when the file cannot be read.
std::string file_digest(const std::string& algorithm, const std::string& path);

/// What a checksum of STAC's file extension says: an algorithm of Digest and the digits expected.
struct Checksum {
  std::string algorithm;
  std::string hex;
};
/// A multihash in hexadecimal digits: code, length, digest, the first two as varints
/// (https://multiformats.io/multihash, table of codes at github.com/multiformats/multicodec). Nothing when it
/// is none, its length is wrong, or the algorithm is not one of Digest's.
std::optional<Checksum> parse_multihash(std::string_view hex);

}  // namespace isotherm

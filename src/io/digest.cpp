#include "isotherm/io/digest.h"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <fstream>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {

namespace {

struct MultihashRow {
  std::uint64_t code;
  std::uint64_t bytes;
  const char* algorithm;
};
constexpr std::array<MultihashRow, 5> kMultihashes{{{0x11, 20, "sha1"},
                                                    {0x12, 32, "sha256"},
                                                    {0x13, 64, "sha512"},
                                                    {0x20, 48, "sha384"},
                                                    {0xd5, 16, "md5"}}};

std::string hex_digits(const unsigned char* bytes, std::size_t count) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (std::size_t n = 0; n < count; ++n) {
    text += kHex[bytes[n] >> 4];
    text += kHex[bytes[n] & 15];
  }
  return text;
}

/// An unsigned varint (seven bits a byte, low ones first) at the front of `hex`, which it shortens.
std::optional<std::uint64_t> take_varint(std::string_view& hex) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 28 && hex.size() >= 2; shift += 7) {
    std::uint64_t byte = 0;
    for (const char c : hex.substr(0, 2)) {
      byte = byte * 16 + static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    hex.remove_prefix(2);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

}  // namespace

struct Digest::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Digest::Digest(const std::string& algorithm) : state_(std::make_unique<State>()) {
  const EVP_MD* method = EVP_get_digestbyname(algorithm.c_str());
  if (method == nullptr || state_->context == nullptr ||
      EVP_DigestInit_ex(state_->context, method, nullptr) != 1) {
    throw Error(ErrorKind::internal, "this OpenSSL computes no " + algorithm);
  }
}

Digest::Digest(Digest&&) noexcept = default;
Digest::~Digest() = default;

void Digest::add(std::string_view bytes) { EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()); }

std::string Digest::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_DigestFinal_ex(state_->context, digest.data(), &length);
  return hex_digits(digest.data(), length);
}

std::string text_digest(const std::string& algorithm, std::string_view text) {
  Digest digest(algorithm);
  digest.add(text);
  return digest.hex();
}

std::string file_digest(const std::string& algorithm, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(ErrorKind::input, path + ": cannot be read");
  Digest digest(algorithm);
  std::string part(std::size_t{1} << 18, '\0');
  while (file) {
    file.read(part.data(), static_cast<std::streamsize>(part.size()));
    digest.add(std::string_view(part).substr(0, static_cast<std::size_t>(file.gcount())));
  }
  if (!file.eof()) throw Error(ErrorKind::input, path + ": cannot be read to its end");
  return digest.hex();
}

std::optional<Checksum> parse_multihash(std::string_view text) {
  const std::string digits = lower(text);
  if (digits.size() % 2 != 0 || digits.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return std::nullopt;
  }
  std::string_view rest = digits;
  const auto code = take_varint(rest);
  const auto length = take_varint(rest);
  if (!code || !length || rest.size() != 2 * *length) return std::nullopt;
  for (const MultihashRow& row : kMultihashes) {
    if (row.code == *code && row.bytes == *length) return Checksum{row.algorithm, std::string(rest)};
  }
  return std::nullopt;
}

}  // namespace isotherm

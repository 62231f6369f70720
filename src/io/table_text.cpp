#include "table_text.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <utility>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {

namespace {

constexpr double kWholeLimit = 9007199254740992.0;  // 2^53
constexpr int kMostDigits = 15;                     // so many survive a double

/// 10^n for n from -20 to 20; those that are whole are exact.
constexpr std::array<double, 41> kPowers{
    1e-20, 1e-19, 1e-18, 1e-17, 1e-16, 1e-15, 1e-14, 1e-13, 1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-7,
    1e-6,  1e-5,  1e-4,  1e-3,  1e-2,  1e-1,  1e0,   1e1,   1e2,   1e3,   1e4,   1e5,  1e6,  1e7,
    1e8,   1e9,   1e10,  1e11,  1e12,  1e13,  1e14,  1e15,  1e16,  1e17,  1e18,  1e19, 1e20};
constexpr double power_of_ten(int n) { return kPowers[static_cast<std::size_t>(n + 20)]; }

/// The place of the first digit: 10^place <= value < 10^(place + 1).
int leading_place(double value) {
  int binary = 0;
  std::frexp(value, &binary);
  int place = static_cast<int>(std::floor((binary - 1) * 0.30102999566398120));
  while (value >= power_of_ten(place + 1)) ++place;
  return place;
}

/// Digits of a positive number from 1e-5 to below 1e15 without an exponent. Five times as fast as the general
/// conversion of the standard library, which tables of millions of cells spend most of their time in.
void append_plain(std::string& out, double value, int digits) {
  int place = leading_place(value);
  const int shift = digits - 1 - place;
  const double scaled = shift >= 0 ? value * power_of_ten(shift) : value / power_of_ten(-shift);
  std::int64_t rounded = std::llround(scaled);
  int decimals = shift;
  while (decimals > 0 && rounded % 10 == 0) {
    rounded /= 10;
    --decimals;
  }
  for (; decimals < 0; ++decimals) rounded *= 10;
  std::array<char, 24> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), rounded).ptr;
  const auto length = static_cast<int>(end - text.data());
  if (decimals == 0) {
    out.append(text.data(), end);
  } else if (length > decimals) {
    out.append(text.data(), end - decimals);
    out += '.';
    out.append(end - decimals, end);
  } else {
    out += "0.";
    out.append(static_cast<std::size_t>(decimals - length), '0');
    out.append(text.data(), end);
  }
}

/// Length of the UTF-8 sequence at `at`; 0 when it is none.
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  const unsigned lead = byte(at);
  const std::size_t length = lead < 0x80                   ? 1
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t k = 1; k < length; ++k) {
    if ((byte(at + k) & 0xC0) != 0x80) return 0;
  }
  if (lead == 0xE0 && byte(at + 1) < 0xA0) return 0;   // longer than need be
  if (lead == 0xED && byte(at + 1) >= 0xA0) return 0;  // half of a surrogate pair
  if (lead == 0xF0 && byte(at + 1) < 0x90) return 0;
  if (lead == 0xF4 && byte(at + 1) >= 0x90) return 0;  // above U+10FFFF
  return length;
}

}  // namespace

void append_integer(std::string& out, std::int64_t value) {
  std::array<char, 24> buffer;
  out.append(buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr);
}

void append_real(std::string& out, double value, int digits) {
  const double size = std::abs(value);
  if (size < kWholeLimit && value == std::trunc(value)) {
    append_integer(out, static_cast<std::int64_t>(value));
    return;
  }
  const float single = static_cast<float>(value);
  const bool is_single = static_cast<double>(single) == value;
  if (!is_single && digits > 0 && digits <= kMostDigits && size >= 1e-5 && size < 1e15) {
    if (value < 0) out += '-';
    append_plain(out, size, digits);
    return;
  }
  std::array<char, 40> buffer;
  char* const begin = buffer.data();
  char* const limit = begin + buffer.size();
  char* end;
  if (is_single) {
    end = std::to_chars(begin, limit, single).ptr;
  } else if (digits > 0) {
    end = std::to_chars(begin, limit, value, std::chars_format::general, digits).ptr;
  } else {
    end = std::to_chars(begin, limit, value).ptr;
  }
  out.append(begin, end);
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t k = 0; k < text.size();) {
    const char c = text[k];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
      ++k;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      static constexpr std::string_view kHex = "0123456789abcdef";
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
      ++k;
    } else if (const std::size_t length = utf8_length(text, k); length > 0) {
      out.append(text, k, length);
      k += length;
    } else {
      out += "\xEF\xBF\xBD";
      ++k;
    }
  }
  out += '"';
}

CoordinateText::CoordinateText(int decimals) : decimals_(std::clamp(decimals, 0, 15)), scale_(1) {
  for (int k = 0; k < decimals_; ++k) scale_ *= 10;
  if (decimals_ > 9) scale_ = 0;
}

void CoordinateText::append(std::string& out, double value) const {
  if (scale_ == 0 || !(std::abs(value) < 9e8)) {
    out += fixed_text(value, decimals_);
    return;
  }
  std::int64_t scaled = std::llround(value * static_cast<double>(scale_));
  if (scaled < 0) {
    out += '-';
    scaled = -scaled;
  }
  append_integer(out, scaled / scale_);
  std::int64_t rest = scaled % scale_;
  if (rest == 0) return;
  std::array<char, 16> digits;
  int count = decimals_;
  while (rest % 10 == 0) {
    rest /= 10;
    --count;
  }
  for (int k = count - 1; k >= 0; --k, rest /= 10)
    digits[static_cast<std::size_t>(k)] = static_cast<char>('0' + rest % 10);
  out += '.';
  out.append(digits.data(), static_cast<std::size_t>(count));
}

TextFile::TextFile(const std::string& path, bool overwrite) : file_(path, overwrite) {
  if (file_.is_stdout()) {
    descriptor_ = STDOUT_FILENO;
    return;
  }
  descriptor_ = ::open(file_.path().c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
  if (descriptor_ < 0) {
    throw Error(ErrorKind::output, path + ": cannot be written (" + std::strerror(errno) + ")");
  }
}

TextFile::~TextFile() {
  if (!file_.is_stdout() && descriptor_ >= 0) ::close(descriptor_);
}

void TextFile::write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor_, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      const std::string where = file_.is_stdout() ? "standard output" : file_.final_path();
      throw Error(ErrorKind::output, where + ": cannot be written (" + std::strerror(errno) + ")");
    }
  }
}

void TextFile::finish() {
  if (file_.is_stdout()) return;
  const int result = ::close(std::exchange(descriptor_, -1));
  if (result != 0) {
    throw Error(ErrorKind::output, file_.final_path() + ": cannot be written (" + std::strerror(errno) + ")");
  }
  file_.commit();
}

}  // namespace isotherm

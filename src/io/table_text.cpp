#include "table_text.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
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

/// The place of the first digit: 10^place <= value < 10^(place + 1). `value` is positive and normal.
int leading_place(double value) {
  const int binary = static_cast<int>(std::bit_cast<std::uint64_t>(value) >> 52) - 1023;
  int place = (binary * 1233) >> 12;  // log10(2), rounded down; the shift rounds down as well
  while (value >= power_of_ten(place + 1)) ++place;
  return place;
}

/// "00" to "99".
constexpr std::array<char, 200> kPairs = [] {
  std::array<char, 200> pairs{};
  for (std::size_t n = 0; n < 100; ++n) {
    pairs[2 * n] = static_cast<char>('0' + n / 10);
    pairs[2 * n + 1] = static_cast<char>('0' + n % 10);
  }
  return pairs;
}();

void write_pair(char* to, std::uint32_t value) { std::memcpy(to, kPairs.data() + std::size_t{2} * value, 2); }

void write_eight(char* to, std::uint32_t value) {
  const std::uint32_t high = value / 10000, low = value % 10000;
  write_pair(to, high / 100);
  write_pair(to + 2, high % 100);
  write_pair(to + 4, low / 100);
  write_pair(to + 6, low % 100);
}

constexpr int kDigits = 16;  // of a Decimal
constexpr std::uint64_t kDecimalLimit = 10000000000000000;

/// A whole number below 10^16 as the last of sixteen digits, with room behind them to copy sixteen
/// characters from any of them: copies of a fixed length are a few instructions.
struct Decimal {
  explicit Decimal(std::uint64_t value) {
    // Most numbers have eight to ten digits: the zeros before them are not needed.
    const auto high = static_cast<std::uint32_t>(value / 100000000);
    if (high >= 100) {
      write_eight(text.data(), high);
    } else {
      write_pair(text.data() + 6, high);
    }
    write_eight(text.data() + 8, static_cast<std::uint32_t>(value % 100000000));
  }
  std::array<char, 2 * kDigits> text{};
};

/// 10^n as a whole number.
constexpr std::array<std::uint64_t, kDigits + 1> kWholePowers = [] {
  std::array<std::uint64_t, kDigits + 1> powers{1};
  for (std::size_t n = 1; n < powers.size(); ++n) powers[n] = 10 * powers[n - 1];
  return powers;
}();

/// `digits`, or one more when rounding has carried that far.
int count_rounded(std::uint64_t rounded, int digits) {
  return digits + (rounded >= kWholePowers[static_cast<std::size_t>(digits)] ? 1 : 0);
}

/// The nearest whole number, a half upwards; below 2^50, so that the sum is exact. By way of a signed number,
/// which processors convert in one step.
std::int64_t round_half_up(double value) { return static_cast<std::int64_t>(value + 0.5); }

/// How many digits a positive number below 10^16 has.
int count_digits(std::uint64_t value) {
  const int binary = static_cast<int>(std::bit_width(value)) - 1, fewest = ((binary * 1233) >> 12) + 1;
  return count_rounded(value, fewest);
}

/// value / 10^decimals, zeros at the end left out; `value` is not 0 and has so many digits.
char* write_scaled(char* to, std::uint64_t value, int digits, int decimals) {
  const Decimal decimal(value);
  const char* const begin = decimal.text.data() + (kDigits - digits);
  const int whole = digits - decimals;
  for (const char* end = decimal.text.data() + kDigits; decimals > 0 && end[-1] == '0'; --end) --decimals;
  if (whole > 0) {
    std::memcpy(to, begin, kDigits);
    to += whole;
    if (decimals == 0) return to;
    *to = '.';
    std::memcpy(to + 1, begin + whole, kDigits);
    return to + 1 + decimals;
  }
  std::memcpy(to, "0.00000000000000", kDigits);
  to += 2 - whole;
  std::memcpy(to, begin, kDigits);
  return to + decimals + whole;
}

/// Digits of a positive number from 1e-5 to below 1e15 without an exponent. Many times as fast as the general
/// conversion of the standard library, which tables of millions of cells spend most of their time in.
char* write_plain(char* to, double value, int digits) {
  int decimals = digits - 1 - leading_place(value);
  const double scaled = decimals >= 0 ? value * power_of_ten(decimals) : value / power_of_ten(-decimals);
  auto rounded = static_cast<std::uint64_t>(round_half_up(scaled));
  int count = count_rounded(rounded, digits);
  for (; decimals < 0; ++decimals, ++count) rounded *= 10;
  return write_scaled(to, rounded, count, decimals);
}

/// The shortest text of a float32 from 1e-3 to below 1e7; null where a tie or a power of two asks for the
/// general way. Of these numbers, no two decimals of seven digits round to the same float, so that seven
/// digits that do are the shortest; eight and nine are tried after them. All products are exact: 24 bits
/// times 5^11 fit a double.
char* write_shortest(char* to, float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7fffff) == 0) return nullptr;
  const auto wide = static_cast<double>(value);
  // Half the distance to the next float: what rounds to this one is nearer than that.
  const double half = std::bit_cast<double>((std::uint64_t{bits >> 23} - 127 - 24 + 1023) << 52);
  const int place = leading_place(wide);
  for (int digits = 7; digits <= 9; ++digits) {
    const int decimals = digits - 1 - place;
    const double power = power_of_ten(decimals), scaled = wide * power;
    const std::int64_t rounded = round_half_up(scaled);
    const double error = std::abs(static_cast<double>(rounded) - scaled), limit = half * power;
    if (error == 0.5 || error == limit) return nullptr;
    if (error > limit) continue;
    const auto whole = static_cast<std::uint64_t>(rounded);
    return write_scaled(to, whole, count_rounded(whole, digits), decimals);
  }
  return nullptr;
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

char* write_integer(char* to, std::int64_t value) {
  if (value <= 0 || static_cast<std::uint64_t>(value) >= kDecimalLimit)
    return std::to_chars(to, to + kLongestNumber, value).ptr;
  const auto positive = static_cast<std::uint64_t>(value);
  return write_scaled(to, positive, count_digits(positive), 0);
}

char* write_real(char* to, double value, int digits) {
  const double size = std::abs(value);
  if (size < kWholeLimit && value == static_cast<double>(static_cast<std::int64_t>(value)))
    return write_integer(to, static_cast<std::int64_t>(value));
  const float single = static_cast<float>(value);
  const bool is_single = static_cast<double>(single) == value;
  const bool shortest = is_single && size >= 1e-3 && size < 1e7;
  const bool plain = !is_single && digits > 0 && digits <= kMostDigits && size >= 1e-5 && size < 1e15;
  if (shortest || plain) {
    char* const begin = to + (value < 0 ? 1 : 0);
    *to = '-';
    if (plain) return write_plain(begin, size, digits);
    if (char* const end = write_shortest(begin, std::abs(single))) return end;
  }
  char* const limit = to + kLongestNumber;
  if (is_single) return std::to_chars(to, limit, single).ptr;
  if (digits > 0) return std::to_chars(to, limit, value, std::chars_format::general, digits).ptr;
  return std::to_chars(to, limit, value).ptr;
}

void append_integer(std::string& out, std::int64_t value) {
  std::array<char, kLongestNumber> text;
  out.append(text.data(), write_integer(text.data(), value));
}

void append_real(std::string& out, double value, int digits) {
  std::array<char, kLongestNumber> text;
  out.append(text.data(), write_real(text.data(), value, digits));
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
  if (!writes(value)) {
    out += fixed_text(value, decimals_);
    return;
  }
  std::array<char, kLongestNumber> text;
  out.append(text.data(), write(text.data(), value));
}

char* CoordinateText::write(char* to, double value) const {
  // A half goes away from zero; numbers are below 2^52, so that the sum is exact.
  const auto whole = static_cast<std::uint64_t>(std::abs(value) * static_cast<double>(scale_) + 0.5);
  if (whole == 0) {
    *to = '0';
    return to + 1;
  }
  *to = '-';
  return write_scaled(to + (value < 0 ? 1 : 0), whole, count_digits(whole), decimals_);
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
      start_writeback(written);
    } else if (errno != EINTR) {
      const std::string where = file_.is_stdout() ? "standard output" : file_.final_path();
      throw Error(ErrorKind::output, where + ": cannot be written (" + std::strerror(errno) + ")");
    }
  }
}

/// Has the system carry what was written to the disk meanwhile: a large file would otherwise be waited for at
/// its end, when it is synced.
void TextFile::start_writeback(std::int64_t more) {
  constexpr std::int64_t kPiece = std::int64_t{32} << 20;
  written_ += more;
  if (file_.is_stdout() || written_ - started_ < kPiece) return;
#ifdef __linux__
  ::sync_file_range(descriptor_, started_, written_ - started_, SYNC_FILE_RANGE_WRITE);
#endif
  started_ = written_;
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

#include <algorithm>
#include <bit>
#include <cstring>
#include <unordered_set>

#include "isotherm/core/error.h"
#include "isotherm/model/weights_text.h"

// Layout, all numbers little-endian: "ISOW", version 1 (32 bits), rows and links (64 bits each), 1 when
// values are stored, else 0 (64 bits); per row its number of links (32 bits); per link the neighbour's row
// (32 bits), ascending in a row; per link its value (64-bit float), when stored: weights that are all 1 are
// not; names as lengths (32 bits), then their bytes one after the other.

namespace isotherm {

namespace {

constexpr std::string_view kMagic = "ISOW";
constexpr std::uint32_t kVersion = 1;

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie in memory");

template <class Number>
void append(std::string& bytes, Number value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class Number>
void append_all(std::string& bytes, const std::vector<Number>& values) {
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Number));
}

class Bytes {
 public:
  Bytes(std::string_view bytes, const std::string& source) : rest_(bytes), source_(source) {}

  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) fail("is cut short");
    const std::string_view part = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(part.size());
    return part;
  }
  template <class Number>
  Number number() {
    Number value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  /// Checked against what is left before anything is allocated.
  template <class Number>
  std::vector<Number> numbers(std::uint64_t count) {
    if (count > rest_.size() / sizeof(Number)) fail("is cut short");
    std::vector<Number> values(static_cast<std::size_t>(count));
    const std::string_view part = take(count * sizeof(Number));
    if (!values.empty()) std::memcpy(values.data(), part.data(), part.size());
    return values;
  }
  bool empty() const { return rest_.empty(); }
  [[noreturn]] void fail(const std::string& why) const {
    throw Error(ErrorKind::input, source_ + ": " + why);
  }

 private:
  std::string_view rest_;
  const std::string& source_;
};

void read_names(Bytes& bytes, std::uint64_t rows, NamedWeights& named) {
  const std::vector<std::uint32_t> lengths = bytes.numbers<std::uint32_t>(rows);
  named.names.reserve(lengths.size());
  for (std::uint32_t length : lengths) named.names.emplace_back(bytes.take(length));
  std::unordered_set<std::string_view> seen;
  for (const std::string& name : named.names) {
    if (!seen.insert(name).second) bytes.fail("names '" + name + "' twice");
  }
}

}  // namespace

std::string weights_binary(const NamedWeights& named) {
  const Weights& weights = named.weights;
  const bool valued =
      std::any_of(weights.values.begin(), weights.values.end(), [](double w) { return w != 1; });
  std::string bytes(kMagic);
  append(bytes, kVersion);
  append(bytes, static_cast<std::uint64_t>(weights.rows()));
  append(bytes, static_cast<std::uint64_t>(weights.links()));
  append(bytes, static_cast<std::uint64_t>(valued ? 1 : 0));
  for (std::size_t row = 0; row < weights.rows(); ++row)
    append(bytes, static_cast<std::uint32_t>(weights.degree(row)));
  append_all(bytes, weights.columns);
  if (valued) append_all(bytes, weights.values);
  for (const std::string& name : named.names) append(bytes, static_cast<std::uint32_t>(name.size()));
  for (const std::string& name : named.names) bytes += name;
  return bytes;
}

NamedWeights parse_weights_binary(std::string_view text, const std::string& source) {
  Bytes bytes(text, source);
  if (text.substr(0, kMagic.size()) != kMagic) bytes.fail("is no weights file (it should begin with ISOW)");
  bytes.take(kMagic.size());
  if (const auto version = bytes.number<std::uint32_t>(); version != kVersion)
    bytes.fail("has version " + std::to_string(version) + ", and version 1 is understood");
  const auto rows = bytes.number<std::uint64_t>(), links = bytes.number<std::uint64_t>();
  const auto valued = bytes.number<std::uint64_t>();
  if (rows > 0x7fffffff || valued > 1) bytes.fail("has a head that cannot be");
  NamedWeights named;
  for (std::uint32_t degree : bytes.numbers<std::uint32_t>(rows))
    named.weights.starts.push_back(named.weights.starts.back() + degree);
  if (static_cast<std::uint64_t>(named.weights.starts.back()) != links)
    bytes.fail("counts " + std::to_string(links) + " links, and its rows have " +
               std::to_string(named.weights.starts.back()));
  named.weights.columns = bytes.numbers<std::int32_t>(links);
  for (std::size_t row = 0; row < rows; ++row) {
    std::int64_t last = -1;
    for (std::int32_t column : named.weights.neighbours(row)) {
      if (column <= last || column >= static_cast<std::int64_t>(rows) ||
          column == static_cast<std::int64_t>(row))
        bytes.fail("row " + std::to_string(row + 1) +
                   " has links that are out of order, out of range or to itself");
      last = column;
    }
  }
  if (valued == 1) {
    named.weights.values = bytes.numbers<double>(links);
    if (!std::all_of(named.weights.values.begin(), named.weights.values.end(),
                     [](double w) { return w >= 0 && w <= kLargestWeight; }))
      bytes.fail("holds a weight that is not one from 0 to 1e100");
  } else {
    named.weights.values.assign(static_cast<std::size_t>(links), 1.0);
  }
  read_names(bytes, rows, named);
  if (!bytes.empty()) bytes.fail("is longer than it says");
  return named;
}

}  // namespace isotherm

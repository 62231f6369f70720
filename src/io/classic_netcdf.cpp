#include "classic_netcdf.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <vector>

namespace isotherm {

namespace {

constexpr std::uint64_t kTooLong = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kMostItems = 100000;  // dimensions, attributes or variables of a header
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 60;

struct HeaderFault {};

class ClassicHeader {
 public:
  ClassicHeader(std::istream& file, int version) : file_(file), version_(version) {}

  std::uint64_t bytes() {
    records_ = count();
    read_dimensions();
    skip_attributes();
    read_variables();
    return needed_;
  }

 private:
  std::uint64_t number(int width) {
    std::array<char, 8> bytes{};
    if (!file_.read(bytes.data(), width)) throw HeaderFault{};
    std::uint64_t value = 0;
    for (int k = 0; k < width; ++k)
      value = value << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(k)]);
    return value;
  }
  std::uint64_t count() { return number(version_ == 5 ? 8 : 4); }
  std::uint64_t items() {
    number(4);  // the tag of the list
    const std::uint64_t items = count();
    if (items > kMostItems) throw HeaderFault{};
    return items;
  }
  void skip(std::uint64_t bytes) {
    if (bytes > kMostBytes || !file_.ignore(static_cast<std::streamsize>((bytes + 3) / 4 * 4)))
      throw HeaderFault{};
  }
  void skip_name() { skip(count()); }

  static std::uint64_t type_bytes(std::uint64_t type) {
    static constexpr std::array<std::uint64_t, 12> kBytes{0, 1, 1, 2, 4, 4, 8, 1, 2, 4, 8, 8};
    if (type == 0 || type >= kBytes.size()) throw HeaderFault{};
    return kBytes[type];
  }
  static std::uint64_t product(std::uint64_t a, std::uint64_t b) {
    if (b != 0 && a > kMostBytes / b) throw HeaderFault{};
    return a * b;
  }

  void read_dimensions() {
    for (std::uint64_t left = items(); left > 0; --left) {
      skip_name();
      sizes_.push_back(count());
    }
  }
  void skip_attributes() {
    for (std::uint64_t left = items(); left > 0; --left) {
      skip_name();
      const std::uint64_t bytes = type_bytes(number(4));
      skip(product(bytes, count()));
    }
  }

  /// Variables of records lie record by record; the last record ends the file.
  void read_variables() {
    struct Records {
      std::uint64_t begin, bytes;
    };
    std::vector<Records> records;
    std::uint64_t step = 0;
    for (std::uint64_t left = items(); left > 0; --left) {
      skip_name();
      std::uint64_t bytes = 1;
      bool of_records = false;
      for (std::uint64_t k = 0, rank = count(); k < rank; ++k) {
        const std::uint64_t which = count();
        if (which >= sizes_.size()) throw HeaderFault{};
        if (k == 0 && sizes_[which] == 0)
          of_records = true;
        else
          bytes = product(bytes, sizes_[which]);
      }
      skip_attributes();
      bytes = product(bytes, type_bytes(number(4)));
      count();  // the size as the header has it, which may be cut to 32 bits
      const std::uint64_t begin = number(version_ == 1 ? 4 : 8);
      if (begin > kMostBytes) throw HeaderFault{};
      if (of_records) {
        records.push_back({begin, bytes});
        step += (bytes + 3) / 4 * 4;
      } else {
        needed_ = std::max(needed_, begin + bytes);
      }
    }
    const std::uint64_t streaming = version_ == 5 ? kTooLong : 0xFFFFFFFF;
    if (records_ == 0 || records_ == streaming) return;
    if (records.size() == 1) step = records.front().bytes;  // alone it is not padded
    for (const Records& one : records)
      needed_ = std::max(needed_, one.begin + product(records_ - 1, step) + one.bytes);
  }

  std::istream& file_;
  int version_;
  std::uint64_t records_ = 0, needed_ = 0;
  std::vector<std::uint64_t> sizes_;
};

}  // namespace

std::optional<std::uint64_t> classic_netcdf_bytes(std::istream& file) {
  std::array<char, 4> magic{};
  if (!file.read(magic.data(), magic.size())) return std::nullopt;
  const int version = magic[3];
  if (std::string(magic.data(), 3) != "CDF" || (version != 1 && version != 2 && version != 5))
    return std::nullopt;
  try {
    return ClassicHeader(file, version).bytes();
  } catch (const HeaderFault&) {
    return kTooLong;
  }
}

}  // namespace isotherm

#include "record_file.h"

#include "isotherm/core/bytes.h"
#include "isotherm/core/error.h"
#include "isotherm/core/hash.h"

namespace isotherm {

namespace {

constexpr std::uint32_t kOrder = 0x01020304, kVersion = 1;
constexpr std::size_t kHead = 16, kTail = 32;

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

RecordFileWriter::RecordFileWriter(const std::string& path, std::string_view magic, bool overwrite)
    : file_(path, overwrite), magic_(magic) {
  if (file_.is_stdout()) {
    throw Error(ErrorKind::usage, "coverage and parts are not written to standard output; give a file name");
  }
  out_.open(file_.path(), std::ios::binary);
  ByteWriter head;
  head.append(magic);
  head.fixed(kOrder);
  head.fixed(kVersion);
  write(head.bytes());
}

void RecordFileWriter::write(std::string_view bytes) {
  out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  length_ += bytes.size();
  if (!out_) throw Error(ErrorKind::output, file_.final_path() + ": cannot be written; is the disk full?");
}

std::uint64_t RecordFileWriter::append(std::string_view record) {
  const std::uint64_t offset = length_;
  write(record);
  return offset;
}

void RecordFileWriter::finish(std::string_view contents) {
  ByteWriter tail;
  tail.fixed(append(contents));
  tail.fixed(static_cast<std::uint64_t>(contents.size()));
  tail.fixed(checksum64(std::as_bytes(std::span(contents))));
  tail.append(magic_);
  write(tail.bytes());
  out_.close();
  if (!out_) throw Error(ErrorKind::output, file_.final_path() + ": cannot be written; is the disk full?");
  file_.commit();
}

std::span<const std::byte> contents_of(std::span<const std::byte> bytes, std::string_view magic,
                                       const std::string& what, const std::string& name, bool sums) {
  const auto refuse = [&](const std::string& why) -> void {
    throw Error(ErrorKind::input, name + ": " + why);
  };
  if (bytes.size() < kHead || text_of(bytes.first(magic.size())) != magic) {
    refuse("is not one of the " + what);
  }
  ByteReader head(bytes.subspan(magic.size(), kHead - magic.size()), name);
  if (head.fixed<std::uint32_t>() != kOrder) refuse("was written on a machine of another byte order");
  if (const auto version = head.fixed<std::uint32_t>(); version != kVersion) {
    refuse("has format version " + std::to_string(version) + "; this program reads version " +
           std::to_string(kVersion) + "; make it anew");
  }
  if (bytes.size() < kHead + kTail || text_of(bytes.last(magic.size())) != magic) {
    refuse("damaged: its end is missing");
  }
  ByteReader tail(bytes.last(kTail), name);
  const auto offset = tail.fixed<std::uint64_t>();
  const auto length = tail.fixed<std::uint64_t>();
  const auto sum = tail.fixed<std::uint64_t>();
  const std::uint64_t room = bytes.size() - kTail;
  if (offset > room || length > room - offset) refuse("damaged: its contents are not where it says");
  const auto contents = bytes.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(length));
  if (sums && checksum64(contents) != sum) refuse("damaged: a checksum is wrong");
  return contents;
}

}  // namespace isotherm

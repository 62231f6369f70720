// Numbers and texts as text formats need them, and the file they go to.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "isotherm/core/table.h"
#include "isotherm/io/output_file.h"

namespace isotherm {

/// A finite number, readable as JSON. Whole numbers (below 2^53) in full; a number that is a float32 as the
/// shortest text of that float32; anything else to `digits` significant digits (up to 15, the last one good
/// to a millionth of it), or with `digits` 0 as the shortest text that reads back as the same number.
void append_real(std::string& out, double value, int digits = 0);
void append_integer(std::string& out, std::int64_t value);
/// The same into memory with room for kLongestNumber characters; return the end of the text.
inline constexpr std::size_t kLongestNumber = 40;
char* write_real(char* to, double value, int digits = 0);
char* write_integer(char* to, std::int64_t value);
/// In quotation marks, escaped; bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// Fixed decimals with trailing zeros trimmed, for coordinates: `decimals` from 0 to 15.
class CoordinateText {
 public:
  explicit CoordinateText(int decimals);
  void append(std::string& out, double value) const;
  /// True when `write` may be used: the number is small enough.
  bool writes(double value) const {
    return scale_ != 0 && std::abs(value) * static_cast<double>(scale_) < 1e15;
  }
  /// Into memory with room for kLongestNumber characters; returns the end of the text.
  char* write(char* to, double value) const;

 private:
  int decimals_;
  std::int64_t scale_;  ///< 10^decimals; 0: numbers could leave 63 bits
};

/// Gathers short pieces of text and hands them to a string many at a time: a row of numbers costs no call and
/// no check of room per character.
class TextGather {
 public:
  explicit TextGather(std::string& out) : out_(out) {}
  TextGather(const TextGather&) = delete;
  TextGather& operator=(const TextGather&) = delete;
  ~TextGather() { flush(); }
  /// Memory for at least kRoom characters; end_at tells how many of them were used.
  static constexpr std::size_t kRoom = 2 * kLongestNumber + 4;
  char* room() {
    if (end_ > chunk_.data() + (chunk_.size() - kRoom)) flush();
    return end_;
  }
  void end_at(char* end) { end_ = end; }
  void put(char c) {
    char* to = room();
    *to = c;
    end_ = to + 1;
  }
  void put(std::string_view text) {
    if (text.size() > kRoom) {
      flush();
      out_ += text;
      return;
    }
    char* to = room();
    text.copy(to, text.size());
    end_ = to + text.size();
  }
  /// Of the string once all is flushed.
  std::size_t size() const { return out_.size() + static_cast<std::size_t>(end_ - chunk_.data()); }
  void flush() {
    out_.append(chunk_.data(), end_);
    end_ = chunk_.data();
  }

 private:
  std::string& out_;
  std::array<char, 8192> chunk_;
  char* end_ = chunk_.data();
};

/// A text file being made: whole batches are handed to the system at once. On standard output a reader that
/// has gone away is a normal end: what follows is dropped.
class TextFile {
 public:
  TextFile(const std::string& path, bool overwrite);
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;
  ~TextFile();
  /// Throws Error(output): also when standard output is a pipe whose reader has gone away, so that work
  /// stops.
  void write(std::string_view text);
  void finish();

 private:
  void start_writeback(std::int64_t more);

  OutputFile file_;
  int descriptor_ = -1;
  std::int64_t written_ = 0, started_ = 0;  ///< bytes; and how far the system was told to write them out
};

}  // namespace isotherm

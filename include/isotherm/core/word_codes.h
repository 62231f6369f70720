// Words told apart: each different word gets a number, 0, 1, ... in the order of its first appearance. A
// column of few words in many rows then takes four bytes a row. Words lie in one piece of text, about sixteen
// bytes a word beside its letters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm {

class WordCodes {
 public:
  /// The word's number, a new one for a new word. At most 2^32 - 2 words and as many letters of them together
  /// as memory holds; throws Error(input) beyond.
  std::uint32_t code(std::string_view word);
  std::size_t size() const { return ends_.size(); }
  std::string_view word(std::size_t code) const;
  std::size_t bytes() const;

 private:
  std::size_t slot_of(std::string_view word) const;
  void grow();

  std::string letters_;
  std::vector<std::size_t> ends_;
  std::vector<std::uint32_t> slots_;  ///< codes + 1 by hash; a power of two, at most half of it taken
};

}  // namespace isotherm

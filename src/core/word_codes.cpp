#include "isotherm/core/word_codes.h"

#include <functional>
#include <limits>

#include "isotherm/core/error.h"

namespace isotherm {

std::string_view WordCodes::word(std::size_t code) const {
  const std::size_t begin = code == 0 ? 0 : ends_[code - 1];
  return std::string_view(letters_).substr(begin, ends_[code] - begin);
}

std::size_t WordCodes::bytes() const {
  return letters_.capacity() + ends_.capacity() * sizeof(ends_.front()) +
         slots_.capacity() * sizeof(slots_.front());
}

/// Where the word stands, or would.
std::size_t WordCodes::slot_of(std::string_view word) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = std::hash<std::string_view>{}(word)&mask;
  while (slots_[slot] != 0 && this->word(slots_[slot] - 1) != word) slot = (slot + 1) & mask;
  return slot;
}

void WordCodes::grow() {
  const std::size_t size = slots_.empty() ? 64 : 2 * slots_.size();
  slots_ = {};  // the old ones go before the new ones come
  slots_.assign(size, 0);
  for (std::size_t code = 0; code < ends_.size(); ++code)
    slots_[slot_of(word(code))] = static_cast<std::uint32_t>(code + 1);
}

std::uint32_t WordCodes::code(std::string_view word) {
  if (2 * (ends_.size() + 1) > slots_.size()) grow();
  const std::size_t slot = slot_of(word);
  if (slots_[slot] != 0) return slots_[slot] - 1;
  if (ends_.size() >= std::numeric_limits<std::uint32_t>::max() - 1)
    throw Error(ErrorKind::input, "more than four thousand million different words in a column");
  letters_ += word;
  ends_.push_back(letters_.size());
  slots_[slot] = static_cast<std::uint32_t>(ends_.size());
  return static_cast<std::uint32_t>(ends_.size() - 1);
}

}  // namespace isotherm

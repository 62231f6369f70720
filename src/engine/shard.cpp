#include "isotherm/engine/shard.h"

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm {

Share parse_share(std::string_view text) {
  if (text.empty()) return {};
  constexpr long long kMost = 100000;
  const std::size_t slash = text.find('/');
  const auto index = parse_integer(text.substr(0, slash));
  const auto count = slash == std::string_view::npos ? std::nullopt : parse_integer(text.substr(slash + 1));
  if (!index || !count || *index < 1 || *count < *index || *count > kMost) {
    throw Error(ErrorKind::usage, "--shard '" + std::string(text) +
                                      "' is no share; give which of how many, such as 2/5 (1/5 to 5/5)");
  }
  return {static_cast<int>(*index), static_cast<int>(*count)};
}

}  // namespace isotherm

#include "json_support.h"

#include "isotherm/core/error.h"

namespace isotherm {

nlohmann::json parse_json(const std::string& text, const std::string& source) {
  // The parser would take a zero byte for the end and not look at what follows.
  if (text.find('\0') != std::string::npos) {
    throw Error(ErrorKind::input, source + ": holds binary data, not JSON");
  }
  constexpr int kDeepest = 64;
  const auto guard = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    if (depth > kDeepest) {
      throw Error(ErrorKind::input,
                  source + ": JSON nested deeper than " + std::to_string(kDeepest) + " levels");
    }
    return true;
  };
  try {
    return nlohmann::json::parse(text, guard);
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::input, source + ": not valid JSON (" + error.what() + ")");
  }
}

}  // namespace isotherm

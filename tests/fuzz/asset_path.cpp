// Names that strangers chose become names of files: always one harmless part of a path.
#include "isotherm/fetch/asset_path.h"

#include <algorithm>

#include "target.h"

namespace {

void harmless(const std::string& name) {
  using isotherm::fuzz::require;
  require(!name.empty() && name.size() <= isotherm::kLongestName, "a name that is empty or too long");
  require(name.front() != '.' && name.back() != '.', "a name that starts or ends with a dot");
  require(std::all_of(name.begin(), name.end(),
                      [](char c) {
                        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                               std::string_view("._-+=").find(c) != std::string_view::npos;
                      }),
          "a name with other characters than promised");
  require(isotherm::safe_name(name) == name, "a harmless name is changed");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = isotherm::fuzz::text_of(data, size);
  const std::size_t cut = text.find('\n');
  const std::string first = text.substr(0, cut),
                    second = cut == std::string::npos ? "" : text.substr(cut + 1);
  harmless(isotherm::safe_name(text));
  harmless(isotherm::asset_file_name(first, second, "image/tiff"));
  isotherm::FolderNames names;
  const std::string one = names.take(isotherm::safe_name(first), second);
  const std::string two = names.take(isotherm::safe_name(first), second);
  harmless(one);
  harmless(two);
  isotherm::fuzz::require(one != two, "one name given twice");
  return 0;
}

#include "mtl.h"

#include <cpl_minixml.h>

#include <memory>

#include "gdal_support.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "json_support.h"

namespace isotherm {

namespace {

Mtl parse_json_mtl(const std::string& text, const std::string& source) {
  const nlohmann::json document = parse_json(text, source);
  const auto fail = [&](const std::string& why) { throw Error(ErrorKind::input, source + ": " + why); };
  if (!document.is_object() || document.size() != 1 || !document.front().is_object()) {
    fail("Landsat metadata in JSON is one object in an object; this is not");
  }
  Mtl mtl;
  mtl.source = source;
  mtl.layout = document.begin().key();
  for (const auto& [group, members] : document.front().items()) {
    if (!members.is_object()) fail(group + " is not a group of keys");
    for (const auto& [key, value] : members.items()) {
      if (value.is_structured()) fail(group + "." + key + " is neither text nor number");
      mtl.groups[group][key] = value.is_string() ? value.get<std::string>() : value.dump();
    }
  }
  return mtl;
}

Mtl parse_xml_mtl(const std::string& text, const std::string& source) {
  init_gdal();
  clear_gdal_error();
  const std::unique_ptr<CPLXMLNode, void (*)(CPLXMLNode*)> tree(CPLParseXMLString(text.c_str()),
                                                                CPLDestroyXMLNode);
  if (!tree) throw Error(ErrorKind::input, source + ": not valid XML: " + last_gdal_error());
  Mtl mtl;
  mtl.source = source;
  const CPLXMLNode* root = tree.get();
  while (root != nullptr && (root->eType != CXT_Element || root->pszValue[0] == '?')) root = root->psNext;
  if (root == nullptr) throw Error(ErrorKind::input, source + ": XML without an element");
  mtl.layout = root->pszValue;
  for (const CPLXMLNode* group = root->psChild; group != nullptr; group = group->psNext) {
    if (group->eType != CXT_Element) continue;
    for (const CPLXMLNode* item = group->psChild; item != nullptr; item = item->psNext) {
      if (item->eType == CXT_Element) {
        mtl.groups[group->pszValue][item->pszValue] = CPLGetXMLValue(item, nullptr, "");
      }
    }
  }
  return mtl;
}

}  // namespace

std::optional<std::string> Mtl::text(std::initializer_list<std::string_view> names,
                                     std::string_view key) const {
  for (const std::string_view name : names) {
    const auto group = groups.find(name);
    if (group == groups.end()) continue;
    const auto item = group->second.find(key);
    if (item != group->second.end()) return item->second;
  }
  return std::nullopt;
}

std::optional<double> Mtl::number(std::initializer_list<std::string_view> names, std::string_view key) const {
  const auto value = text(names, key);
  if (!value || *value == "NULL" || value->empty()) return std::nullopt;
  const auto parsed = parse_number(*value);
  if (!parsed) {
    throw Error(ErrorKind::input, source + ": " + std::string(key) + " = '" + *value + "' is not a number");
  }
  return parsed;
}

Mtl parse_mtl(std::string text, const std::string& source) {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    throw Error(ErrorKind::input, source + ": is UTF-16 text; Landsat metadata is UTF-8");
  }
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  const std::string_view start = trim(text);
  if (start.empty()) throw Error(ErrorKind::input, source + ": is empty");
  if (text.find('\0') != std::string::npos) {
    throw Error(ErrorKind::input, source + ": holds binary data, not Landsat metadata");
  }
  Mtl mtl = start.front() == '{'   ? parse_json_mtl(text, source)
            : start.front() == '<' ? parse_xml_mtl(text, source)
                                   : parse_odl(text, source);
  if (mtl.layout != "LANDSAT_METADATA_FILE" && mtl.layout != "L1_METADATA_FILE") {
    throw Error(ErrorKind::input, source + ": outermost group is '" + mtl.layout +
                                      "'; expected LANDSAT_METADATA_FILE or L1_METADATA_FILE");
  }
  return mtl;
}

Mtl read_mtl(const std::string& path) {
  constexpr std::size_t kLongest = std::size_t{1} << 20;
  return parse_mtl(read_text_file(path, kLongest), path);
}

}  // namespace isotherm

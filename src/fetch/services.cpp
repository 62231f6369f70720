#include "isotherm/fetch/services.h"

#include <cstdlib>

#include "isotherm/core/error.h"
#include "isotherm/io/http.h"
#include "isotherm/io/json.h"
#include "isotherm/io/text_file.h"

namespace isotherm {

namespace {

StacService service_of(const Json& row, const std::string& path) {
  const auto text = [&](const char* key) { return row.text(key).value_or(""); };
  StacService service{text("name"), text("help"), text("url"), {}, text("header"), text("variable")};
  if (service.name.empty() || service.url.empty()) {
    throw Error(ErrorKind::input, path + ": a service needs a \"name\" and a \"url\"");
  }
  try {
    url_parts(service.url);
  } catch (const Error& error) {
    throw Error(ErrorKind::input, path + ": service '" + service.name + "': " + error.what());
  }
  if (service.header.empty() != service.variable.empty()) {
    throw Error(ErrorKind::input, path + ": service '" + service.name +
                                      "': \"header\" and \"variable\" (of the environment) go together");
  }
  if (const Json* list = row.find("collections")) {
    for (const Json& name : list->items()) {
      if (const auto told = name.text()) service.collections.push_back(*told);
    }
  }
  return service;
}

}  // namespace

const std::vector<StacService>& stac_services() {
  static const std::vector<StacService> list{
      {"earth-search",
       "Earth Search by Element 84; Landsat files on S3, requester pays",
       "https://earth-search.aws.element84.com/v1",
       {"landsat-c2-l2"},
       "",
       ""},
      {"planetary-computer",
       "Microsoft Planetary Computer; files need a signature, made by itself",
       "https://planetarycomputer.microsoft.com/api/stac/v1",
       {"landsat-c2-l2"},
       "Ocp-Apim-Subscription-Key",
       "PC_SDK_SUBSCRIPTION_KEY"},
      {"usgs",
       "USGS LandsatLook; reflectance and temperature are items of their own, files need a login or S3",
       "https://landsatlook.usgs.gov/stac-server",
       {"landsat-c2l2-sr", "landsat-c2l2-st"},
       "",
       ""},
  };
  return list;
}

std::vector<StacService> read_services(const std::string& path) {
  std::vector<StacService> all = stac_services();
  std::string file = path;
  if (const char* told = std::getenv("ISOTHERM_SERVICES"); file.empty() && told != nullptr) file = told;
  if (file.empty()) return all;
  const Json document = read_json(read_text(file), file);
  const Json* rows = document.find("services");
  if (rows == nullptr || !rows->is_array()) {
    throw Error(ErrorKind::input,
                file + ": no list of services: {\"services\": [{\"name\": ..., \"url\": ...}]}");
  }
  for (const Json& row : rows->items()) {
    const StacService told = service_of(row, file);
    std::erase_if(all, [&](const StacService& service) { return service.name == told.name; });
    all.push_back(told);
  }
  return all;
}

}  // namespace isotherm

// Series of the M3 competition (Makridakis and Hibon 2000); the tables lie beside the repository.
#pragma once

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "isotherm/core/text.h"

namespace isotherm::testing_support {

struct CompetitionSeries {
  std::vector<double> past, future;
};

/// By name; empty where the table is not at hand.
inline std::map<std::string, CompetitionSeries> competition(const std::string& file_name) {
  std::ifstream file(std::string(ISOTHERM_SOURCE_DIR) + "/../shared/reference/data/" + file_name);
  std::map<std::string, CompetitionSeries> all;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const std::vector<std::string> parts = split(line, ',');
    CompetitionSeries& series = all[parts[0]];
    (parts[1] == "train" ? series.past : series.future).push_back(*parse_number(parts[3]));
  }
  return all;
}

}  // namespace isotherm::testing_support

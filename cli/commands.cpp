#include "cli/commands.h"

namespace isotherm::cli {

std::span<const Command> commands() {
  static const std::vector<Command> list{
      zonal_command(),    plan_command(),        merge_command(),   index_command(),    grid_command(),
      forecast_command(), regress_command(),     predict_command(), scenario_command(), hotspot_command(),
      weights_command(),  info_command(),        search_command(),  fetch_command(),    catalog_command(),
      doctor_command(),   completions_command(), docs_command()};
  return list;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const Command& command : commands()) names.emplace_back(command.name);
  return names;
}

const Command* find_command(std::string_view name) {
  for (const Command& command : commands()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

}  // namespace isotherm::cli

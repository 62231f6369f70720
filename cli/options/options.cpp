#include "cli/options/options.h"

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"

namespace isotherm::cli {

OptionRow& Options::add(std::string_view names, std::string value, std::string help) {
  OptionRow row;
  row.group = group_;
  const std::size_t comma = names.find(',');
  if (comma != std::string_view::npos) row.short_name = names.substr(0, comma);
  row.name = names.substr(comma == std::string_view::npos ? 0 : comma + 1);
  row.value = std::move(value);
  row.help = std::move(help);
  rows_.push_back(std::move(row));
  return rows_.back();
}

OptionRow& Options::flag(std::string_view names, bool& target, std::string help) {
  OptionRow& row = add(names, "", std::move(help));
  row.assign = [&target](const auto& values) { target = values.back() == "true"; };
  return row;
}

OptionRow& Options::text(std::string_view names, std::string& target, std::string value, std::string help) {
  OptionRow& row = add(names, std::move(value), std::move(help));
  row.default_text = target;
  row.assign = [&target](const auto& values) { target = values.back(); };
  return row;
}

OptionRow& Options::output(std::string_view names, std::string& target, std::string value, std::string help) {
  OptionRow& row = text(names, target, std::move(value), std::move(help));
  row.files = true;
  row.makes = Makes::file;
  return row;
}

OptionRow& Options::choice(std::string_view names, std::string& target, std::vector<Word> words,
                           std::string help) {
  OptionRow& row = text(names, target, "WORD", std::move(help));
  row.words = std::move(words);
  row.closed = true;
  return row;
}

OptionRow& Options::list(std::string_view names, std::vector<std::string>& target, std::string value,
                         std::string help) {
  OptionRow& row = repeated(names, target, std::move(value), std::move(help));
  row.list = true;
  return row;
}

OptionRow& Options::repeated(std::string_view names, std::vector<std::string>& target, std::string value,
                             std::string help) {
  OptionRow& row = add(names, std::move(value), std::move(help));
  row.repeats = true;
  row.default_text = join(target, ",");
  row.assign = [&target](const auto& values) { target = values; };
  return row;
}

OptionRow& Options::integer(std::string_view names, int& target, int least, std::string value,
                            std::string help) {
  OptionRow& row = add(names, std::move(value), std::move(help));
  if (target != 0) row.default_text = std::to_string(target);
  row.assign = [&target, least, name = row.name](const auto& values) {
    const auto number = parse_integer(values.back());
    if (!number || *number < least || *number > 1'000'000) {
      throw Error(ErrorKind::usage, "--" + name + " takes a whole number of at least " +
                                        std::to_string(least) + ", not '" + values.back() + "'");
    }
    target = static_cast<int>(*number);
  };
  return row;
}

OptionRow& Options::number(std::string_view names, double& target, double least, double most,
                           std::string value, std::string help) {
  OptionRow& row = add(names, std::move(value), std::move(help));
  row.default_text = number_text(target);
  row.assign = [&target, least, most, name = row.name](const auto& values) {
    const auto number = parse_number(values.back());
    if (!number || *number < least || *number > most) {
      throw Error(ErrorKind::usage, "--" + name + " takes a number from " + number_text(least) + " to " +
                                        number_text(most) + ", not '" + values.back() + "'");
    }
    target = *number;
  };
  return row;
}

OptionRow& Options::bytes(std::string_view names, std::size_t& target, std::string help) {
  OptionRow& row = add(names, "SIZE", std::move(help));
  row.assign = [&target, name = row.name](const auto& values) {
    target = parse_bytes(values.back());
    if (target == 0) throw Error(ErrorKind::usage, "--" + name + " must be more than nothing");
  };
  return row;
}

OptionRow& Options::arguments(std::string_view name, std::vector<std::string>& target, std::string value,
                              std::string help) {
  OptionRow& row = repeated(name, target, std::move(value), std::move(help));
  row.positional = true;
  return row;
}

const std::vector<std::string>& Options::given(std::string_view name) const {
  static const std::vector<std::string> nothing;
  const auto found = values_.find(name);
  return found == values_.end() ? nothing : found->second;
}

}  // namespace isotherm::cli

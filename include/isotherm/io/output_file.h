// Results appear whole or not at all: written beside their final name, renamed when complete.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace isotherm {

/// A file being made. `path()` is a name beside the final one (same folder, hidden, unique); `commit()` syncs and renames it
/// over the final name; a destructor without commit removes what was written. "-" is standard output.
class OutputFile {
 public:
  /// Throws Error(output) when the folder is missing or not writable, or when the final file exists and
  /// `overwrite` is false: at once, before any work is done.
  OutputFile(const std::string& final_path, bool overwrite);
  OutputFile(OutputFile&&) noexcept;
  OutputFile(const OutputFile&) = delete;
  ~OutputFile();

  const std::string& path() const { return path_; }
  const std::string& final_path() const { return final_path_; }
  bool is_stdout() const { return final_path_ == "-"; }
  /// Renames `path()` to the final name (and side files made beside it, such as .aux.xml).
  void commit();

 private:
  std::string final_path_;
  std::string path_;
};

/// Removes files of unfinished outputs; safe to call from anywhere that ends the process early. OutputFile registers
/// itself.
void remove_unfinished_outputs() noexcept;

/// Replaces {name} parts of a file name template; throws Error(usage) for an unknown or unclosed part. Values are made
/// safe for file names ('/' and control characters become '_').
struct TemplateValue {
  std::string_view name;
  std::string value;
};
std::string fill_template(std::string_view pattern, std::initializer_list<TemplateValue> values);
bool has_template(std::string_view pattern, std::string_view name);

}  // namespace isotherm

// Results appear whole or not at all: written beside their final name, renamed when complete.
//
// A run that is killed without notice leaves only a hidden file (".cells.1f0c2a77-4711-1.part.geojson"),
// never half a result under the final name. The next run that makes the same result on the same machine
// removes it.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace isotherm {

/// A file being made. `path()` is a name beside the final one (same folder, hidden, unique, same extension)
/// at which nothing exists yet; `commit()` syncs it and renames it over the final name; a destructor without
/// commit removes what was written. "-" is standard output: `path()` is then "/dev/stdout" and commit has
/// nothing to do.
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
  /// Renames `path()` to the final name, with the side files made beside it (.aux.xml, .dbf, ...); side files
  /// of a replaced result (.aux.xml, .ovr, .msk) go. Throws Error(output).
  void commit();

 private:
  std::string final_path_;
  std::string target_;  ///< final path with links followed
  std::string path_;
  bool overwrite_ = false;
  int slot_ = -1;  ///< where remove_unfinished_outputs finds it; -1: nowhere
};

/// Removes files of unfinished outputs; safe to call from anywhere that ends the process early, a signal
/// handler included. OutputFile registers itself.
void remove_unfinished_outputs() noexcept;

/// Replaces {name} parts of a file name template; throws Error(usage) for an unknown or unclosed part. Values
/// are made safe for file names ('/' and control characters become '_').
struct TemplateValue {
  std::string_view name;
  std::string value;
};
std::string fill_template(std::string_view pattern, std::initializer_list<TemplateValue> values);
bool has_template(std::string_view pattern, std::string_view name);

}  // namespace isotherm

#include "isotherm/job/provenance.h"

#include <algorithm>
#include <set>

#include "isotherm/core/error.h"
#include "isotherm/core/version.h"
#include "isotherm/io/json_writer.h"
#include "isotherm/io/library_versions.h"
#include "isotherm/io/output_file.h"
#include "isotherm/io/text_file.h"

namespace isotherm {

namespace {

std::vector<std::string> documents(const ProvenanceInputs& wanted, std::span<const std::string> outputs) {
  if (wanted.path.empty()) return {};
  if (wanted.path != "beside") return {wanted.path};
  std::vector<std::string> paths;
  for (const std::string& output : outputs) {
    if (output == "-") {
      throw Error(ErrorKind::usage,
                  "--provenance beside: standard output has no place beside it; give a file name");
    }
    paths.push_back(output + ".provenance.json");
  }
  return paths;
}

void add_options(JsonWriter& json, const Invocation& invocation) {
  json.key("options").begin_object();
  for (const Invocation::Option& option : invocation.options) {
    json.key(option.name);
    if (option.values.size() == 1) {
      json.value(without_credentials(option.values.front()));
      continue;
    }
    json.begin_array();
    for (const std::string& value : option.values) json.value(without_credentials(value));
    json.end();
  }
  json.end();
}

void add_inputs(JsonWriter& json, std::span<const FileRecord> inputs) {
  json.key("inputs").begin_array();
  for (const FileRecord& input : inputs) {
    json.begin_object().member("path", input.path);
    if (input.found) json.member("bytes", static_cast<double>(input.bytes));
    if (!input.modified.empty()) json.member("modified", input.modified);
    if (!input.sha256.empty()) json.member("sha256", input.sha256);
    json.end();
  }
  json.end();
}

std::string document(const ProvenanceInputs& wanted, const ProvenanceRecord& record,
                     const Invocation& invocation) {
  JsonWriter json;
  json.begin_object();
  json.member("program", "isotherm").member("version", version());
  json.key("libraries").begin_object();
  for (const auto& [name, number] : library_versions()) json.member(name, number);
  json.end();
  json.member("command", invocation.command);
  add_options(json, invocation);
  add_inputs(json, facts_of_inputs(record.inputs, invocation, wanted.digests));
  json.key("outputs").begin_array();
  for (const std::string& output : record.outputs) json.value(without_credentials(output));
  json.end();
  json.key("counts").begin_object();
  for (const auto& [name, number] : record.counts) json.member(name, static_cast<double>(number));
  json.end();
  json.key("seconds").begin_object();
  for (const auto& [name, seconds] : record.seconds) json.member(name, seconds);
  json.end();
  json.end();
  return json.text();
}

}  // namespace

std::vector<FileRecord> facts_of_inputs(std::span<const std::string> files, const Invocation& invocation,
                                        bool digests) {
  std::set<std::string> paths(files.begin(), files.end());
  for (const Invocation::Option& option : invocation.options) {
    if (!option.file || !option.given) continue;
    for (const std::string& value : option.values) {
      if (file_record(value, false).found) paths.insert(value);
    }
  }
  std::vector<FileRecord> facts;
  for (const std::string& path : paths) facts.push_back(file_record(path, digests));
  return facts;
}

void check_provenance(const ProvenanceInputs& wanted, std::span<const std::string> outputs,
                      const RunContext& context) {
  for (const std::string& path : documents(wanted, outputs)) OutputFile(path, context.overwrite);
}

void write_provenance(const ProvenanceInputs& wanted, const ProvenanceRecord& record,
                      const Invocation& invocation, const RunContext& context) {
  const std::vector<std::string> paths = documents(wanted, record.outputs);
  if (paths.empty()) return;
  const std::string text = document(wanted, record, invocation);
  for (const std::string& path : paths) {
    TextOutput file(path, context);
    file.write(text);
    file.finish();
  }
}

}  // namespace isotherm

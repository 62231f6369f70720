#include "asset_fetch.h"

#include <chrono>
#include <filesystem>

#include "isotherm/core/text.h"
#include "isotherm/io/window_copy.h"

namespace isotherm {

namespace {

namespace fs = std::filesystem;

constexpr const char* kPart = ".part";

std::uint64_t size_of(const std::string& path) {
  std::error_code failed;
  const auto size = fs::file_size(path, failed);
  return failed ? 0 : size;
}

/// One asset under way.
class AssetFetch {
 public:
  AssetFetch(const AssetTask& task, const AssetContext& context, ManifestLine& line)
      : task_(task),
        context_(context),
        line_(line),
        target_((fs::path(context.options.folder) / task.folder / task.file).string()),
        part_(target_ + kPart) {}

  void from(const AssetSource& source) {
    line_.source = without_secrets(source.href);
    if (source.place == Place::local) {
      take_local(source.href);
    } else if (task_.cut) {
      cut_remote(source);
    } else {
      take_remote(source);
    }
    line_.stored = size_of(part_);
    line_.sha256 = file_digest("sha256", part_);
  }

 private:
  void take_remote(const AssetSource& source) {
    for (int attempt = 0;; ++attempt) {
      try {
        fill_part(source, part_);
        return;
      } catch (const WrongContent& error) {
        fs::remove(part_);
        line_.validator.clear();
        line_.size = 0;
        if (attempt > 0) throw;
        context_.run.log.debug(without_secrets(source.href) + ": " + error.what() +
                               "; once more from the start");
        ++line_.retries;
      }
    }
  }

  /// The whole file, checked, in `part`.
  void fill_part(const AssetSource& source, const std::string& part) {
    TransferResult result;
    const auto count = [&] {
      line_.bytes += result.received;
      line_.retries += result.retries;
    };
    try {
      TransferRequest request{source.href, part, line_.validator, line_.size, is_page(), {}};
      request.started = [&](const std::string& validator, std::uint64_t size) {
        tell_started(validator, size);
      };
      transfer(request, context_.transfer, result);
    } catch (...) {
      count();
      throw;
    }
    count();
    const auto told = task_.asset->size();
    Expected expected{std::nullopt, task_.asset->checksum()};
    if (told && *told >= 0) expected.size = static_cast<std::uint64_t>(*told);
    line_.verified = verify(part, expected, result);
    line_.size = result.size;
  }

  void tell_started(const std::string& validator, std::uint64_t size) {
    line_.validator = validator;
    line_.size = size;
    ManifestLine begun = line_;
    begun.status = "started";
    context_.manifest.add(begun);
  }

  void cut_remote(const AssetSource& source) {
    for (int attempt = 0;; ++attempt) {
      RemoteBytes bytes(source.href, context_.transfer);
      try {
        cut_ranges(bytes, source);
        return;
      } catch (const NoRanges&) {
        context_.run.log.debug(without_secrets(source.href) +
                               ": the server gives no parts of files; fetched whole");
        const std::string whole = target_ + ".whole.part";
        line_.validator.clear();
        fill_part(source, whole);
        cut_local(whole, without_secrets(source.href));
        fs::remove(whole);
        return;
      } catch (const WrongContent&) {
        if (attempt > 0) throw;
        ++line_.retries;
      }
    }
  }

  void cut_ranges(RemoteBytes& bytes, const AssetSource& source) {
    const auto count = [&] {
      line_.bytes += bytes.received;
      line_.retries += bytes.retries;
    };
    try {
      const SourceFile file(bytes);
      try {
        cut_local(file.path(), without_secrets(source.href));
      } catch (const Error&) {
        file.rethrow();  // what went wrong on the way is the better reason
        throw;
      }
      file.rethrow();
    } catch (...) {
      count();
      throw;
    }
    count();
    line_.size = bytes.size();
  }

  void take_local(const std::string& path) {
    if (!fs::is_regular_file(path)) throw Error(ErrorKind::input, path + ": no such file");
    line_.size = size_of(path);
    if (task_.cut) {
      cut_local(path, path);
      return;
    }
    fs::remove(part_);
    fs::copy_file(path, part_);
    fs::permissions(part_, fs::perms::owner_write, fs::perm_options::add);
    TransferResult result;
    line_.verified = verify(part_, {std::nullopt, task_.asset->checksum()}, result);
  }

  void cut_local(const std::string& path, const std::string& shown_as) {
    fs::remove(part_);
    const ClipArea& area = *context_.options.clip;
    copy_window(
        path, shown_as, [&](const Frame& frame) { return area.window(frame); }, part_, context_.run.memory);
    fs::remove(part_ + ".aux.xml");
  }

  bool is_page() const {
    const std::string name = lower(task_.file);
    return name.ends_with(".html") || name.ends_with(".htm");
  }

  const AssetTask& task_;
  const AssetContext& context_;
  ManifestLine& line_;
  std::string target_, part_;
};

/// Errors that concern one address, so that the next one may be tried.
bool is_of_source(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::network:
    case ErrorKind::service:
    case ErrorKind::input:
    case ErrorKind::no_data:
    case ErrorKind::usage:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string cut_of(const AssetTask& task, const FetchOptions& options) {
  return task.cut ? options.clip->id() : "";
}

bool keep(const AssetTask& task, const ManifestLine& line, const FetchOptions& options) {
  const std::string name = task.folder + "/" + task.file;
  if (line.status != "done" || line.cut != cut_of(task, options) || line.path != name) return false;
  const std::string target = (fs::path(options.folder) / name).string(), part = target + kPart;
  const auto holds = [&](const std::string& path) {
    std::error_code failed;
    return fs::is_regular_file(fs::symlink_status(path, failed)) && size_of(path) == line.stored;
  };
  if (holds(target)) return true;
  if (!holds(part) || file_digest("sha256", part) != line.sha256) return false;
  put_in_place(part, target);
  return true;
}

ManifestLine fetch_asset(const AssetTask& task, const std::string& item_id, const AssetContext& context,
                         bool& network) {
  const auto start = std::chrono::steady_clock::now();
  ManifestLine line{item_id, task.asset->key, task.folder + "/" + task.file};
  line.cut = cut_of(task, context.options);
  if (const auto before = context.manifest.find(item_id, task.asset->key);
      before && before->status != "done" && before->path == line.path && before->cut == line.cut) {
    line.validator = before->validator;  // of the part that may be there
    line.size = before->size;
  }
  std::vector<std::string> reasons;
  std::vector<AssetSource> sources = sources_of(*task.asset, context.options.sources, reasons);
  network = !sources.empty();
  bool done = false;
  for (const AssetSource& source : sources) {
    try {
      AssetFetch(task, context, line).from(source);
      done = true;
      break;
    } catch (const Error& error) {
      if (!is_of_source(error)) throw;
      network = network && error.kind() == ErrorKind::network;
      reasons.emplace_back(error.what());
    } catch (const fs::filesystem_error& error) {
      throw Error(ErrorKind::output, line.path + ": cannot be written (" + error.code().message() + ")");
    }
  }
  line.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  line.status = done ? "done" : "failed";
  line.error = done ? "" : join(reasons, "; ");
  const std::string target = (fs::path(context.options.folder) / line.path).string(), part = target + kPart;
  std::error_code ignored;
  if (!done && size_of(part) == 0) fs::remove(part, ignored);
  // First the line, then the name: a kill between them leaves a whole part that the next run only has to
  // rename.
  context.manifest.add(line);
  if (done) put_in_place(part, target);
  return line;
}

}  // namespace isotherm

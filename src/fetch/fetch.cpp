#include "isotherm/fetch/fetch.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "asset_fetch.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/fetch/asset_path.h"
#include "isotherm/fetch/local_catalogue.h"
#include "isotherm/io/window_copy.h"
#include "saved_fetch.h"

namespace isotherm {

namespace {

namespace fs = std::filesystem;

constexpr const char* kManifestName = "manifest.jsonl";

bool is_tiff(const std::string& name) {
  const std::string small = lower(name);
  return small.ends_with(".tif") || small.ends_with(".tiff");
}

bool can_be_cut(const std::string& name) { return is_tiff(name) || lower(name).ends_with(".jp2"); }

/// A folder of ours, not a link to one.
void make_folder(const fs::path& path) {
  std::error_code failed;
  fs::create_directory(path, failed);
  if (fs::is_symlink(path) || !fs::is_directory(path)) {
    throw Error(ErrorKind::output, path.string() + ": is not a folder, or a link to one" +
                                       (failed ? " (" + failed.message() + ")" : ""));
  }
}

class FetchRun {
 public:
  FetchRun(const std::vector<WantedItem>& wanted, const FetchOptions& options, HttpClient& client,
           const RunContext& context)
      : wanted_(wanted),
        options_(options),
        context_(context),
        signer_({options.sign}, client),
        transfer_{client, signer_, context.stop, options.longest_file} {}

  FetchReport run() {
    fs::create_directories(options_.folder);
    check_folder();
    plan();
    Manifest manifest((fs::path(options_.folder) / kManifestName).string());
    manifest_ = &manifest;
    check_earlier();
    save();
    for (const std::string& folder : folders_) make_folder(fs::path(options_.folder) / folder);
    context_.progress.start("fetch", tasks_.size());
    work_together();
    context_.progress.finish();
    if (failure_) std::rethrow_exception(failure_);
    context_.stop.check();
    remove_parts();
    write_collection_of_whole();
    return std::move(report_);
  }

 private:
  /// Only a folder that is empty or holds an earlier fetch is taken.
  void check_folder() const {
    const fs::path folder(options_.folder);
    if (context_.overwrite || fs::exists(folder / kManifestName)) return;
    if (fs::directory_iterator(folder) != fs::directory_iterator()) {
      throw Error(ErrorKind::output,
                  options_.folder +
                      ": is not empty and holds no earlier fetch; name another folder, or give "
                      "--overwrite");
    }
  }

  void plan() {
    FolderNames folders;
    for (std::size_t n = 0; n < wanted_.size(); ++n) {
      const StacItem& item = wanted_[n].item;
      folders_.push_back(folders.take(safe_name(item.id), item.collection + "/" + item.id));
      first_task_.push_back(tasks_.size());
      FolderNames files;
      files.take(folders_[n] + ".json", "");
      for (const std::string& key : wanted_[n].assets) {
        const StacAsset* asset = item.asset(key);
        if (asset == nullptr) throw Error(ErrorKind::internal, item.id + ": has no asset " + key);
        AssetTask task{n, asset, folders_[n], asset_file_name(asset->href, key, asset->type)};
        task.cut = options_.clip != nullptr && can_be_cut(task.file);
        if (task.cut && !is_tiff(task.file)) task.file = task.file.substr(0, task.file.rfind('.')) + ".tif";
        task.file = files.take(task.file, key);
        tasks_.push_back(std::move(task));
      }
    }
    first_task_.push_back(tasks_.size());
    open_.resize(wanted_.size());
    whole_.assign(wanted_.size(), true);
    touched_.assign(wanted_.size(), false);
    for (const AssetTask& task : tasks_) ++open_[task.item];
    report_.items = wanted_.size();
    report_.assets = tasks_.size();
  }

  /// Another cut of the same asset is not replaced unasked.
  void check_earlier() const {
    if (context_.overwrite) return;
    for (const AssetTask& task : tasks_) {
      const auto line = manifest_->find(wanted_[task.item].item.id, task.asset->key);
      if (!line || line->status != "done" || line->cut == cut_of(task, options_)) continue;
      throw Error(ErrorKind::output, options_.folder + ": holds " + line->path + " already, " +
                                         (line->cut.empty() ? "whole" : "cut to another area") +
                                         "; name another folder, or give --overwrite");
    }
  }

  /// What was asked for earlier stays in the list, so that --resume finishes all of it.
  void save() const {
    std::vector<WantedItem> all = wanted_;
    if (fs::exists(fs::path(options_.folder) / kSavedFetchName)) {
      std::set<std::pair<std::string, std::string>> known;
      for (const WantedItem& one : wanted_) known.emplace(one.item.collection, one.item.id);
      for (WantedItem& earlier : read_saved_fetch(options_.folder).wanted) {
        if (known.emplace(earlier.item.collection, earlier.item.id).second) all.push_back(std::move(earlier));
      }
    }
    write_saved_fetch(all, options_);
  }

  void work_together() {
    const auto workers =
        std::min<std::size_t>(static_cast<std::size_t>(std::max(1, options_.jobs)), tasks_.size());
    std::vector<std::jthread> threads;
    for (std::size_t n = 0; n < workers; ++n) threads.emplace_back([this] { work(); });
  }

  void work() {
    while (!ended_) {
      const std::size_t n = next_++;
      if (n >= tasks_.size()) return;
      try {
        context_.stop.check();
        take(tasks_[n]);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
        ended_ = true;
      }
    }
  }

  void take(const AssetTask& task) {
    const std::string& id = wanted_[task.item].item.id;
    const auto before = manifest_->find(id, task.asset->key);
    const bool kept = before && keep(task, *before, options_);
    bool network = false;
    const AssetContext context{options_, transfer_, context_, *manifest_};
    const ManifestLine line = kept ? *before : fetch_asset(task, id, context, network);
    bool last = false;
    {
      const std::lock_guard lock(mutex_);
      account(task, line, kept, network);
      last = --open_[task.item] == 0;
    }
    if (last && whole_[task.item]) write_item_of(task.item);
    context_.progress.advance(1);
  }

  void account(const AssetTask& task, const ManifestLine& line, bool kept, bool network) {
    if (kept) {
      ++report_.kept;
      return;
    }
    touched_[task.item] = true;
    report_.received += line.bytes;
    report_.retries += static_cast<std::uint64_t>(line.retries);
    if (line.status == "done") {
      ++report_.fetched;
      if (line.bytes > 0) report_.source_size += line.size;  // what came from this machine saves nothing
      return;
    }
    whole_[task.item] = false;
    report_.only_network = report_.only_network && network;
    report_.failed.push_back(line.item + "/" + line.asset + ": " + line.error);
  }

  std::string item_path(std::size_t n) const { return folders_[n] + "/" + folders_[n] + ".json"; }

  void write_item_of(std::size_t n) {
    const fs::path folder = fs::path(options_.folder) / folders_[n];
    if (!touched_[n] && fs::exists(fs::path(options_.folder) / item_path(n))) return;
    std::vector<LocalAsset> assets;
    for (std::size_t k = first_task_[n]; k < first_task_[n + 1]; ++k) {
      const AssetTask& task = tasks_[k];
      const auto line = manifest_->find(wanted_[n].item.id, task.asset->key);
      LocalAsset asset{task.asset->key, task.file, line->stored, line->sha256, {}};
      if (can_be_cut(task.file)) asset.frame = raster_frame((folder / task.file).string());
      assets.push_back(std::move(asset));
    }
    write_item(options_.folder, item_path(n), local_item(wanted_[n].item, assets));
  }

  /// Parts of assets that are whole by now have no use; those of failed ones are continued another time.
  void remove_parts() const {
    for (std::size_t n = 0; n < wanted_.size(); ++n) {
      if (!whole_[n]) continue;
      for (const auto& entry : fs::directory_iterator(fs::path(options_.folder) / folders_[n])) {
        if (entry.path().extension() == ".part") fs::remove(entry.path());
      }
    }
  }

  void write_collection_of_whole() {
    std::vector<std::string> items;
    for (const auto& entry : fs::directory_iterator(options_.folder)) {
      const std::string name = entry.path().filename().string();
      if (!entry.is_directory() || entry.is_symlink()) continue;
      if (fs::is_regular_file(entry.path() / (name + ".json"))) items.push_back(name + "/" + name + ".json");
    }
    std::sort(items.begin(), items.end());
    report_.whole_items = static_cast<std::size_t>(std::count(whole_.begin(), whole_.end(), true));
    if (!items.empty()) write_collection(options_.folder, items, "Scenes fetched by isotherm");
  }

  const std::vector<WantedItem>& wanted_;
  const FetchOptions& options_;
  const RunContext& context_;
  Signer signer_;
  TransferContext transfer_;
  Manifest* manifest_ = nullptr;
  std::vector<std::string> folders_;     ///< of the wanted items
  std::vector<AssetTask> tasks_;         ///< item by item
  std::vector<std::size_t> first_task_;  ///< of each item, and their number
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> ended_{false};

  std::mutex mutex_;  ///< guards what follows
  std::vector<std::size_t> open_;
  std::vector<char> whole_, touched_;  ///< not vector<bool>: read by other threads
  std::exception_ptr failure_;
  FetchReport report_;
};

}  // namespace

FetchReport fetch_items(const std::vector<WantedItem>& wanted, const FetchOptions& options,
                        HttpClient& client, const RunContext& context) {
  return FetchRun(wanted, options, client, context).run();
}

}  // namespace isotherm

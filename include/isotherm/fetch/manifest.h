// The manifest of a fetch: one JSON object a line, appended as things happen, so that a killed fetch leaves a
// true account of what was begun and what is whole. The last line of an asset holds. Layout: docs/formats.md.
//
// No line holds a secret: sources are written by without_secrets().
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace isotherm {

struct ManifestLine {
  std::string item = {};       ///< id of the STAC item
  std::string asset = {};      ///< its key
  std::string path = {};       ///< below the output folder, '/' between parts
  std::string status = {};     ///< "started", "done" or "failed"
  std::string cut = {};        ///< which area the file is cut to, as a digest; empty: the whole file
  std::string source = {};     ///< where from, without secrets
  std::string validator = {};  ///< ETag or date under which a partial file may be continued
  std::uint64_t size = 0;      ///< of the file at the source
  std::uint64_t bytes = 0;     ///< received for it in this run
  std::uint64_t stored = 0;    ///< of the file on disk
  std::string sha256 = {};     ///< of the file on disk
  std::string verified = {};   ///< what its content was checked by: "sha256", "md5", "etag", or empty
  int retries = 0;
  double seconds = 0;
  std::string error = {};
};

/// Safe for any number of threads.
class Manifest {
 public:
  /// Opens or creates `path` and takes the folder for this process alone. Lines that are no such lines (a
  /// torn last one) are passed over. Throws Error(output) when it cannot be written or another process is at
  /// work there.
  explicit Manifest(const std::string& path);
  Manifest(const Manifest&) = delete;
  Manifest& operator=(const Manifest&) = delete;
  ~Manifest();

  /// The last line of an asset.
  std::optional<ManifestLine> find(const std::string& item, const std::string& asset) const;
  /// Appends; one call to the system for a line, so that lines of threads do not mix.
  void add(const ManifestLine& line);

 private:
  void read(const std::string& path);

  std::string path_;
  int file_ = -1;
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, ManifestLine> last_;
};

}  // namespace isotherm

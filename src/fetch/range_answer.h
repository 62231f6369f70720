// What the headers of an answer say about the file it is part of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "isotherm/io/http.h"

namespace isotherm {

/// "bytes 100-199/5000".
struct ContentRange {
  std::uint64_t first = 0, last = 0, size = 0;
};
/// Nothing when there is none or it does not make sense.
std::optional<ContentRange> content_range(const HttpResponse& head);
/// 0 when it is not told.
std::uint64_t content_length(const HttpResponse& head);
/// What a later request may say in If-Range: a strong ETag, else the date of the last change, else nothing.
std::string validator_of(const HttpResponse& head);
/// True when the ETag is the MD5 of the content: services of S3's kind, files stored in one piece, not
/// encrypted with a key of the key service (Amazon S3 API reference, "Object", ETag).
bool is_md5_etag(const HttpResponse& head);

}  // namespace isotherm

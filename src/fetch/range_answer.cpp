#include "range_answer.h"

#include <algorithm>

#include "isotherm/core/text.h"

namespace isotherm {

namespace {

std::optional<std::uint64_t> whole_number(std::string_view text) {
  const auto number = parse_integer(text);
  return number && *number >= 0 ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt;
}

}  // namespace

std::optional<ContentRange> content_range(const HttpResponse& head) {
  const std::string text = lower(head.header("content-range"));
  const std::size_t dash = text.find('-'), slash = text.find('/');
  if (!text.starts_with("bytes ") || dash == std::string::npos || slash == std::string::npos ||
      dash > slash) {
    return std::nullopt;
  }
  const auto first = whole_number(std::string_view(text).substr(6, dash - 6));
  const auto last = whole_number(std::string_view(text).substr(dash + 1, slash - dash - 1));
  const auto size = whole_number(std::string_view(text).substr(slash + 1));
  if (!first || !last || !size || *first > *last || *last >= *size) return std::nullopt;
  return ContentRange{*first, *last, *size};
}

std::uint64_t content_length(const HttpResponse& head) {
  return whole_number(head.header("content-length")).value_or(0);
}

std::string validator_of(const HttpResponse& head) {
  const std::string etag = head.header("etag");
  if (etag.starts_with('"')) return etag;
  return head.header("last-modified");
}

bool is_md5_etag(const HttpResponse& head) {
  const std::string etag = head.header("etag");
  const bool digits = etag.size() == 34 && etag.front() == '"' && etag.back() == '"' &&
                      etag.find_first_not_of("0123456789abcdefABCDEF", 1) == 33;
  const bool like_s3 = std::any_of(head.headers.begin(), head.headers.end(), [](const HttpHeader& header) {
    return header.name.starts_with("x-amz-");
  });
  const bool keyed = head.header("x-amz-server-side-encryption").starts_with("aws:kms") ||
                     !head.header("x-amz-server-side-encryption-customer-algorithm").empty();
  return digits && like_s3 && !keyed;
}

}  // namespace isotherm

// Small words about text: splitting, numbers in and out, the nearest of some names.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm {

/// Parts between separators, white space around each removed; an empty text has no parts.
std::vector<std::string> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
std::string lower(std::string_view text);
std::string join(std::span<const std::string> parts, std::string_view between);
/// The whole of `text` as a finite number, independent of the locale; nothing otherwise.
std::optional<double> parse_number(std::string_view text);
std::optional<long long> parse_integer(std::string_view text);
/// Shortest text that reads back as the same number; "nan", "inf", "-inf" for the others.
std::string number_text(double value);
/// Text with at most `decimals` digits after the point, trailing zeros removed ("-0" becomes "0").
std::string fixed_text(double value, int decimals);
/// The name of `names` nearest to `word` (edit distance with swaps, case ignored), when it is near enough
/// to be what was meant; empty otherwise.
std::string nearest_name(std::string_view word, std::span<const std::string> names);
/// "; did you mean 'ndvi'?" or nothing, to stand behind an error about an unknown name.
std::string suggestion(std::string_view word, std::span<const std::string> names);
/// A size such as "512M", "1G", "1.5GiB" or a plain number of bytes; binary multiples. Throws Error(usage).
std::size_t parse_bytes(std::string_view text);

}  // namespace isotherm

#include "csv_columns.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <utility>

#include "isotherm/core/date.h"
#include "isotherm/core/error.h"
#include "isotherm/core/missing.h"
#include "isotherm/core/text.h"

namespace isotherm {

namespace {

// --- words

/// Most words of a large table: they need no look for "NA" or "Inf".
bool begins_as_number(std::string_view word) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (word.empty()) return false;
  return digit(word[0]) || (word[0] == '-' && word.size() > 1 && digit(word[1]));
}

/// Words that stand for no value beside numbers.
bool says_missing(std::string_view word) {
  if (word.empty()) return true;
  if (begins_as_number(word)) return false;
  const std::string small = lower(trim(word));
  return small.empty() || small == "na" || small == "nan" || small == "null";
}

/// "007" and "+5" are names, not counts: as numbers they would not come back as they were.
std::optional<long long> plain_integer(std::string_view word) {
  const std::string_view text = trim(word);
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || digits[0] < '0' || digits[0] > '9' || (digits.size() > 1 && digits[0] == '0'))
    return {};
  return parse_integer(text);
}

/// A number that is no name such as "007".
std::optional<double> plain_real(std::string_view word) {
  const std::string_view text = trim(word);
  if (text.size() > 1 && text[0] == '0' && text.find_first_not_of("0123456789") == std::string_view::npos)
    return {};
  return number_of(text);
}

bool plain_date(std::string_view word) {
  return trim(word).size() == 10 && parse_date(trim(word)).has_value();
}

// --- lines

constexpr std::size_t kLongestLine = std::size_t{1} << 20;  // longer ones are left to GDAL
constexpr std::size_t kPiece = std::size_t{4} << 20;        // bytes read at once

/// The lines of a file, one after the other, without their ends.
class CsvLines {
 public:
  explicit CsvLines(const std::string& path)
      : file_(path, std::ios::binary), buffer_(kPiece + kLongestLine, '\0') {}

  /// False at the end, and when the file is not plain.
  bool next(std::string_view& line) {
    const auto* found = static_cast<const char*>(std::memchr(at(begin_), '\n', end_ - begin_));
    if (found == nullptr) {
      if (!plain_ || !refill()) return false;
      found = static_cast<const char*>(std::memchr(at(begin_), '\n', end_ - begin_));
    }
    const std::size_t stop = found == nullptr ? end_ : static_cast<std::size_t>(found - buffer_.data());
    if (stop - begin_ > kLongestLine) return leave();
    line = std::string_view(at(begin_), stop - begin_);
    begin_ = std::min(stop + 1, end_);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return std::memchr(line.data(), '\r', line.size()) == nullptr || leave();
  }
  bool plain() const { return plain_; }

 private:
  const char* at(std::size_t place) const { return buffer_.data() + place; }
  bool leave() { return plain_ = false; }
  /// What is left of the buffer, which is at most a line, and the next piece. False when nothing is left.
  bool refill() {
    if (end_ - begin_ > kLongestLine) return leave();
    std::memmove(buffer_.data(), at(begin_), end_ - begin_);
    end_ -= std::exchange(begin_, 0);
    file_.read(buffer_.data() + end_, kPiece);
    const auto count = static_cast<std::size_t>(file_.gcount());
    if (file_.bad() || std::memchr(at(end_), '\0', count) != nullptr) return leave();
    end_ += count;
    return end_ > 0;
  }

  std::ifstream file_;
  std::string buffer_;
  std::size_t begin_ = 0, end_ = 0;
  bool plain_ = true;
};

/// The words of a line; those with doubled quotes stand in `unquoted`.
class CsvWords {
 public:
  explicit CsvWords(char separator) : separator_(separator) {}

  /// False when a quote stands anywhere but around a whole word.
  bool split(std::string_view line) {
    words_.clear();
    const bool quotes = std::memchr(line.data(), '"', line.size()) != nullptr;
    if (quotes) {
      unquoted_.clear();
      unquoted_.reserve(line.size());  // so that it never moves
    }
    for (;;) {
      const std::size_t stop = line.find(separator_);
      if (quotes && line.starts_with('"')) {
        if (!take_quoted(line)) return false;
        if (line.empty()) return true;
      } else {
        const std::string_view word = line.substr(0, stop);
        if (quotes && word.find('"') != std::string_view::npos) return false;
        words_.push_back(word);
        if (stop == std::string_view::npos) return true;
        line.remove_prefix(stop);
      }
      line.remove_prefix(1);
    }
  }
  const std::vector<std::string_view>& words() const { return words_; }

 private:
  /// Takes a word in quotes off the line, which then is empty or begins with a separator.
  bool take_quoted(std::string_view& line) {
    const std::size_t start = unquoted_.size();
    std::size_t k = 1;
    for (;; ++k) {
      if (k >= line.size()) return false;
      if (line[k] == '"') {
        if (k + 1 >= line.size() || line[k + 1] != '"') break;
        ++k;
      }
      unquoted_.push_back(line[k]);
    }
    words_.push_back(std::string_view(unquoted_).substr(start));
    line.remove_prefix(k + 1);
    return line.empty() || line.front() == separator_;
  }

  char separator_;
  std::vector<std::string_view> words_;
  std::string unquoted_;
};

std::optional<CsvWords> words_of_header(std::string_view line, const std::vector<std::string>& names) {
  if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  for (const char separator : {',', ';', '\t', '|'}) {
    CsvWords words(separator);
    if (words.split(line) &&
        std::equal(words.words().begin(), words.words().end(), names.begin(), names.end()))
      return words;
  }
  return {};
}

/// The columns that a walk through a file fills.
struct CsvTargets {
  const std::vector<int>& wanted;
  std::vector<TypedColumn>& columns;
  const std::vector<int>& coded;
  std::vector<CodedWords>& words;
  std::size_t most_bytes;

  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const TypedColumn& column : columns) sum += column.bytes();
    for (const CodedWords& column : words) sum += column.bytes();
    return sum;
  }
};

constexpr std::size_t kRowsBetweenLooks = 1 << 14;

/// Gives the words of every row to the columns. The number of rows; nothing when not plain.
std::optional<std::size_t> read_into(const CsvTargets& targets, const std::string& path,
                                     const std::vector<std::string>& names) {
  CsvLines lines(path);
  std::string_view line;
  if (!lines.next(line)) return {};
  std::optional<CsvWords> words = words_of_header(line, names);
  if (!words) return {};
  const auto word_at = [&](int place) {
    const auto field = static_cast<std::size_t>(place);
    return field < words->words().size() ? words->words()[field] : std::string_view();
  };
  std::size_t rows = 0;
  while (lines.next(line)) {
    if (line.empty()) continue;
    if (!words->split(line)) return {};
    ++rows;
    for (std::size_t k = 0; k < targets.wanted.size(); ++k)
      targets.columns[k].add(word_at(targets.wanted[k]));
    for (std::size_t k = 0; k < targets.coded.size(); ++k) targets.words[k].add(word_at(targets.coded[k]));
    if (rows % kRowsBetweenLooks == 0) check_held(path, rows, targets.bytes(), targets.most_bytes);
  }
  if (!lines.plain()) return {};
  check_held(path, rows, targets.bytes(), targets.most_bytes);
  return rows;
}

std::string mebibytes(std::size_t bytes) {
  return fixed_text(static_cast<double>(bytes) / (1 << 20), 1) + " MiB";
}

}  // namespace

std::optional<double> number_of(std::string_view word) {
  if (begins_as_number(word)) return parse_number(word);
  const std::string small = lower(trim(word));
  if (small == "inf" || small == "infinity") return std::numeric_limits<double>::infinity();
  if (small == "-inf" || small == "-infinity") return -std::numeric_limits<double>::infinity();
  return parse_number(small);
}

void TypedColumn::begin(std::string_view word) {
  if (plain_integer(word)) {
    kind_ = Kind::integer;
    integers_.assign(rows_, kMissingInteger);
  } else if (plain_real(word)) {
    kind_ = Kind::real;
    reals_.assign(rows_, kMissing);
  } else if (plain_date(word) || !word_gone_) {
    kind_ = plain_date(word) ? Kind::date : Kind::text;
    texts_.assign(rows_, std::nullopt);
  } else {
    lose();
  }
}

void TypedColumn::add_missing(std::string_view word) {
  word_gone_ = word_gone_ || !word.empty();
  if (kind_ == Kind::integer) integers_.push_back(kMissingInteger);
  if (kind_ == Kind::real) reals_.push_back(kMissing);
  if (kind_ == Kind::date) texts_.push_back(std::nullopt);
}

void TypedColumn::lose() {
  kind_ = Kind::lost;
  integers_ = {};
  reals_ = {};
  texts_ = {};
}

void TypedColumn::add(std::string_view word) {
  if (kind_ == Kind::lost) return;
  if (kind_ == Kind::text) {
    texts_.push_back(word.empty() ? std::nullopt : std::optional<std::string>(word));
  } else if (says_missing(word)) {
    add_missing(word);
  } else {
    if (kind_ == Kind::unknown) begin(word);
    if (kind_ == Kind::integer) {
      if (const auto value = plain_integer(word)) {
        integers_.push_back(*value);
      } else if (plain_real(word)) {
        kind_ = Kind::real;
        for (std::int64_t known : integers_)
          reals_.push_back(known == kMissingInteger ? kMissing : static_cast<double>(known));
        integers_ = {};
      } else {
        lose();
      }
    }
    if (kind_ == Kind::real) {
      if (const auto value = plain_real(word)) {
        reals_.push_back(*value);
      } else {
        lose();
      }
    } else if (kind_ == Kind::date && !plain_date(word)) {
      lose();
    } else if (kind_ == Kind::date || kind_ == Kind::text) {
      texts_.emplace_back(word);
    }
  }
  ++rows_;
}

void TypedColumn::give(Column& column) {
  switch (kind_) {
    case Kind::integer:
      column.info.type = ColumnType::integer;
      column.values = std::move(integers_);
      break;
    case Kind::date:
    case Kind::text:
      column.info.type = kind_ == Kind::date ? ColumnType::date : ColumnType::text;
      column.values = std::move(texts_);
      break;
    default:
      if (kind_ == Kind::unknown) reals_.assign(rows_, kMissing);
      column.info.type = ColumnType::real;
      column.values = std::move(reals_);
  }
}

void CodedWords::give(CodedColumn& column) {
  TypedColumn typed(false);
  for (std::size_t k = 0; k < words_.size(); ++k) typed.add(words_.word(k));
  if (typed.lost()) {
    typed = TypedColumn(true);
    for (std::size_t k = 0; k < words_.size(); ++k) typed.add(words_.word(k));
  }
  typed.give(column.values);
  column.codes = std::move(codes_);
}

void CodedWords::give_typed(CodedColumn& column) {
  for (std::size_t k = 0; k < words_.size(); ++k) {
    const std::string_view word = words_.word(k);
    if (column.values.info.type == ColumnType::integer) {
      const auto value = parse_integer(word);
      column.values.integers().push_back(value ? *value : kMissingInteger);
    } else if (column.values.info.type == ColumnType::real) {
      column.values.reals().push_back(parse_number(word).value_or(kMissing));
    } else {
      column.values.texts().push_back(word.empty() ? std::nullopt : std::optional<std::string>(word));
    }
  }
  column.codes = std::move(codes_);
}

void check_held(const std::string& path, std::size_t rows, std::size_t held, std::size_t most) {
  if (most == 0 || held <= most) return;
  throw Error(ErrorKind::usage, path + ": its first " + std::to_string(rows) + " rows take " +
                                    mebibytes(held) + ", and --memory allows " + mebibytes(most) +
                                    "; allow more, or cut the table into parts by cells");
}

std::optional<CsvColumns> read_plain_csv(const std::string& path, const std::vector<std::string>& names,
                                         const std::vector<int>& wanted, const std::vector<int>& coded,
                                         std::size_t most_bytes) {
  std::error_code unreadable;
  if (!std::filesystem::is_regular_file(path, unreadable)) return {};
  std::vector<TypedColumn> typed(wanted.size(), TypedColumn(false));
  std::vector<CodedWords> words(coded.size());
  const std::optional<std::size_t> rows = read_into({wanted, typed, coded, words, most_bytes}, path, names);
  if (!rows) return {};
  std::vector<std::size_t> lost;
  std::vector<int> again;
  for (std::size_t k = 0; k < typed.size(); ++k) {
    if (!typed[k].lost()) continue;
    lost.push_back(k);
    again.push_back(wanted[k]);
  }
  if (!again.empty()) {
    std::vector<TypedColumn> texts(again.size(), TypedColumn(true));
    const std::vector<int> no_fields;
    std::vector<CodedWords> no_words;
    if (read_into({again, texts, no_fields, no_words, most_bytes}, path, names) != rows) return {};
    for (std::size_t k = 0; k < lost.size(); ++k) typed[lost[k]] = std::move(texts[k]);
  }
  CsvColumns result{*rows, {}, {}};
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    result.columns.emplace_back();
    result.columns.back().info.name = names[static_cast<std::size_t>(wanted[k])];
    typed[k].give(result.columns.back());
  }
  for (std::size_t k = 0; k < coded.size(); ++k) {
    CodedColumn& column = result.coded.emplace_back();
    column.values.info.name = names[static_cast<std::size_t>(coded[k])];
    words[k].give(column);
  }
  return result;
}

}  // namespace isotherm

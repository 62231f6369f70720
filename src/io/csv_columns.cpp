#include "csv_columns.h"

#include <algorithm>
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

void CodedWords::give(CodedColumn& column, bool as_text) {
  TypedColumn typed(as_text);
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

}  // namespace isotherm

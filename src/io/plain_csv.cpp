// Plain CSV files: their lines, their words, and the columns these become.
#include <algorithm>
#include <bit>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <utility>

#include "csv_columns.h"
#include "isotherm/core/error.h"

namespace isotherm {

namespace {

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

  /// Where the next line begins in the file, and back there.
  std::size_t place() const { return read_ - (end_ - begin_); }
  void go_back(std::size_t place) {
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(place));
    read_ = place;
    begin_ = end_ = 0;
  }

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
    read_ += count;
    return end_ > 0;
  }

  std::ifstream file_;
  std::string buffer_;
  std::size_t begin_ = 0, end_ = 0;
  std::size_t read_ = 0;  ///< bytes of the file, up to the end of the buffer
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

/// The columns that a walk through rows fills.
class CsvTargets {
 public:
  /// `as_text`: columns that are text whatever their words say, those of `once` behind the others.
  CsvTargets(const CsvWanted& wanted, const std::vector<bool>& as_text)
      : wanted_(wanted), words_(wanted.coded.size()) {
    for (const bool text : as_text) columns_.emplace_back(text);
  }

  void add(std::span<const std::string_view> row) {
    const auto word_at = [&](int place) {
      const auto field = static_cast<std::size_t>(place);
      return field < row.size() ? row[field] : std::string_view();
    };
    bool fresh = true;
    for (std::size_t k = 0; k < words_.size(); ++k) {
      const bool is_new = words_[k].add(word_at(wanted_.coded[k]));
      if (k == 0) fresh = is_new;
    }
    const std::size_t each = wanted_.columns.size();
    for (std::size_t k = 0; k < each; ++k) columns_[k].add(word_at(wanted_.columns[k]));
    if (!fresh) return;
    for (std::size_t k = each; k < columns_.size(); ++k) columns_[k].add(word_at(wanted_.once[k - each]));
  }

  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const TypedColumn& column : columns_) sum += column.bytes();
    for (const CodedWords& column : words_) sum += column.bytes();
    return sum;
  }

  /// Marks columns that turned out to be text after words of them are gone; false when there are none.
  bool mark_lost(std::vector<bool>& as_text) const {
    bool any = false;
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      if (columns_[k].lost()) as_text[k] = any = true;
    }
    return any;
  }

  void give(const std::vector<std::string>& names, CsvColumns& result) {
    const auto named = [&](int field) {
      Column column;
      column.info.name = names[static_cast<std::size_t>(field)];
      return column;
    };
    const std::size_t each = wanted_.columns.size();
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      Column& column = k < each ? result.columns.emplace_back(named(wanted_.columns[k]))
                                : result.once.emplace_back(named(wanted_.once[k - each]));
      columns_[k].give(column);
    }
    for (std::size_t k = 0; k < words_.size(); ++k) {
      result.coded.push_back({named(wanted_.coded[k]), {}});
      words_[k].give(result.coded.back(), k == 0 && wanted_.first_coded_as_text);
    }
  }

 private:
  const CsvWanted& wanted_;
  std::vector<TypedColumn> columns_;
  std::vector<CodedWords> words_;
};

/// Looks at what is held come at powers of two, then at multiples of this.
constexpr std::size_t kRowsBetweenLooks = 1 << 14;

}  // namespace

struct PlainCsv::State {
  std::string path;
  std::vector<std::string> names;
  CsvLines lines;
  CsvWords words{','};

  /// Gives the words of the next rows to the columns. The number of rows; nothing when not plain.
  std::optional<std::size_t> read_into(CsvTargets& targets, const ReadRoom& room, bool& full) {
    std::size_t rows = 0;
    std::string_view line;
    while (rows < room.most_rows && lines.next(line)) {
      if (line.empty()) continue;
      if (!words.split(line)) return {};
      if (words.words().size() > names.size()) check_rest(line);
      ++rows;
      targets.add(words.words());
      if ((rows % kRowsBetweenLooks == 0 || std::has_single_bit(rows)) && is_full(targets, room, rows)) {
        full = true;
        return rows;
      }
    }
    if (!lines.plain()) return {};
    full = is_full(targets, room, rows);
    return rows;
  }

  /// Separators at the end of a row are nothing; words that no column takes are a comma too many before them.
  void check_rest(std::string_view line) const {
    const std::span<const std::string_view> rest = std::span(words.words()).subspan(names.size());
    if (std::ranges::all_of(rest, &std::string_view::empty)) return;
    throw Error(ErrorKind::input, path + ": the row '" + std::string(line.substr(0, 60)) + "' has " +
                                      std::to_string(words.words().size()) + " words where the header has " +
                                      std::to_string(names.size()) +
                                      "; put words with commas in quotes, and write numbers with points");
  }

  bool is_full(const CsvTargets& targets, const ReadRoom& room, std::size_t rows) const {
    if (!room.stop_when_full) check_held(path, rows, targets.bytes(), room.most_bytes);
    return room.stop_when_full && room.most_bytes > 0 && targets.bytes() > room.most_bytes;
  }
};

PlainCsv::PlainCsv(std::unique_ptr<State> state) : state_(std::move(state)) {}
PlainCsv::~PlainCsv() = default;

std::unique_ptr<PlainCsv> PlainCsv::open(const std::string& path, const std::vector<std::string>& names) {
  std::error_code unreadable;
  if (!std::filesystem::is_regular_file(path, unreadable)) return nullptr;
  std::unique_ptr<State> state(new State{path, names, CsvLines(path)});
  std::string_view line;
  if (!state->lines.next(line)) return nullptr;
  const std::optional<CsvWords> words = words_of_header(line, names);
  if (!words) return nullptr;
  state->words = *words;
  return std::unique_ptr<PlainCsv>(new PlainCsv(std::move(state)));
}

std::optional<CsvColumns> PlainCsv::read(const CsvWanted& wanted, const ReadRoom& room) {
  const std::size_t start = state_->lines.place();
  std::vector<bool> as_text(wanted.columns.size() + wanted.once.size(), false);
  for (;;) {
    CsvTargets targets(wanted, as_text);
    CsvColumns result;
    const std::optional<std::size_t> rows = state_->read_into(targets, room, result.full);
    if (!rows) return {};
    if (targets.mark_lost(as_text)) {
      state_->lines.go_back(start);
      continue;
    }
    result.rows = *rows;
    targets.give(state_->names, result);
    return result;
  }
}

std::optional<CsvColumns> read_plain_csv(const std::string& path, const std::vector<std::string>& names,
                                         const std::vector<int>& wanted, const std::vector<int>& coded,
                                         std::size_t most_bytes) {
  const std::unique_ptr<PlainCsv> file = PlainCsv::open(path, names);
  if (!file) return {};
  CsvWanted fields;
  fields.columns = wanted;
  fields.coded = coded;
  ReadRoom room;
  room.most_bytes = most_bytes;
  return file->read(fields, room);
}

}  // namespace isotherm

// Columns of CSV files, typed by what every row holds: whole numbers, else numbers, else ISO dates, else
// text. Empty words and NA, NaN, null (any case) are missing beside numbers and dates; in text only empty
// ones are.
//
// A plain file is read straight from its bytes, each word becoming a number at once: a million rows of
// fourteen columns in a fraction of what feature objects and kept words cost. Plain means: a file on disk; a
// first line that says the names; `,` `;` tab or `|` between words; quotes, if any, around whole words that
// end on their line. GDAL reads every other file, and its words are typed by the same TypedColumn.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isotherm/core/table.h"
#include "isotherm/core/word_codes.h"
#include "isotherm/io/table_reader.h"

namespace isotherm {

/// A number, infinity included; nothing for any other word.
std::optional<double> number_of(std::string_view word);

/// Takes the words of a column one by one. Its type grows with them; the words are not kept.
class TypedColumn {
 public:
  /// `text`: every word is text, whatever it says.
  explicit TypedColumn(bool text) : kind_(text ? Kind::text : Kind::unknown) {}

  void add(std::string_view word);
  /// Text, and earlier words are gone: they must be read again as text.
  bool lost() const { return kind_ == Kind::lost; }
  /// What the values take, words of more than fifteen letters not counted.
  std::size_t bytes() const {
    return 8 * (integers_.size() + reals_.size()) + sizeof(Texts::value_type) * texts_.size();
  }
  /// Type and values of `column`; a column without any value is one of numbers. Only when not lost().
  void give(Column& column);

 private:
  enum class Kind { unknown, integer, real, date, text, lost };
  void begin(std::string_view word);
  void add_missing(std::string_view word);
  void lose();

  Kind kind_;
  std::size_t rows_ = 0;
  bool word_gone_ = false;  ///< a missing word that was not empty
  Integers integers_;
  Reals reals_;
  Texts texts_;
};

/// A column whose words are told apart, typed when all are known.
class CodedWords {
 public:
  /// Whether the word is new.
  bool add(std::string_view word) {
    const std::size_t before = words_.size();
    codes_.push_back(words_.code(word));
    return words_.size() > before;
  }
  std::size_t bytes() const { return 4 * codes_.size() + words_.bytes(); }
  /// Typed by what the words hold, as TypedColumn does (text where that is asked for); or of a type that is
  /// known already.
  void give(CodedColumn& column, bool as_text = false);
  void give_typed(CodedColumn& column);

 private:
  WordCodes words_;
  std::vector<std::uint32_t> codes_;
};

/// Throws Error(usage) where values take more than allowed.
void check_held(const std::string& path, std::size_t rows, std::size_t held, std::size_t most);

/// Which fields of a row are wanted, by their places in the header.
struct CsvWanted {
  std::vector<int> columns;
  std::vector<int> coded;
  std::vector<int> once;  ///< of the first row of each word of coded.front() only
  bool first_coded_as_text = false;
};

struct CsvColumns {
  std::size_t rows = 0;
  std::vector<Column> columns;
  std::vector<CodedColumn> coded;
  std::vector<Column> once;
  bool full = false;  ///< ended as its values took all that they may
};

/// How much is read at once.
struct ReadRoom {
  std::size_t most_rows = std::numeric_limits<std::size_t>::max();
  std::size_t most_bytes = 0;   ///< of values; 0: any
  bool stop_when_full = false;  ///< else more is Error(usage)
};

/// A plain file, rows after rows.
class PlainCsv {
 public:
  /// Nothing when this is no file on disk, or its first line does not say `names`.
  static std::unique_ptr<PlainCsv> open(const std::string& path, const std::vector<std::string>& names);
  PlainCsv(const PlainCsv&) = delete;
  PlainCsv& operator=(const PlainCsv&) = delete;
  ~PlainCsv();
  /// The next rows, typed by what these hold; nothing when they are not plain.
  std::optional<CsvColumns> read(const CsvWanted& wanted, const ReadRoom& room);

 private:
  struct State;
  explicit PlainCsv(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The fields at `wanted` of a plain file whose header is `names`, and those at `coded`; nothing when it is
/// not plain. `most_bytes` as in TableReadOptions.
std::optional<CsvColumns> read_plain_csv(const std::string& path, const std::vector<std::string>& names,
                                         const std::vector<int>& wanted, const std::vector<int>& coded = {},
                                         std::size_t most_bytes = 0);

}  // namespace isotherm

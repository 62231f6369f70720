// SQLite files written without GDAL between: what a million rows cannot wait for. One file belongs to one
// thread at a time; every failure is an Error(output) that names the file the user asked for.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace isotherm {

class SqliteStatement;

/// A file that exists, opened for writing as one transaction without a journal and without waiting for the
/// disk: only for files that get their name when they are whole.
class SqliteFile {
 public:
  /// `name` is what errors call the file.
  SqliteFile(const std::string& path, std::string name);
  SqliteStatement prepare(const std::string& sql) const;
  void run(const std::string& sql) const { run(sql, "cannot be written"); }
  void commit();
  /// Throws Error(output).
  [[noreturn]] void fail(const std::string& what) const;

 private:
  void run(const std::string& sql, const std::string& what) const;
  struct Closer {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  std::string name_;
  std::unique_ptr<sqlite3, Closer> database_;
};

/// Places of parameters count from 1, those of columns from 0. Texts and blobs that are bound must stay where
/// they are until the statement has run.
class SqliteStatement {
 public:
  /// False behind the last row.
  bool step();
  /// Runs to its end and is ready to run again, its parameters kept.
  void run();

  void bind_null(int place) { check(sqlite3_bind_null(statement_.get(), place)); }
  void bind(int place, std::int64_t value) { check(sqlite3_bind_int64(statement_.get(), place, value)); }
  void bind(int place, double value) { check(sqlite3_bind_double(statement_.get(), place, value)); }
  /// Up to a zero byte.
  void bind_text(int place, const std::string& text);
  void bind_blob(int place, std::string_view bytes);
  /// A text that need not stay.
  void bind_copy(int place, std::string_view text);

  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  std::string text(int column) const;

 private:
  friend class SqliteFile;
  struct Closer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  SqliteStatement(const SqliteFile& file, sqlite3_stmt* statement) : file_(&file), statement_(statement) {}
  /// Values may be too long for SQLite.
  void check(int result) const {
    if (result != SQLITE_OK) file_->fail("a row cannot be written");
  }
  const SqliteFile* file_;
  std::unique_ptr<sqlite3_stmt, Closer> statement_;
};

/// Rows into a table, many with a statement: what a statement takes to begin and to end is more than what a
/// row takes.
class SqliteRows {
 public:
  /// `into` is the table, quoted, with the columns in brackets where these are not all.
  SqliteRows(const SqliteFile& file, const std::string& into, std::size_t columns);
  /// Calls bind(statement, place, row) for each row: its first value belongs behind that place.
  template <class Bind>
  void insert(std::size_t rows, Bind&& bind) {
    for (std::size_t row = 0; row < rows;) {
      const bool many = rows - row >= in_many_;
      SqliteStatement& statement = many ? many_ : one_;
      const std::size_t end = row + (many ? in_many_ : 1);
      for (int place = 0; row < end; ++row, place += columns_) bind(statement, place, row);
      statement.run();
    }
  }

 private:
  int columns_;
  std::size_t in_many_;
  SqliteStatement one_, many_;
};

/// A name as SQL has it: in quotation marks, those within doubled.
std::string sql_name(std::string_view name);

}  // namespace isotherm

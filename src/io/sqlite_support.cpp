#include "sqlite_support.h"

#include <algorithm>
#include <utility>

#include "isotherm/core/error.h"

namespace isotherm {

namespace {

constexpr std::size_t kMostBoundValues = 512,
                      kMostRowsBound = 32;  // of a statement; SQLite takes 32766 values

SqliteStatement insertion(const SqliteFile& file, const std::string& into, std::size_t columns,
                          std::size_t rows) {
  std::string row = "(?";
  for (std::size_t k = 1; k < columns; ++k) row += ", ?";
  row += ')';
  std::string sql = "INSERT INTO " + into + " VALUES " + row;
  for (std::size_t k = 1; k < rows; ++k) sql += ", " + row;
  return file.prepare(sql);
}

}  // namespace

SqliteFile::SqliteFile(const std::string& path, std::string name) : name_(std::move(name)) {
  sqlite3* opened = nullptr;
  const int result =
      sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  database_.reset(opened);  // also where it failed: it then holds the reason
  if (result != SQLITE_OK) fail("cannot be written");
  run("PRAGMA journal_mode = OFF");
  run("PRAGMA synchronous = OFF");
  run("PRAGMA locking_mode = EXCLUSIVE");
  run("BEGIN");
}

SqliteStatement SqliteFile::prepare(const std::string& sql) const {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database_.get(), sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
    fail("cannot be written");
  return {*this, statement};
}

void SqliteFile::run(const std::string& sql, const std::string& what) const {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(what);
}

void SqliteFile::commit() { run("COMMIT", "cannot be completed"); }

void SqliteFile::fail(const std::string& what) const {
  const char* const reason = database_ ? sqlite3_errmsg(database_.get()) : "out of memory";
  throw Error(ErrorKind::output, name_ + ": " + what + ": " + reason);
}

bool SqliteStatement::step() {
  const int result = sqlite3_step(statement_.get());
  if (result != SQLITE_ROW && result != SQLITE_DONE) file_->fail("a row cannot be written");
  return result == SQLITE_ROW;
}

void SqliteStatement::run() {
  while (step()) {
  }
  sqlite3_reset(statement_.get());
}

void SqliteStatement::bind_text(int place, const std::string& text) {
  check(sqlite3_bind_text(statement_.get(), place, text.c_str(), -1, SQLITE_STATIC));
}

void SqliteStatement::bind_blob(int place, std::string_view bytes) {
  check(sqlite3_bind_blob64(statement_.get(), place, bytes.data(), bytes.size(), SQLITE_STATIC));
}

void SqliteStatement::bind_copy(int place, std::string_view text) {
  check(
      sqlite3_bind_text64(statement_.get(), place, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

std::string SqliteStatement::text(int column) const {
  const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return text == nullptr ? "" : text;
}

SqliteRows::SqliteRows(const SqliteFile& file, const std::string& into, std::size_t columns)
    : columns_(static_cast<int>(columns)),
      in_many_(std::clamp<std::size_t>(kMostBoundValues / columns, 1, kMostRowsBound)),
      one_(insertion(file, into, columns, 1)),
      many_(insertion(file, into, columns, in_many_)) {}

std::string sql_name(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

}  // namespace isotherm

// Tables as Excel workbooks: a sheet per year of the rows (one sheet where they have none), then a sheet
// "columns" that says what each column is, in which unit, and where the table comes from.
//
// Sheets are streamed (libxlsxwriter's constant memory mode: a row at a time, through files of the output's
// own folder). A sheet that reaches Excel's last row goes on in "2021 (2)". Outlines are left out. Missing is
// an empty cell; dates are Excel dates. No time of day is written, so that equal tables give equal bytes.
// Limits: Microsoft, "Excel specifications and limits".
#include <xlsxwriter.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>

#include "isotherm/core/date.h"
#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "isotherm/core/version.h"
#include "isotherm/io/output_file.h"
#include "table_sinks.h"

namespace isotherm {

namespace {

constexpr std::size_t kMostColumns = 16384;
constexpr std::int64_t kLargestWhole = std::int64_t{1} << 53;  // Excel's numbers are doubles
constexpr time_t kNoTime = 946684800;                          // 2000-01-01
constexpr double kWidth = 14;                                  // of columns, in characters
constexpr double kWideWidth = 60;

class XlsxSink : public RowSink {
 public:
  XlsxSink(const std::string& path, const TableSchema& schema, const TableOptions& options,
           std::uint32_t rows_per_sheet, const RunContext& context)
      : file_(path, context.overwrite), schema_(schema), about_(options.about), most_rows_(rows_per_sheet) {
    if (schema.columns.size() > kMostColumns) {
      throw Error(ErrorKind::usage, path + ": " + std::to_string(schema.columns.size()) +
                                        " columns, and an Excel sheet has " + std::to_string(kMostColumns) +
                                        "; use --layout long, or CSV");
    }
    std::string folder = std::filesystem::path(file_.path()).parent_path().string();
    if (folder.empty()) folder = ".";
    lxw_workbook_options settings{};
    settings.constant_memory = LXW_TRUE;
    settings.tmpdir = folder.data();
    book_.reset(workbook_new_opt(file_.path().c_str(), &settings));
    if (!book_) throw Error(ErrorKind::output, path + ": a workbook cannot be made");
    lxw_doc_properties properties{};
    properties.created = kNoTime;
    workbook_set_properties(book_.get(), &properties);
    head_ = workbook_add_format(book_.get());
    format_set_bold(head_);
    date_ = workbook_add_format(book_.get());
    format_set_num_format(date_, "yyyy-mm-dd");
    find_year();
  }

  Prepared prepare(Table batch) const override {
    Prepared prepared;
    prepared.rows = batch.rows();
    prepared.table = std::move(batch);
    return prepared;
  }
  bool uses_geometry() const override { return false; }

  void write(Prepared&& batch) override {
    for (std::size_t row = 0; row < batch.rows; ++row) {
      Sheet& sheet = sheet_of(batch.table, row);
      for (std::size_t k = 0; k < batch.table.columns.size(); ++k) {
        write_cell(sheet.sheet, sheet.next, static_cast<lxw_col_t>(k), batch.table.columns[k], row);
      }
      ++sheet.next;
    }
  }

  void finish() override {
    if (sheets_.empty()) add_sheet("table", sheets_["table"]);
    write_dictionary();
    check(workbook_close(book_.release()), "cannot be completed");
    file_.commit();
  }

 private:
  struct Sheet {
    lxw_worksheet* sheet = nullptr;
    std::uint32_t next = 0;  ///< row
    int part = 0;
  };
  struct Closer {
    void operator()(lxw_workbook* book) const { lxw_workbook_free(book); }
  };

  void check(lxw_error error, const std::string& what) const {
    if (error == LXW_NO_ERROR) return;
    throw Error(ErrorKind::output, file_.final_path() + ": " + what + ": " + lxw_strerror(error));
  }

  /// The column whose text begins with the year.
  void find_year() {
    static constexpr std::string_view kNames[] = {"year", "date", "day", "month", "season"};
    for (std::size_t k = 0; k < schema_.columns.size() && !year_; ++k) {
      const ColumnInfo& info = schema_.columns[k];
      if (info.type != ColumnType::real && std::ranges::find(kNames, info.name) != std::end(kNames))
        year_ = k;
    }
  }
  std::string year_of(const Table& table, std::size_t row) const {
    if (!year_) return "table";
    const Column& column = table.columns[*year_];
    if (column.info.type == ColumnType::integer) {
      const std::int64_t year = column.integers()[row];
      return year == kMissingInteger ? "undated" : std::to_string(year);
    }
    const auto& text = column.texts()[row];
    return text && text->size() >= 4 && parse_integer(text->substr(0, 4)) ? text->substr(0, 4) : "undated";
  }
  Sheet& sheet_of(const Table& table, std::size_t row) {
    const std::string name = year_of(table, row);
    Sheet& sheet = sheets_[name];
    if (sheet.sheet == nullptr || sheet.next == most_rows_) {
      ++sheet.part;
      add_sheet(sheet.part == 1 ? name : name + " (" + std::to_string(sheet.part) + ")", sheet);
    }
    return sheet;
  }
  void add_sheet(const std::string& name, Sheet& sheet) {
    sheet.sheet = workbook_add_worksheet(book_.get(), name.c_str());
    if (sheet.sheet == nullptr)
      throw Error(ErrorKind::output, file_.final_path() + ": sheet " + name + " cannot be made");
    check(worksheet_set_column(sheet.sheet, 0, static_cast<lxw_col_t>(schema_.columns.size() - 1), kWidth,
                               nullptr),
          "columns cannot be laid out");
    worksheet_freeze_panes(sheet.sheet, 1, 0);
    for (std::size_t k = 0; k < schema_.columns.size(); ++k) {
      write_text(sheet.sheet, 0, static_cast<lxw_col_t>(k), schema_.columns[k].name, head_);
    }
    sheet.next = 1;
  }

  void write_text(lxw_worksheet* sheet, std::uint32_t row, lxw_col_t column, const std::string& text,
                  lxw_format* format = nullptr) const {
    check(worksheet_write_string(sheet, row, column, text.c_str(), format), "a text cannot be written");
  }
  void write_number(lxw_worksheet* sheet, std::uint32_t row, lxw_col_t column, double value) const {
    check(worksheet_write_number(sheet, row, column, value, nullptr), "a number cannot be written");
  }
  void write_cell(lxw_worksheet* sheet, std::uint32_t to, lxw_col_t k, const Column& column,
                  std::size_t row) const {
    switch (column.info.type) {
      case ColumnType::integer: {
        const std::int64_t value = column.integers()[row];
        if (value == kMissingInteger) return;
        if (value > kLargestWhole || value < -kLargestWhole) {
          write_text(sheet, to, k, std::to_string(value));
        } else {
          write_number(sheet, to, k, static_cast<double>(value));
        }
        return;
      }
      case ColumnType::real:
        if (const double value = column.reals()[row]; std::isfinite(value)) write_number(sheet, to, k, value);
        return;
      case ColumnType::text:
        if (const auto& text = column.texts()[row]) write_text(sheet, to, k, *text);
        return;
      case ColumnType::date:
        if (const auto& text = column.texts()[row]) write_date(sheet, to, k, *text);
        return;
    }
  }
  void write_date(lxw_worksheet* sheet, std::uint32_t row, lxw_col_t column, const std::string& text) const {
    const auto date = parse_date(text);
    if (!date || date->year < 1900) {  // before Excel's time
      write_text(sheet, row, column, text);
      return;
    }
    lxw_datetime day{};
    day.year = date->year;
    day.month = date->month;
    day.day = date->day;
    check(worksheet_write_datetime(sheet, row, column, &day, date_), "a date cannot be written");
  }

  void write_dictionary() {
    lxw_worksheet* sheet = workbook_add_worksheet(book_.get(), "columns");
    if (sheet == nullptr)
      throw Error(ErrorKind::output, file_.final_path() + ": its dictionary cannot be made");
    check(worksheet_set_column(sheet, 0, 2, kWidth * 1.5, nullptr), "columns cannot be laid out");
    check(worksheet_set_column(sheet, 3, 3, kWideWidth, nullptr), "columns cannot be laid out");
    std::uint32_t row = 0;
    const auto line = [&](const std::array<std::string, 4>& cells, lxw_format* format) {
      for (std::size_t k = 0; k < cells.size(); ++k) {
        if (!cells[k].empty()) write_text(sheet, row, static_cast<lxw_col_t>(k), cells[k], format);
      }
      ++row;
    };
    line({"column", "type", "unit", "description"}, head_);
    for (const ColumnInfo& info : schema_.columns) {
      line({info.name, type_name(info.type), info.unit, info.description}, nullptr);
    }
    ++row;
    line({"about", "", "", ""}, head_);
    for (const auto& [what, text] : about_) line({what, "", "", text}, nullptr);
    line({"made by", "", "", "isotherm " + std::string(version())}, nullptr);
  }
  static std::string type_name(ColumnType type) {
    switch (type) {
      case ColumnType::integer:
        return "whole number";
      case ColumnType::real:
        return "number";
      case ColumnType::date:
        return "date";
      case ColumnType::text:
        break;
    }
    return "text";
  }

  OutputFile file_;
  std::unique_ptr<lxw_workbook, Closer> book_;  ///< goes before file_
  TableSchema schema_;
  std::vector<std::pair<std::string, std::string>> about_;
  std::uint32_t most_rows_;
  lxw_format* head_ = nullptr;
  lxw_format* date_ = nullptr;
  std::optional<std::size_t> year_;
  std::map<std::string, Sheet> sheets_;  ///< by year
};

}  // namespace

std::unique_ptr<RowSink> open_xlsx(const std::string& path, const TableSchema& schema,
                                   const TableOptions& options, const RunContext& context,
                                   std::uint32_t rows_per_sheet) {
  return std::make_unique<XlsxSink>(path, schema, options, rows_per_sheet, context);
}

}  // namespace isotherm

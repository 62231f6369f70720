#include "forecast_parts.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "isotherm/core/error.h"
#include "isotherm/core/text.h"
#include "refuse.h"

namespace isotherm {

namespace {

constexpr std::size_t kMostRowsInPiece = 1 << 16, kFewestRowsInPart = 256;

}  // namespace

struct SeriesParts::Survey {
  std::size_t rows_in_part = 0;
  std::optional<SeriesFacts> facts;
  std::vector<std::size_t> names;  ///< hashes: two alike by chance only make a table look unsorted
  std::string last_name;
  std::size_t rows = 0, part_begin = 0;
  std::vector<std::size_t> part_rows;
};

SeriesParts::SeriesParts(const ForecastJob& job, Log& log, std::size_t most_bytes)
    : job_(job), log_(log), most_bytes_(most_bytes) {
  if (job.areas) {
    take_whole(SeriesTable(job, read_area_sums(job, log, most_bytes)));
    return;
  }
  const bool one_by_one = !job.id.empty() && job.pool == "none";
  if (!one_by_one) {
    head_ = SeriesTable::read(job, log, most_bytes);
    cells_ = head_->cells();
    return;
  }
  TableReadOptions first = options();
  first.stop_when_full = true;
  std::size_t fits = 0;
  {
    ReadTable read = TableStream(job.table, first).next(std::numeric_limits<std::size_t>::max(), log);
    if (read.rows == 0) throw Error(ErrorKind::input, job.table + ": has no rows");
    if (read.whole) {
      take_whole(SeriesTable(job, std::move(read)));
      return;
    }
    fits = read.rows;
  }
  survey(std::max(kFewestRowsInPart, fits / 4));
}

TableReadOptions SeriesParts::options() const {
  TableReadOptions options = SeriesTable::read_options(job_);
  options.most_bytes = most_bytes_;
  options.names_as_text = names_as_text_;
  return options;
}

void SeriesParts::take_whole(SeriesTable series) {
  if (series.cells() == 0)
    throw Error(ErrorKind::no_data, job_.table + " has no row with a '" + job_.id + "'");
  tell(series.notes(), job_, series.calendar(), log_);
  cells_ = series.cells();
  head_.emplace(std::move(series));
}

void SeriesParts::survey(std::size_t rows_in_part) {
  Survey found;
  found.rows_in_part = rows_in_part;
  TableStream stream(job_.table, options());
  for (;;) {
    ReadTable piece = stream.next(std::min(rows_in_part, kMostRowsInPiece), silent_);
    const std::size_t rows = piece.rows;
    if (rows == 0) break;
    if (!survey_piece(SeriesTable(job_, std::move(piece)), found)) {
      // Names that look like numbers in some places are text in all.
      names_as_text_ = true;
      return survey(rows_in_part);
    }
    found.rows += rows;
  }
  if (!found.facts) throw Error(ErrorKind::no_data, job_.table + " has no row with a '" + job_.id + "'");
  cells_ = found.names.size();
  std::ranges::sort(found.names);
  if (std::ranges::adjacent_find(found.names) != found.names.end())
    refuse_parts("the rows of a cell do not stand together");
  check_span(*found.facts);
  found.part_rows.push_back(found.rows - found.part_begin);
  part_rows_ = std::move(found.part_rows);
  head_.emplace(job_, *found.facts);
  log_.note(job_.table + " takes more than --memory allows at once: its cells are taken in " +
            std::to_string(part_rows_.size()) + " parts");
}

void SeriesParts::refuse_parts(const std::string& why) const {
  refuse(job_.table + " takes more than --memory allows, and cannot be taken in parts, as " + why +
         "; sort it by '" + job_.id + "', or allow more");
}

/// False when names must be read as text.
bool SeriesParts::survey_piece(const SeriesTable& piece, Survey& found) const {
  if (piece.cells() == 0) return true;
  const SeriesFacts& here = piece.facts();
  if (!found.facts) found.facts = here;
  SeriesFacts& facts = *found.facts;
  const ColumnType type = joined_type(facts.ids.front().type, here.ids.front().type);
  if (type == ColumnType::text && !names_as_text_ &&
      (facts.ids.front().type != type || here.ids.front().type != type))
    return false;
  if (facts.calendar.name() != here.calendar.name()) {
    refuse(
        "the times are written in several ways; say on which calendar to put them, for example --every year, "
        "month or 16d");
  }
  if (type == ColumnType::real) refuse_parts("its cells have numbers with decimals for names");
  if (!piece.cells_together()) refuse_parts("the rows of a cell do not stand together");
  facts.ids.resize(std::min(facts.ids.size(), here.ids.size()));
  facts.first = std::min(facts.first, here.first);
  facts.last_row = std::max(facts.last_row, here.last_row);
  facts.last_value = std::max(facts.last_value, here.last_value);
  facts.has_outlines = facts.has_outlines || here.has_outlines;
  for (std::size_t cell = 0; cell < piece.cells(); ++cell) {
    std::string name = piece.id_text(cell);
    if (!found.names.empty() && cell == 0 && name == found.last_name) continue;
    const bool cut_here = found.names.size() % kCellsInBatch == 0;
    found.names.push_back(std::hash<std::string>()(name));
    found.last_name = std::move(name);
    const std::size_t row = found.rows + piece.first_row(cell);
    if (!cut_here || row - found.part_begin < found.rows_in_part) continue;
    found.part_rows.push_back(row - found.part_begin);
    found.part_begin = row;
  }
  return true;
}

void SeriesParts::visit(const std::function<void(const SeriesTable&)>& each) {
  if (part_rows_.empty()) return each(*head_);
  SeriesNotes notes;
  TableStream stream(job_.table, options());
  for (const std::size_t rows : part_rows_) {
    ReadTable piece = stream.next(rows, silent_);
    if (piece.rows != rows) throw Error(ErrorKind::input, job_.table + " has changed while it was read");
    const SeriesTable part(job_, std::move(piece), &head_->facts());
    notes.add(part.notes());
    if (part.cells() > 0) each(part);
  }
  if (!told_) tell(notes, job_, head_->calendar(), log_);
  told_ = true;
}

void SeriesParts::require_cells(std::span<const std::string> names) {
  if (names.empty()) return;
  std::vector<std::string> absent(names.begin(), names.end());
  std::string nearest;
  visit([&](const SeriesTable& part) {
    std::vector<std::string> known;
    for (std::size_t cell = 0; cell < part.cells(); ++cell) known.push_back(part.id_text(cell));
    std::erase_if(absent,
                  [&](const std::string& name) { return std::ranges::find(known, name) != known.end(); });
    if (!absent.empty() && nearest.empty()) nearest = suggestion(absent.front(), known);
  });
  if (!absent.empty())
    throw Error(ErrorKind::usage, "--plot: the table has no cell '" + absent.front() + "'" + nearest);
}

}  // namespace isotherm

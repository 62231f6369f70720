#include "isotherm/engine/part_file.h"

#include <array>
#include <utility>

#include "isotherm/core/bytes.h"
#include "isotherm/core/error.h"
#include "isotherm/core/hash.h"
#include "isotherm/io/digest.h"
#include "outline_bytes.h"
#include "record_file.h"

namespace isotherm {

namespace {

constexpr std::size_t kPlaceBytes = 32;

MultiPolygon get_outline(ByteReader& in) {
  MultiPolygon outline(in.count(1));
  for (Polygon& polygon : outline) {
    polygon.rings.resize(in.count(1));
    for (Ring& ring : polygon.rings) {
      ring.resize(in.count(2 * sizeof(double)));
      for (Point& p : ring) {
        p.x = in.fixed<double>();
        p.y = in.fixed<double>();
      }
    }
  }
  return outline;
}

void put_values(ByteWriter& out, const Integers& values) { out.array(std::span<const std::int64_t>(values)); }
void put_values(ByteWriter& out, const Reals& values) { out.array(std::span<const double>(values)); }
void put_values(ByteWriter& out, const Texts& values) {
  for (const auto& value : values) {
    out.varint(value ? value->size() + 1 : 0);
    if (value) out.append(*value);
  }
}

void get_values(ByteReader& in, std::size_t rows, Integers& values) { in.array(rows, values); }
void get_values(ByteReader& in, std::size_t rows, Reals& values) { in.array(rows, values); }
void get_values(ByteReader& in, std::size_t rows, Texts& values) {
  for (std::size_t k = 0; k < rows; ++k) {
    const std::uint64_t length = in.varint();
    if (length == 0) {
      values.push_back(std::nullopt);
      continue;
    }
    const auto bytes = in.take(length - 1);
    values.emplace_back(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  }
}

void put(ByteWriter& out, const TableSchema& schema) {
  out.fixed(static_cast<std::uint8_t>(schema.has_geometry));
  out.text(schema.crs);
  out.varint(schema.columns.size());
  for (const ColumnInfo& column : schema.columns) {
    out.text(column.name);
    out.fixed(static_cast<std::uint8_t>(column.type));
    out.text(column.unit);
    out.text(column.description);
    out.zigzag(column.digits);
  }
}

TableSchema get_schema(ByteReader& in) {
  TableSchema schema;
  schema.has_geometry = in.fixed<std::uint8_t>() != 0;
  schema.crs = in.text();
  const std::size_t columns = in.count(5);
  for (std::size_t k = 0; k < columns; ++k) {
    ColumnInfo column;
    column.name = in.text();
    const auto type = in.fixed<std::uint8_t>();
    if (type > static_cast<std::uint8_t>(ColumnType::date)) in.fail("the type of a column");
    column.type = static_cast<ColumnType>(type);
    column.unit = in.text();
    column.description = in.text();
    column.digits = static_cast<int>(in.zigzag());
    if (column.digits < 0 || column.digits > 17) in.fail("the digits of a column");
    schema.columns.push_back(std::move(column));
  }
  return schema;
}

void put(ByteWriter& out, const std::vector<Fact>& facts) {
  out.varint(facts.size());
  for (const Fact& fact : facts) {
    out.text(fact.name);
    out.text(fact.value);
  }
}

std::vector<Fact> get_facts(ByteReader& in) {
  std::vector<Fact> facts(in.count(2));
  for (Fact& fact : facts) {
    fact.name = in.text();
    fact.value = in.text();
  }
  return facts;
}

PartCells get_cells(ByteReader& in) {
  PartCells cells;
  cells.grid = in.text();
  cells.origin.x = in.fixed<double>();
  cells.origin.y = in.fixed<double>();
  cells.crs = in.text();
  CellRange& r = cells.range;
  for (std::int32_t* number : {&r.i_first, &r.i_count, &r.j_north, &r.j_count, &r.j_step})
    *number = in.fixed<std::int32_t>();
  if (r.i_count < 0 || r.j_count < 0 || (r.j_step != 1 && r.j_step != -1)) in.fail("the range of its cells");
  return cells;
}

std::string text_of(const PartInfo& info) {
  ByteWriter out;
  out.varint(static_cast<std::uint64_t>(info.share.index));
  out.varint(static_cast<std::uint64_t>(info.share.count));
  put(out, info.facts);
  put(out, info.about);
  out.fixed(static_cast<std::uint8_t>(info.cells.has_value()));
  if (info.cells) {
    out.text(info.cells->grid);
    out.fixed(info.cells->origin.x);
    out.fixed(info.cells->origin.y);
    out.text(info.cells->crs);
    const CellRange& r = info.cells->range;
    for (const std::int32_t number : {r.i_first, r.i_count, r.j_north, r.j_count, r.j_step})
      out.fixed(number);
  }
  put(out, info.schema);
  out.varint(info.slots.size());
  for (const PartSlot& slot : info.slots) {
    out.text(slot.label);
    out.text(slot.scene);
    out.text(slot.date);
  }
  out.fixed(static_cast<std::uint8_t>(info.wide));
  for (const std::int64_t number : {info.observations, info.zones, info.outside, info.with_values})
    out.fixed(number);
  return out.take();
}

PartInfo read_info(ByteReader& in) {
  PartInfo info;
  const std::uint64_t index = in.varint(), count = in.varint();
  if (index < 1 || index > count || count > 1000000) in.fail("which share it is");
  info.share = {static_cast<int>(index), static_cast<int>(count)};
  info.facts = get_facts(in);
  info.about = get_facts(in);
  if (in.fixed<std::uint8_t>() != 0) info.cells = get_cells(in);
  info.schema = get_schema(in);
  info.slots.resize(in.count(3));
  for (PartSlot& slot : info.slots) {
    slot.label = in.text();
    slot.scene = in.text();
    slot.date = in.text();
  }
  info.wide = in.fixed<std::uint8_t>() != 0;
  for (std::int64_t* number : {&info.observations, &info.zones, &info.outside, &info.with_values})
    *number = in.fixed<std::int64_t>();
  if (info.slots.empty()) in.fail("it has no dates");
  return info;
}

}  // namespace

std::string digest_of(std::span<const Fact> facts) {
  ByteWriter out;
  for (const Fact& fact : facts) {
    out.text(fact.name);
    out.text(fact.value);
  }
  return text_digest("sha256", out.bytes());
}

struct PartWriter::State {
  State(const std::string& path, bool overwrite) : file(path, kPartMagic, overwrite) {}
  RecordFileWriter file;
  ByteWriter index;
  std::uint64_t blocks = 0;
};

PartWriter::PartWriter(const std::string& path, bool overwrite)
    : state_(std::make_unique<State>(path, overwrite)) {}
PartWriter::~PartWriter() = default;

std::string PartWriter::encode(const PartBlock& block) {
  if (block.positions.empty()) return "";
  ByteWriter out;
  out.varint(block.positions.size());
  std::int64_t before = 0;
  for (const std::int64_t position : block.positions) {
    out.varint(static_cast<std::uint64_t>(position - before));
    before = position;
  }
  for (const Column& column : block.rows.columns) {
    std::visit([&](const auto& values) { put_values(out, values); }, column.values);
  }
  for (const MultiPolygon& outline : block.outlines) put_outline(out, outline);
  return out.take();
}

void PartWriter::write(const std::string& encoded, std::int64_t first_position) {
  if (encoded.empty()) return;
  state_->index.fixed(state_->file.append(encoded));
  state_->index.fixed(static_cast<std::uint64_t>(encoded.size()));
  state_->index.fixed(checksum64(std::as_bytes(std::span(encoded))));
  state_->index.fixed(first_position);
  ++state_->blocks;
}

void PartWriter::finish(const PartInfo& info) {
  ByteWriter contents;
  contents.append(text_of(info));
  contents.varint(state_->blocks);
  contents.append(state_->index.bytes());
  state_->file.finish(contents.bytes());
}

PartFile PartFile::open(const std::string& path) {
  PartFile part;
  part.name_ = path;
  part.file_ = std::make_shared<MappedFile>(path);
  part.read(part.file_->bytes());
  return part;
}

PartFile PartFile::parse(std::span<const std::byte> bytes, std::string name, bool sums) {
  PartFile part;
  part.sums_ = sums;
  part.name_ = std::move(name);
  part.read(bytes);
  return part;
}

void PartFile::read(std::span<const std::byte> bytes) {
  bytes_ = bytes;
  ByteReader in(contents_of(bytes, kPartMagic, "parts that 'isotherm zonal --shard' makes", name_, sums_),
                name_);
  info_ = read_info(in);
  const std::size_t blocks = in.count(kPlaceBytes);
  for (std::size_t k = 0; k < blocks; ++k) {
    const auto offset = in.fixed<std::uint64_t>();
    const auto length = in.fixed<std::uint64_t>();
    if (offset > bytes.size() || length > bytes.size() - offset) in.fail("cut short");
    const auto checksum = in.fixed<std::uint64_t>();
    places_.push_back({offset, length, checksum, in.fixed<std::int64_t>()});
    if (k > 0 && places_[k].first <= places_[k - 1].first) in.fail("zones are out of order");
  }
}

PartBlock PartFile::block(std::size_t n) const {
  const Place& place = places_[n];
  const auto bytes =
      bytes_.subspan(static_cast<std::size_t>(place.offset), static_cast<std::size_t>(place.length));
  ByteReader in(bytes, name_);
  if (sums_ && checksum64(bytes) != place.checksum) in.fail("a checksum is wrong");
  PartBlock block;
  std::int64_t position = 0;
  const std::size_t zones = in.count(1);
  for (std::size_t k = 0; k < zones; ++k) {
    const std::uint64_t step = in.varint();
    if (step > (std::uint64_t{1} << 60) || (k > 0 && step == 0)) in.fail("zones are out of order");
    position += static_cast<std::int64_t>(step);
    if (position > std::int64_t{1} << 60) in.fail("zones are out of order");
    block.positions.push_back(position);
  }
  if (zones == 0 || block.positions.front() != place.first) in.fail("zones are out of order");
  // Every row has at least a byte for each of its values.
  const std::size_t rows = zones * info_.rows_per_zone();
  if (!info_.schema.columns.empty() && rows > in.left()) in.fail("more rows than it has bytes for");
  block.rows = make_table(info_.schema);
  for (Column& column : block.rows.columns) {
    std::visit([&](auto& values) { get_values(in, rows, values); }, column.values);
  }
  for (std::size_t k = 0; info_.schema.has_geometry && k < zones; ++k)
    block.outlines.push_back(get_outline(in));
  if (in.left() != 0) in.fail("bytes are left over");
  return block;
}

void PartFile::check() const {
  for (std::size_t k = 0; k < blocks(); ++k) block(k);
}

}  // namespace isotherm

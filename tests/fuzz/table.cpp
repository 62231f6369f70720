// Tables as CSV: every column as long as the table.
#include "isotherm/io/table_reader.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace isotherm;
  fuzz::Silence log;
  const fuzz::MemoryFile file("fuzz/cells.csv", data, size);
  fuzz::value_or_error([&] {
    const ReadTable read = read_table(file.name(), {}, log);
    fuzz::require(read.anchors.empty() || read.anchors.size() == read.table.rows(),
                  "an anchor per row or none");
  });
  return 0;
}

// Rules that change columns: parsed and applied to a small table with missing values and texts.
#include "isotherm/model/change.h"

#include "isotherm/io/table_reader.h"
#include "target.h"

namespace {

using namespace isotherm;

const Table& small_table() {
  static const Table table = [] {
    constexpr std::string_view kText = "a,b,zone,n\n1.5,2,park,1\n,0,road,2\n-3,1e300,park,3\n";
    const fuzz::MemoryFile file("fuzz/change.csv", reinterpret_cast<const std::uint8_t*>(kText.data()),
                                kText.size());
    fuzz::Silence log;
    return read_table(file.name(), {}, log).table;
  }();
  return table;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::value_or_error([&] {
    const Change change(fuzz::text_of(data, size));
    fuzz::require(!change.column().empty(), "a rule that changes no column");
    Table table = small_table();
    fuzz::require(change.apply(table) <= table.rows(), "more rows changed than there are");
  });
  return 0;
}

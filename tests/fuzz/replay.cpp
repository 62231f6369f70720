// Runs a fuzz target over the files given or found in the folders given: replay FILE_OR_FOLDER...
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "target.h"

namespace {

void run(const std::filesystem::path& file) {
  std::cout << file.filename().string() << std::endl;
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

int main(int count, char** arguments) {
  std::size_t files = 0;
  for (int k = 1; k < count; ++k) {
    if (!std::filesystem::is_directory(arguments[k])) {
      run(arguments[k]);
      ++files;
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(arguments[k])) {
      if (!entry.is_regular_file()) continue;
      run(entry.path());
      ++files;
    }
  }
  std::cout << files << " files\n";
  return files == 0 ? 1 : 0;
}

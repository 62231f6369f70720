// The floor of every benchmark: decodes all blocks of some rasters through GDAL, each thread with handles of
// its own, and does nothing with them.
//
//   decode_floor THREADS FILE...
#include <gdal_priv.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

/// Decodes the blocks whose numbers `next` gives out. Returns false when a block cannot be read.
bool decode(const std::string& path, std::atomic<int>& next) {
  GDALDatasetUniquePtr file(GDALDataset::Open(path.c_str(), GDAL_OF_RASTER));
  if (!file) return false;
  GDALRasterBand* band = file->GetRasterBand(1);
  int width = 0, height = 0;
  band->GetBlockSize(&width, &height);
  const int across = (band->GetXSize() + width - 1) / width, down = (band->GetYSize() + height - 1) / height;
  const int bytes = GDALGetDataTypeSizeBytes(band->GetRasterDataType());
  std::vector<char> block(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
                          static_cast<std::size_t>(bytes));
  for (int n = next++; n < across * down; n = next++) {
    if (band->ReadBlock(n % across, n / across, block.data()) != CE_None) return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: decode_floor THREADS FILE...\n");
    return 2;
  }
  GDALAllRegister();
  std::atomic<bool> sound{true};
  for (int k = 2; k < argc; ++k) {
    std::atomic<int> next{0};
    std::vector<std::jthread> threads;
    for (int t = 0; t < std::atoi(argv[1]); ++t) {
      threads.emplace_back([&] {
        if (!decode(argv[k], next)) sound = false;
      });
    }
  }
  return sound ? 0 : 3;
}

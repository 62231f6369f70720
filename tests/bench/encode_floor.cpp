// The other half of a raster's floor: writes the numbers of an existing GeoTIFF again through GDAL, with the
// same tiles and compression, and does nothing else. The numbers are read before the clock starts; the file
// is synced before it stops, as the program's own outputs are. Prints the seconds on the clock and of the
// processor.
//
//   encode_floor THREADS COMPRESSION FROM.tif TO.tif
#include <fcntl.h>
#include <gdal_priv.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

namespace {

struct Block {
  int band, x, y;
  std::vector<char> numbers;
};

std::vector<Block> read_all(GDALDataset& file) {
  std::vector<Block> blocks;
  for (int band = 1; band <= file.GetRasterCount(); ++band) {
    GDALRasterBand& from = *file.GetRasterBand(band);
    int width = 0, height = 0;
    from.GetBlockSize(&width, &height);
    const auto bytes = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
                       static_cast<std::size_t>(GDALGetDataTypeSizeBytes(from.GetRasterDataType()));
    for (int y = 0; y < (from.GetYSize() + height - 1) / height; ++y) {
      for (int x = 0; x < (from.GetXSize() + width - 1) / width; ++x) {
        blocks.push_back({band, x, y, std::vector<char>(bytes)});
        if (from.ReadBlock(x, y, blocks.back().numbers.data()) != CE_None) return {};
      }
    }
  }
  return blocks;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: encode_floor THREADS COMPRESSION FROM.tif TO.tif\n");
    return 2;
  }
  GDALAllRegister();
  const GDALDatasetUniquePtr from(GDALDataset::Open(argv[3], GDAL_OF_RASTER));
  if (!from) return 3;
  std::vector<Block> blocks = read_all(*from);
  if (blocks.empty()) return 3;
  const std::string compression(argv[2]), threads = "NUM_THREADS=" + std::string(argv[1]),
                                          compress = "COMPRESS=" + compression;
  const char* options[] = {"TILED=YES",
                           "BLOCKXSIZE=256",
                           "BLOCKYSIZE=256",
                           "INTERLEAVE=BAND",
                           compress.c_str(),
                           threads.c_str(),
                           compression == "NONE" ? nullptr : "PREDICTOR=3",
                           nullptr};
  const auto start = std::chrono::steady_clock::now();
  const std::clock_t worked = std::clock();
  GDALDatasetUniquePtr to(GetGDALDriverManager()->GetDriverByName("GTiff")->Create(
      argv[4], from->GetRasterXSize(), from->GetRasterYSize(), from->GetRasterCount(),
      from->GetRasterBand(1)->GetRasterDataType(), const_cast<char**>(options)));
  if (!to) return 3;
  for (Block& block : blocks) {
    if (to->GetRasterBand(block.band)->WriteBlock(block.x, block.y, block.numbers.data()) != CE_None)
      return 3;
  }
  to.reset();
  const int file = ::open(argv[4], O_RDONLY);
  if (file < 0 || ::fsync(file) != 0) return 3;
  ::close(file);
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  std::printf("%.3f %.3f\n", spent.count(), static_cast<double>(std::clock() - worked) / CLOCKS_PER_SEC);
  return 0;
}

#include "tiff_blocks.h"

#include <fcntl.h>
#include <gdal_priv.h>
#include <libdeflate.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "raw_raster.h"

namespace isotherm {

namespace {

/// A sound block hardly grows when it is compressed.
constexpr std::size_t kMostGrowth = 4096;

struct FreeInflater {
  void operator()(libdeflate_decompressor* inflater) const { libdeflate_free_decompressor(inflater); }
};

class Descriptor {
 public:
  explicit Descriptor(const std::string& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  bool is_file() const {
    struct stat status;
    return number_ >= 0 && ::fstat(number_, &status) == 0 && S_ISREG(status.st_mode);
  }
  bool read(std::uint64_t at, std::byte* to, std::size_t bytes) const {
    while (bytes > 0) {
      const ssize_t got = ::pread(number_, to, bytes, static_cast<off_t>(at));
      if (got <= 0) return false;
      at += static_cast<std::uint64_t>(got);
      to += got;
      bytes -= static_cast<std::size_t>(got);
    }
    return true;
  }

 private:
  int number_;
};

std::string_view structure(GDALDataset& dataset, const char* item) {
  const char* value = dataset.GetMetadataItem(item, "IMAGE_STRUCTURE");
  return value == nullptr ? "" : value;
}

/// "BLOCK_OFFSET_3_7" and its like, as a number below 2^63; nothing where the block is not in the file.
std::optional<std::uint64_t> block_item(GDALRasterBand& band, const char* what, std::int64_t x,
                                        std::int64_t y) {
  const std::string name = std::string("BLOCK_") + what + "_" + std::to_string(x) + "_" + std::to_string(y);
  const char* text = band.GetMetadataItem(name.c_str(), "TIFF");
  if (text == nullptr) return std::nullopt;
  std::uint64_t value = 0;
  const char* end = text + std::strlen(text);
  const auto parsed = std::from_chars(text, end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end || value == 0 || value >> 63 != 0) return std::nullopt;
  return value;
}

/// Numbers of a row are stored as differences from the one before, modulo their size.
template <class Number>
void undo_differences(std::byte* row, std::size_t count) {
  Number sum = 0;
  for (std::size_t k = 0; k < count; ++k, row += sizeof(Number)) {
    Number step;
    std::memcpy(&step, row, sizeof(Number));
    sum = static_cast<Number>(sum + step);
    std::memcpy(row, &sum, sizeof(Number));
  }
}

/// Bytes of a row stand in planes, most significant first, and are then stored as differences.
void undo_float_planes(std::byte* row, std::size_t count, std::size_t size, std::vector<std::byte>& scratch) {
  undo_differences<std::uint8_t>(row, count * size);
  scratch.assign(row, row + count * size);
  for (std::size_t plane = 0; plane < size; ++plane) {
    const std::byte* from = scratch.data() + plane * count;
    std::byte* to = row + (size - 1 - plane);
    for (std::size_t k = 0; k < count; ++k) to[k * size] = from[k];
  }
}

}  // namespace

struct TiffBlocks::State {
  State(const std::string& path, GDALDataset& opened)
      : file(path), dataset(opened), inflater(libdeflate_alloc_decompressor()) {}

  void undo_predictor(const StoredBand& facts, std::byte* block);

  Descriptor file;
  GDALDataset& dataset;
  std::unique_ptr<libdeflate_decompressor, FreeInflater> inflater;
  int predictor = 1;
  std::vector<std::byte> packed, scratch;
};

void TiffBlocks::State::undo_predictor(const StoredBand& facts, std::byte* block) {
  if (predictor == 1) return;
  const auto count = static_cast<std::size_t>(facts.block_width);
  const std::size_t size = size_of(facts.type);
  for (std::int64_t row = 0; row < facts.block_height; ++row, block += count * size) {
    if (predictor == 3) {
      undo_float_planes(block, count, size, scratch);
    } else if (size == 1) {
      undo_differences<std::uint8_t>(block, count);
    } else if (size == 2) {
      undo_differences<std::uint16_t>(block, count);
    } else if (size == 4) {
      undo_differences<std::uint32_t>(block, count);
    } else {
      undo_differences<std::uint64_t>(block, count);
    }
  }
}

TiffBlocks::TiffBlocks(std::unique_ptr<State> state) : state_(std::move(state)) {}
TiffBlocks::~TiffBlocks() = default;

std::unique_ptr<TiffBlocks> TiffBlocks::open(const std::string& path, GDALDataset& dataset) {
  if (std::endian::native != std::endian::little) return nullptr;
  const GDALDriver* driver = dataset.GetDriver();
  if (driver == nullptr || std::string_view(driver->GetDescription()) != "GTiff") return nullptr;
  if (structure(dataset, "COMPRESSION") != "DEFLATE") return nullptr;
  if (dataset.GetRasterCount() != 1 && structure(dataset, "INTERLEAVE") != "BAND") return nullptr;
  auto state = std::make_unique<State>(path, dataset);
  const std::string_view predictor = structure(dataset, "PREDICTOR");
  if (predictor.size() > 1 || (predictor.size() == 1 && (predictor < "1" || predictor > "3"))) return nullptr;
  if (!predictor.empty()) state->predictor = predictor.front() - '0';
  std::array<std::byte, 2> order{};
  const bool sound = state->file.is_file() && state->inflater != nullptr &&
                     state->file.read(0, order.data(), order.size()) && order[0] == std::byte{'I'} &&
                     order[1] == std::byte{'I'};
  return sound ? std::unique_ptr<TiffBlocks>(new TiffBlocks(std::move(state))) : nullptr;
}

bool TiffBlocks::read(const StoredBand& facts, std::int64_t block_x, std::int64_t block_y, std::byte* to) {
  State& state = *state_;
  const bool is_float = facts.type == StoredType::float32 || facts.type == StoredType::float64;
  if (facts.planes() != 1 || (state.predictor == 3 && !is_float)) return false;
  GDALRasterBand& band = *state.dataset.GetRasterBand(facts.band);
  const auto offset = block_item(band, "OFFSET", block_x, block_y);
  const auto size = block_item(band, "SIZE", block_x, block_y);
  const std::size_t bytes = facts.plane_bytes();
  if (!offset || !size || *size > bytes + bytes / 8 + kMostGrowth) return false;
  if (state.packed.size() < *size) state.packed.resize(*size);
  if (!state.file.read(*offset, state.packed.data(), *size)) return false;
  // Without a place for the size that came out, any other size than `bytes` is a failure.
  if (libdeflate_zlib_decompress(state.inflater.get(), state.packed.data(), *size, to, bytes, nullptr) !=
      LIBDEFLATE_SUCCESS) {
    return false;
  }
  state.undo_predictor(facts, to);
  return true;
}

}  // namespace isotherm

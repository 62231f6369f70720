// Coverage written to a file and read back, and files that are not what they say.
#include "isotherm/engine/coverage_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <random>

#include "isotherm/core/error.h"
#include "isotherm/core/hash.h"
#include "unit/io/tiny_raster.h"

namespace isotherm {
namespace {

using namespace testing_support;

constexpr Window kFrame{1000, 2000, 60, 50};

CoverageKey key_of(std::int32_t zones) {
  CoverageKey key;
  key.zones = "some polygons";
  key.digest = "d1";
  key.cells = {0, zones, 0, 1, -1};
  key.lattices.push_back({"EPSG:32632", GeoTransform({0, 30, 0, 0, 0, -30}), kFrame});
  return key;
}

/// Triangles anywhere over the frame, some outside it, some of one shape moved by whole pixels.
Coverage triangles(unsigned seed, int count) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> x(990, 1070), y(1990, 2060), side(-20, 20);
  CoverageBuilder builder(kFrame, CoverageRule::exact);
  for (int k = 0; k < count; ++k) {
    Point p{x(random), y(random)};
    Ring ring{p, {p.x + side(random), p.y + side(random)}, {p.x + side(random), p.y + side(random)}};
    if (k % 3 == 0) {
      p = {std::floor(p.x), std::floor(p.y)};
      ring = {p, {p.x + 3.25, p.y + 0.5}, {p.x + 1, p.y + 2.75}};
    }
    builder.add(MultiPolygon{{Polygon{{ring}}}});
  }
  return builder.finish();
}

class CoverageFiles : public testing::Test {
 protected:
  std::string write(const CoverageKey& key, std::span<const std::int64_t> zones, const Coverage& coverage) {
    const std::string path = folder_.file("kept.cov");
    CoverageFileWriter writer(path, key, true);
    writer.add(zones, {&coverage, 1});
    writer.finish();
    return path;
  }
  TemporaryFolder folder_;
};

TEST_F(CoverageFiles, GiveBackEveryBit) {
  const int count = 3000;  // three chunks
  const Coverage coverage = triangles(1, count);
  std::vector<std::int64_t> zones;
  for (int k = 0; k < count; ++k) zones.push_back(k);
  const CoverageFile file = CoverageFile::open(write(key_of(count), zones, coverage));
  EXPECT_EQ(file.chunks(), 3);
  CoverageFileReader reader(file, 0);
  KnownZone known;
  std::mt19937 random(2);
  std::shuffle(zones.begin(), zones.end(), random);
  for (const std::int64_t zone : zones) {
    const auto z = static_cast<std::size_t>(zone);
    ASSERT_TRUE(reader.find(zone, known));
    ASSERT_EQ(known.spans.size(), coverage.spans(z).size());
    EXPECT_EQ(known.total, coverage.total(z));
    for (std::size_t k = 0; k < known.spans.size(); ++k) {
      const Span &a = known.spans[k], &b = coverage.spans(z)[k];
      ASSERT_TRUE(a.row == b.row && a.col == b.col && a.count == b.count);
      ASSERT_EQ(a.weights == Span::kFull, b.weights == Span::kFull);
      for (std::int32_t n = 0; a.weights != Span::kFull && n < a.count; ++n)
        ASSERT_EQ(known.weights[a.weights + static_cast<std::uint32_t>(n)],
                  coverage.weights()[b.weights + static_cast<std::uint32_t>(n)]);
    }
  }
}

TEST_F(CoverageFiles, KnowWhichZonesTheyHold) {
  const Coverage coverage = triangles(3, 3);
  const std::vector<std::int64_t> zones{5, 2000, 2002};
  const CoverageFile file = CoverageFile::open(write(key_of(5000), zones, coverage));
  CoverageFileReader reader(file, 0);
  KnownZone known;
  for (const std::int64_t zone : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{4}, std::int64_t{6},
                                  std::int64_t{1500}, std::int64_t{2001}, std::int64_t{2003},
                                  std::int64_t{4999}, std::int64_t{5000}, std::int64_t{1} << 60})
    EXPECT_FALSE(reader.find(zone, known)) << zone;
  for (const std::int64_t zone : zones) EXPECT_TRUE(reader.find(zone, known)) << zone;
}

TEST_F(CoverageFiles, ZonesOfOneShapeAreKeptOnce) {
  CoverageBuilder builder(kFrame, CoverageRule::exact);
  std::vector<std::int64_t> zones;
  for (int k = 0; k < 1000; ++k) {
    const Point p{1000.0 + k % 50, 2000.0 + k / 50};
    builder.add(MultiPolygon{{Polygon{{{p, {p.x + 3.25, p.y + 0.5}, {p.x + 1, p.y + 2.75}}}}}});
    zones.push_back(k);
  }
  const std::string path = write(key_of(1000), zones, builder.finish());
  EXPECT_LT(fs::file_size(path), 6000u) << "about three bytes a zone, and one pattern";
}

TEST_F(CoverageFiles, AreRefusedWithTheReasonWhenTheyDoNotFit) {
  const CoverageKey kept = key_of(3);
  const auto reason = [&](auto change) -> std::string {
    CoverageKey wanted = kept;
    change(wanted);
    try {
      refuse_unfit(kept, wanted, "kept.cov");
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(reason([](CoverageKey&) {}), "");
  EXPECT_EQ(reason([](CoverageKey& key) { key.lattices[0].window.width = 7; }), "")
      << "other scenes, same pixels";
  EXPECT_NE(reason([](CoverageKey& key) { key.digest = "d2"; }).find("other outlines"), std::string::npos);
  EXPECT_NE(reason([](CoverageKey& key) { key.rule = CoverageRule::touch; }).find("--coverage exact"),
            std::string::npos);
  EXPECT_NE(reason([](CoverageKey& key) { key.lattices[0].crs = "EPSG:32633"; }).find("pixels"),
            std::string::npos);
}

TEST_F(CoverageFiles, AFileThatWasNotFinishedIsNotThere) {
  const Coverage coverage = triangles(4, 2);
  {
    CoverageFileWriter writer(folder_.file("kept.cov"), key_of(2), false);
    writer.add(std::vector<std::int64_t>{0, 1}, {&coverage, 1});
  }
  EXPECT_TRUE(folder_.names().empty());
}

TEST_F(CoverageFiles, EveryCutIsAnError) {
  const Coverage coverage = triangles(5, 20);
  std::vector<std::int64_t> zones;
  for (int k = 0; k < 20; ++k) zones.push_back(k);
  const std::string whole = read_file(write(key_of(20), zones, coverage));
  ASSERT_NO_THROW(CoverageFile::parse(std::as_bytes(std::span(whole)), "test").check());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::string cut = whole.substr(0, length);
    EXPECT_THROW(CoverageFile::parse(std::as_bytes(std::span(cut)), "test").check(), Error) << length;
  }
}

TEST_F(CoverageFiles, NoChangedByteGoesUnseen) {
  const Coverage coverage = triangles(6, 20);
  std::vector<std::int64_t> zones;
  for (int k = 0; k < 20; ++k) zones.push_back(k);
  const std::string whole = read_file(write(key_of(20), zones, coverage));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    EXPECT_THROW(CoverageFile::parse(std::as_bytes(std::span(changed)), "test").check(), Error) << at;
  }
}

std::uint64_t number_at(const std::string& bytes, std::size_t at) {
  std::uint64_t value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

void sign(std::string& bytes, std::size_t at, std::uint64_t offset, std::uint64_t length) {
  const std::string part = bytes.substr(offset, length);
  const std::uint64_t sum = checksum64(std::as_bytes(std::span(part)));
  std::memcpy(bytes.data() + at, &sum, sizeof sum);
}

/// Makes all checksums right again: of the first chunk, of the index, of the contents.
void sign_all(std::string& bytes) {
  const std::size_t tail = bytes.size() - 32;
  const std::uint64_t contents = number_at(bytes, tail), length = number_at(bytes, tail + 8);
  const std::size_t index_place = contents + length - 24;
  const std::uint64_t index = number_at(bytes, index_place);
  sign(bytes, index + 16, number_at(bytes, index), number_at(bytes, index + 8));
  sign(bytes, index_place + 16, index, number_at(bytes, index_place + 8));
  sign(bytes, tail + 16, contents, length);
}

// A file made up on purpose has the right checksums. Whatever it says, reading it ends, within its frame.
TEST_F(CoverageFiles, ForgedChunksAreReadOrRefused) {
  const Coverage coverage = triangles(7, 20);
  std::vector<std::int64_t> zones;
  for (int k = 0; k < 20; ++k) zones.push_back(k);
  const std::string whole = read_file(write(key_of(20), zones, coverage));
  std::string same = whole;
  sign_all(same);
  ASSERT_EQ(same, whole);
  const std::uint64_t index =
      number_at(whole, number_at(whole, whole.size() - 32) + number_at(whole, whole.size() - 24) - 24);
  const std::uint64_t chunk = number_at(whole, index), length = number_at(whole, index + 8);
  std::mt19937 random(8);
  int refused = 0;
  for (int round = 0; round < 5000; ++round) {
    std::string forged = whole;
    const int changes = 1 + round % 3;
    for (int k = 0; k < changes; ++k) forged[chunk + random() % length] = static_cast<char>(random() % 256);
    sign_all(forged);
    try {
      const CoverageFile file = CoverageFile::parse(std::as_bytes(std::span(forged)), "forged");
      CoverageFileReader reader(file, 0);
      KnownZone known;
      for (const std::int64_t zone : zones) {
        if (!reader.find(zone, known)) continue;
        std::size_t weights = 0;
        for (const Span& span : known.spans) {
          ASSERT_EQ(intersect(Window{span.col, span.row, span.count, 1}, kFrame),
                    (Window{span.col, span.row, span.count, 1}));
          if (span.weights != Span::kFull) weights += static_cast<std::size_t>(span.count);
        }
        ASSERT_EQ(weights, known.weights.size());
        for (const float weight : known.weights) ASSERT_TRUE(weight > 0 && weight <= 1);
      }
    } catch (const Error& error) {
      ASSERT_EQ(error.kind(), ErrorKind::input);
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000);
}

// 2^31 by 2^31 zones would be an index of 2^55 bytes; factors whose product wraps round are no way either.
TEST_F(CoverageFiles, LyingSizesAskForNoMemory) {
  const Coverage coverage = triangles(9, 1);
  for (const std::int32_t rows : {2, 1 << 30, std::numeric_limits<std::int32_t>::max()}) {
    CoverageKey key = key_of(1);
    const std::string honest = read_file(write(key, std::vector<std::int64_t>{0}, coverage));
    std::string forged = honest;
    const std::uint64_t contents = number_at(forged, forged.size() - 32);
    // two texts with their lengths, a flag, then i_first, i_count, j_north, j_count
    const std::size_t cells = contents + 1 + key.zones.size() + 1 + key.digest.size() + 1;
    const std::int32_t columns = std::numeric_limits<std::int32_t>::max();
    std::memcpy(forged.data() + cells + 4, &columns, 4);
    std::memcpy(forged.data() + cells + 12, &rows, 4);
    sign_all(forged);
    EXPECT_THROW(CoverageFile::parse(std::as_bytes(std::span(forged)), "forged"), Error) << rows;
  }
}

}  // namespace
}  // namespace isotherm

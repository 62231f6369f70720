// Laws of coverage on random outlines. The oracle clips every polygon to every pixel in long double; it
// shares no arithmetic with the scan conversion.
//
// Tolerances: weights are stored as floats, so they differ from the truth by up to 6e-8, and by 1e-9 where
// residue is snapped; 1e-6 is far below what a wrong edge would do. Sums of n weights may be off by n times
// that.
#include <gtest/gtest.h>

#include "isotherm/core/error.h"
#include "isotherm/core/frame.h"
#include "isotherm/zones/coverage.h"
#include "isotherm/zones/grid.h"
#include "property/zones/outlines.h"

namespace isotherm {
namespace {

using testing_support::cover;
using testing_support::inside;
using testing_support::Matrix;
using testing_support::matrix_of;
using testing_support::Random;
using testing_support::random_outline;
using testing_support::uniform;

struct LongPoint {
  long double x, y;
};
using LongRing = std::vector<LongPoint>;

/// The part of a ring on one side of an axis-parallel line (Sutherland and Hodgman 1974). For rings that are
/// not convex the result may run along the line more than once; its area is right all the same.
template <class Distance, class Cut>
LongRing clip(const LongRing& ring, Distance distance, Cut cut) {
  LongRing kept;
  for (std::size_t k = 0; k < ring.size(); ++k) {
    const LongPoint& a = ring[k];
    const LongPoint& b = ring[(k + 1) % ring.size()];
    const long double da = distance(a), db = distance(b);
    if (da >= 0) kept.push_back(a);
    if ((da >= 0) != (db >= 0)) kept.push_back(cut(a, b, da / (da - db)));
  }
  return kept;
}

long double area_in_pixel(const Ring& ring, std::int64_t col, std::int64_t row) {
  const long double west = col, east = col + 1, top = row, bottom = row + 1;
  LongRing part;
  for (const Point& p : ring) part.push_back({p.x, p.y});
  const auto at_x = [](long double x) {
    return [x](LongPoint a, LongPoint b, long double t) { return LongPoint{x, a.y + t * (b.y - a.y)}; };
  };
  const auto at_y = [](long double y) {
    return [y](LongPoint a, LongPoint b, long double t) { return LongPoint{a.x + t * (b.x - a.x), y}; };
  };
  part = clip(
      part, [&](LongPoint p) { return p.x - west; }, at_x(west));
  part = clip(
      part, [&](LongPoint p) { return east - p.x; }, at_x(east));
  part = clip(
      part, [&](LongPoint p) { return p.y - top; }, at_y(top));
  part = clip(
      part, [&](LongPoint p) { return bottom - p.y; }, at_y(bottom));
  long double twice = 0;
  for (std::size_t k = 0; k < part.size(); ++k) {
    const LongPoint& a = part[k];
    const LongPoint& b = part[(k + 1) % part.size()];
    twice += (a.x - west) * (b.y - top) - (b.x - west) * (a.y - top);
  }
  return std::abs(twice) / 2;
}

double oracle(const MultiPolygon& outline, std::int64_t col, std::int64_t row) {
  long double covered = 0;
  for (const Polygon& polygon : outline) {
    for (std::size_t k = 0; k < polygon.rings.size(); ++k) {
      covered += (k == 0 ? 1 : -1) * area_in_pixel(polygon.rings[k], col, row);
    }
  }
  return static_cast<double>(covered);
}

TEST(CoverageProperty, EqualsClippingEveryPixel) {
  Random random(1);
  const Window frame{0, 0, 40, 40};
  for (int round = 0; round < 2000; ++round) {
    SCOPED_TRACE(round);
    const MultiPolygon outline =
        random_outline(random, std::exp(uniform(random, std::log(0.05), std::log(12))));
    const Matrix matrix = matrix_of(cover(outline, frame), 0, frame);
    const Extent box = extent_of(outline);
    for (std::int64_t row = 0; row < frame.height; ++row) {
      for (std::int64_t col = 0; col < frame.width; ++col) {
        const auto x = static_cast<double>(col), y = static_cast<double>(row);
        const bool apart = x + 1 < box.xmin || x > box.xmax || y + 1 < box.ymin || y > box.ymax;
        const double area = apart ? 0 : oracle(outline, col, row);
        ASSERT_NEAR(static_cast<double>(matrix.at(col, row)), area, 1e-6) << col << " " << row;
      }
    }
  }
}

TEST(CoverageProperty, WeightsAddToTheArea) {
  Random random(2);
  const Window frame{-200, -200, 400, 400};
  for (int round = 0; round < 2000; ++round) {
    const MultiPolygon outline =
        random_outline(random, std::exp(uniform(random, std::log(0.01), std::log(20))));
    const Coverage coverage = cover(outline, frame);
    const double pixels = 10 + static_cast<double>(coverage.weights().size());
    ASSERT_NEAR(coverage.total(0), area(outline), 1e-7 * pixels) << round;
    ASSERT_NEAR(matrix_of(coverage, 0, frame).sum(), coverage.total(0), 1e-9 * pixels) << round;
  }
}

TEST(CoverageProperty, TotalDoesNotDependOnTheFrame) {
  Random random(3);
  for (const CoverageRuleRow& rule : coverage_rules()) {
    for (int round = 0; round < 500; ++round) {
      const MultiPolygon outline = random_outline(random, uniform(random, 0.1, 15));
      const double whole = cover(outline, {-200, -200, 400, 400}, rule.rule).total(0);
      const double cut = cover(outline, {10, 10, 20, 20}, rule.rule).total(0);
      ASSERT_NEAR(cut, whole, rule.rule == CoverageRule::exact ? 1e-4 : 0) << rule.name << " " << round;
    }
  }
}

TEST(CoverageProperty, CutByTheFrameIsTheWholeCropped) {
  Random random(4);
  const Window large{-150, -150, 300, 300}, small{12, 9, 17, 22};
  for (const CoverageRuleRow& rule : coverage_rules()) {
    for (int round = 0; round < 1000; ++round) {
      const MultiPolygon outline = random_outline(random, uniform(random, 0.1, 30));
      const Matrix whole = matrix_of(cover(outline, large, rule.rule), 0, large);
      const Coverage cut = cover(outline, small, rule.rule);
      const Matrix part = matrix_of(cut, 0, small);
      ASSERT_EQ(intersect(cut.window(), small), cut.window());
      for (std::int64_t row = small.row; row < small.row_end(); ++row) {
        for (std::int64_t col = small.col; col < small.col_end(); ++col) {
          ASSERT_NEAR(part.at(col, row), whole.at(col, row), rule.rule == CoverageRule::exact ? 1e-6f : 0)
              << rule.name << " " << round << ": " << col << " " << row;
        }
      }
    }
  }
}

TEST(CoverageProperty, MovingByWholePixelsMovesSpansToTheBit) {
  Random random(5);
  const Window frame{0, 0, 4000, 4000};
  for (const CoverageRuleRow& rule : coverage_rules()) {
    for (int round = 0; round < 500; ++round) {
      MultiPolygon outline = random_outline(random, uniform(random, 0.1, 15));
      // Coordinates of 20 fractional bits stay exact when moved, so that nothing but the coverage can change
      // bits.
      for (Polygon& polygon : outline) {
        for (Ring& ring : polygon.rings) {
          for (Point& p : ring)
            p = {std::ldexp(std::round(std::ldexp(p.x, 20)), -20),
                 std::ldexp(std::round(std::ldexp(p.y, 20)), -20)};
        }
      }
      const Coverage here = cover(testing_support::shifted(outline, 100, 100), frame, rule.rule);
      const Coverage there = cover(testing_support::shifted(outline, 3071, 1500), frame, rule.rule);
      ASSERT_EQ(here.spans(0).size(), there.spans(0).size()) << rule.name << " " << round;
      for (std::size_t k = 0; k < here.spans(0).size(); ++k) {
        const Span& a = here.spans(0)[k];
        const Span& b = there.spans(0)[k];
        ASSERT_EQ(a.row + 1400, b.row);
        ASSERT_EQ(a.col + 2971, b.col);
        ASSERT_EQ(a.count, b.count);
        ASSERT_EQ(a.weights, b.weights);
      }
      ASSERT_TRUE(std::equal(here.weights().begin(), here.weights().end(), there.weights().begin(),
                             there.weights().end()));
    }
  }
}

TEST(CoverageProperty, LargeWindowsGiveTheSameBitsAsSmallOnes) {
  Random random(6);
  const Window frame{0, 0, 2000, 2000};
  for (const CoverageRuleRow& rule : coverage_rules()) {
    for (int round = 0; round < 300; ++round) {
      MultiPolygon outline =
          testing_support::shifted(random_outline(random, uniform(random, 0.1, 9)), 100, 100);
      const Coverage alone = cover(outline, frame, rule.rule);
      // A speck far away makes the window large, and its steps are sorted rather than summed in place.
      outline.push_back({{{{1990, 1990}, {1995, 1990}, {1995, 1995}, {1990, 1995}}}});
      const Coverage with_speck = cover(outline, frame, rule.rule);
      const auto spans = alone.spans(0), more = with_speck.spans(0);
      ASSERT_EQ(more.size(), spans.size() + 5);
      for (std::size_t k = 0; k < spans.size(); ++k) {
        ASSERT_EQ(spans[k].row, more[k].row);
        ASSERT_EQ(spans[k].col, more[k].col);
        ASSERT_EQ(spans[k].count, more[k].count);
      }
      ASSERT_TRUE(std::equal(alone.weights().begin(), alone.weights().end(), with_speck.weights().begin()));
    }
  }
}

TEST(CoverageProperty, RectanglesAreSeparable) {
  Random random(7);
  const Window frame{0, 0, 30, 30};
  for (int round = 0; round < 2000; ++round) {
    const double west = uniform(random, -5, 30), top = uniform(random, -5, 30);
    const double east = west + uniform(random, 0.01, 12), bottom = top + uniform(random, 0.01, 12);
    const Ring four{{west, top}, {east, top}, {east, bottom}, {west, bottom}};
    // A fifth corner on a side takes the general way.
    const Ring five{{west, top}, {(west + east) / 2, top}, {east, top}, {east, bottom}, {west, bottom}};
    for (const CoverageRuleRow& rule : coverage_rules()) {
      const Coverage fast = cover({{{four}}}, frame, rule.rule),
                     general = cover({{{five}}}, frame, rule.rule);
      const Matrix a = matrix_of(fast, 0, frame), b = matrix_of(general, 0, frame);
      for (std::size_t k = 0; k < a.weights.size(); ++k)
        ASSERT_NEAR(a.weights[k], b.weights[k], 1e-7f) << rule.name;
      ASSERT_NEAR(fast.total(0), general.total(0), 1e-5);
    }
  }
}

TEST(CoverageProperty, CentreRuleAsksTheCentre) {
  Random random(8);
  const Window frame{0, 0, 40, 40};
  for (int round = 0; round < 1000; ++round) {
    const Ring ring = testing_support::star(random, {20, 20}, 1, 18, 3 + static_cast<int>(random() % 12));
    const Matrix matrix = matrix_of(cover({{{ring}}}, frame, CoverageRule::centre), 0, frame);
    for (std::int64_t row = 0; row < frame.height; ++row) {
      for (std::int64_t col = 0; col < frame.width; ++col) {
        const Point centre{static_cast<double>(col) + 0.5, static_cast<double>(row) + 0.5};
        ASSERT_EQ(matrix.at(col, row), inside(ring, centre) ? 1.0f : 0.0f);
      }
    }
  }
}

TEST(CoverageProperty, TouchTakesWhatExactTakes) {
  Random random(9);
  const Window frame{0, 0, 40, 40};
  for (int round = 0; round < 500; ++round) {
    const MultiPolygon outline = random_outline(random, uniform(random, 0.1, 12));
    const Matrix exact = matrix_of(cover(outline, frame), 0, frame);
    const Matrix touch = matrix_of(cover(outline, frame, CoverageRule::touch), 0, frame);
    for (std::size_t k = 0; k < exact.weights.size(); ++k) {
      ASSERT_EQ(touch.weights[k], exact.weights[k] > 0 ? 1.0f : 0.0f);
    }
  }
}

TEST(CoverageProperty, NoOutlineBreaksTheSpans) {
  // Rings of coordinates chosen for trouble, crossing themselves as they like: weights need not mean anything
  // then, but spans stay sorted, inside the frame and with weights in (0, 1].
  Random random(12);
  const double tiny = std::numeric_limits<double>::denorm_min(), step = std::nextafter(1.0, 2.0);
  const double values[] = {0,  -0.0,   0.5,  1,         step, 2 - step, 3,    7,     8,     8.5,
                           -1, 1e-300, tiny, 7 + 1e-15, -1e9, 1e9,      1e15, -1e15, 1e100, -1e308};
  const Window frame{0, 0, 8, 7};
  for (const CoverageRuleRow& rule : coverage_rules()) {
    for (int round = 0; round < 20000; ++round) {
      Ring ring;
      const std::size_t corners = 3 + random() % 6, choice = round % 2 == 0 ? 14 : std::size(values);
      for (std::size_t k = 0; k < corners; ++k)
        ring.push_back({values[random() % choice], values[random() % choice]});
      CoverageBuilder builder(frame, rule.rule);
      try {
        builder.add(std::span<const Point>(ring));
      } catch (const Error& error) {
        ASSERT_EQ(error.kind(), ErrorKind::input);
        continue;
      }
      const Coverage coverage = builder.finish();
      ASSERT_TRUE(std::isfinite(coverage.total(0)));
      std::int64_t reached = -1;
      for (const Span& span : coverage.spans(0)) {
        ASSERT_GE(span.col, 0);
        ASSERT_GT(span.count, 0);
        ASSERT_LE(span.col + span.count, frame.width);
        ASSERT_LT(span.row, frame.height);
        ASSERT_GT(span.row * frame.width + span.col, reached);
        reached = span.row * frame.width + span.col + span.count - 1;
        for (std::int32_t k = 0; k < span.count && span.weights != Span::kFull; ++k) {
          const float weight = coverage.weights()[span.weights + static_cast<std::uint32_t>(k)];
          ASSERT_TRUE(weight > 0 && weight <= 1) << weight;
        }
      }
    }
  }
}

/// A triangulated patch: corners of a square lattice, the inner ones moved about, every square cut along a
/// diagonal. Half of the inner corners lie on pixel centres, so that ties abound. No corner moves by more
/// than 0.9 either way, too little to turn a triangle over.
std::vector<Ring> triangulated_patch(Random& random, int squares, int side) {
  std::vector<Point> corners;
  for (int j = 0; j <= squares; ++j) {
    for (int i = 0; i <= squares; ++i) {
      Point p{1.0 + i * side, 1.0 + j * side};
      if (i > 0 && j > 0 && i < squares && j < squares) {
        p = {p.x + uniform(random, -0.4, 0.4), p.y + uniform(random, -0.4, 0.4)};
        if (random() % 2 == 0) p = {std::floor(p.x) + 0.5, std::floor(p.y) + 0.5};
      }
      corners.push_back(p);
    }
  }
  std::vector<Ring> triangles;
  for (int j = 0; j < squares; ++j) {
    for (int i = 0; i < squares; ++i) {
      const auto at = [&](int di, int dj) {
        return corners[static_cast<std::size_t>((j + dj) * (squares + 1) + i + di)];
      };
      triangles.push_back({at(0, 0), at(1, 0), at(1, 1)});
      triangles.push_back({at(0, 0), at(1, 1), at(0, 1)});
    }
  }
  return triangles;
}

TEST(CoverageProperty, PartitionsGiveEachCentreToExactlyOneZone) {
  Random random(10);
  for (int round = 0; round < 100; ++round) {
    const int squares = 6, side = 4;
    const Window frame{0, 0, 26, 26};
    std::vector<float> exact(676, 0), centre(676, 0);
    for (const Ring& triangle : triangulated_patch(random, squares, side)) {
      const Matrix e = matrix_of(cover({{{triangle}}}, frame), 0, frame);
      const Matrix c = matrix_of(cover({{{triangle}}}, frame, CoverageRule::centre), 0, frame);
      for (std::size_t k = 0; k < exact.size(); ++k) {
        exact[k] += e.weights[k];
        centre[k] += c.weights[k];
      }
    }
    for (std::int64_t row = 0; row < 26; ++row) {
      for (std::int64_t col = 0; col < 26; ++col) {
        const bool in = col >= 1 && col < 25 && row >= 1 && row < 25;
        const auto k = static_cast<std::size_t>(row * 26 + col);
        ASSERT_EQ(centre[k], in ? 1.0f : 0.0f) << round << ": " << col << " " << row;
        ASSERT_NEAR(exact[k], in ? 1.0f : 0.0f, 1e-6f);
      }
    }
  }
}

TEST(CoverageProperty, CellsOfAGridShareOutEveryPixel) {
  const GeoTransform transforms[] = {
      GeoTransform({458985, 30, 0, 5703015, 0, -30}), GeoTransform({500000.3, 31.7, 0, -4200000.7, 0, -28.9}),
      GeoTransform({600000, 26, 15, 5200000, 15, -26})};  // turned by 30 degrees
  const Window frame{0, 0, 120, 90};
  for (const char* spec : {"hex:100", "hex:100:flat", "hex:17", "hex:900", "square:48", "square:90",
                           "square:7.3", "tile:17", "tile:20"}) {
    const Grid grid = Grid::parse(spec);
    for (const GeoTransform& transform : transforms) {
      SCOPED_TRACE(spec);
      const CellRange range = grid.cells_over(Frame{frame.width, frame.height, transform, ""}.extent());
      for (const CoverageRule rule : {CoverageRule::exact, CoverageRule::centre}) {
        CoverageBuilder builder(frame, rule);
        for (std::int64_t n = 0; n < range.size(); ++n) {
          Ring ring = grid.outline(range.at(n));
          for (Point& p : ring) p = transform.to_pixel(p);
          builder.add(std::span<const Point>(ring));
        }
        const Coverage coverage = builder.finish();
        std::vector<double> sums(static_cast<std::size_t>(frame.pixels()), 0.0);
        for (std::size_t zone = 0; zone < coverage.zones(); ++zone) {
          if (rule == CoverageRule::exact) {
            ASSERT_NEAR(coverage.total(zone) * transform.pixel_area() / grid.cell_area(), 1, 1e-5);
          }
          for (const Span& span : coverage.spans(zone)) {
            for (std::int32_t k = 0; k < span.count; ++k) {
              sums[static_cast<std::size_t>(span.row * frame.width + span.col + k)] +=
                  span.weights == Span::kFull
                      ? 1.0
                      : static_cast<double>(coverage.weights()[span.weights + static_cast<std::uint32_t>(k)]);
            }
          }
        }
        for (const double sum : sums) ASSERT_NEAR(sum, 1, rule == CoverageRule::exact ? 1e-6 : 0);
      }
    }
  }
}

}  // namespace
}  // namespace isotherm

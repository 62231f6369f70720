#include "isotherm/stats/sample_passes.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "isotherm/core/missing.h"

namespace isotherm {

namespace {

constexpr int kDigitBits = 16;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;

/// A number that ascends with value, then weight: the bits of a float ascend with it once those of negative
/// ones are turned over. Both zeros are one value.
std::uint64_t key_of(const Sample& sample) {
  const auto bits = std::bit_cast<std::uint32_t>(sample.value == 0 ? 0.0f : sample.value);
  const std::uint32_t value = (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
  return std::uint64_t{value} << 32 | std::bit_cast<std::uint32_t>(sample.weight);
}

Sample sample_of(std::uint64_t key) {
  const auto value = static_cast<std::uint32_t>(key >> 32);
  const std::uint32_t bits = (value & 0x80000000u) != 0 ? value & 0x7fffffffu : ~value;
  return {std::bit_cast<float>(bits), std::bit_cast<float>(static_cast<std::uint32_t>(key))};
}

/// Samples with keys from `first` to `last`, both included.
struct Range {
  std::uint64_t first, last;
  std::uint64_t count;
  double weight_before = 0, weight_after = 0;  ///< running sums of weight
};

/// Cuts all keys into ascending ranges of at most `most` samples, or of one key.
class RangeCutter {
 public:
  RangeCutter(const SamplePass& pass, std::uint64_t most) : pass_(pass), most_(most) {}
  std::vector<Range> cut() {
    cut_digit(0, 64 - kDigitBits);
    return std::move(ranges_);
  }

 private:
  /// Ranges of the keys that begin with `prefix`, by their next digit, which stands `shift` bits from the
  /// end.
  void cut_digit(std::uint64_t prefix, int shift) {
    std::vector<std::uint64_t> counts(kDigits, 0);
    pass_([&](std::span<const Sample> samples) {
      for (const Sample& sample : samples) {
        const std::uint64_t digits = key_of(sample) >> shift;
        if (digits >> kDigitBits == prefix) ++counts[digits & (kDigits - 1)];
      }
    });
    for (std::uint64_t digit = 0; digit < kDigits; ++digit) {
      const std::uint64_t count = counts[digit], digits = prefix << kDigitBits | digit;
      if (count == 0) continue;
      const std::uint64_t first = digits << shift;
      const std::uint64_t last = first + ((std::uint64_t{1} << shift) - 1);
      if (count > most_ && shift > 0) {
        open_ = false;
        cut_digit(digits, shift - kDigitBits);
      } else {
        append({first, last, count});
      }
    }
  }
  void append(const Range& range) {
    if (open_ && ranges_.back().count + range.count <= most_) {
      ranges_.back().last = range.last;
      ranges_.back().count += range.count;
      return;
    }
    ranges_.push_back(range);
    open_ = true;
  }

  const SamplePass& pass_;
  std::uint64_t most_;
  std::vector<Range> ranges_;
  bool open_ = false;  ///< may the last range grow?
};

/// Classes, told of sample after sample in ascending order.
class ClassTally {
 public:
  explicit ClassTally(std::span<const Statistic> statistics) {
    for (const Statistic& statistic : statistics) {
      if (statistic.kind == StatisticKind::fraction) wanted_[statistic.category] = 0;
    }
  }
  void add(const Sample& sample) {
    if (value_ != sample.value) {
      close();
      value_ = sample.value;
      weight_ = 0;
    }
    weight_ += static_cast<double>(sample.weight);
  }
  void close() {
    if (!value_) return;
    const double value = static_cast<double>(*value_);
    if (weight_ > most_) {
      most_ = weight_;
      heaviest = value;
    }
    if (weight_ < least_) {
      least_ = weight_;
      lightest = value;
    }
    ++number;
    if (const auto found = wanted_.find(value); found != wanted_.end()) found->second = weight_;
    value_.reset();
  }
  double weight_of(double category) const { return wanted_.at(category); }

  double heaviest = kMissing, lightest = kMissing, number = 0;

 private:
  std::map<double, double> wanted_;
  std::optional<float> value_;
  double weight_ = 0, most_ = -1, least_ = std::numeric_limits<double>::infinity();
};

class Passes {
 public:
  Passes(const SamplePass& pass, std::size_t most) : pass_(pass), most_(std::max<std::size_t>(1, most)) {}

  void read(std::span<const Statistic> statistics, std::span<double> values) {
    ranges_ = RangeCutter(pass_, most_).cut();
    ClassTally classes(statistics);
    add_up(classes);
    for (std::size_t k = 0; k < statistics.size(); ++k) {
      switch (statistics[k].kind) {
        case StatisticKind::quantile:
          values[k] = quantile(statistics[k].probability);
          break;
        case StatisticKind::mode:
          values[k] = classes.heaviest;
          break;
        case StatisticKind::minority:
          values[k] = classes.lightest;
          break;
        case StatisticKind::variety:
          values[k] = classes.number;
          break;
        case StatisticKind::fraction:
          values[k] = ranges_.empty() ? kMissing : classes.weight_of(statistics[k].category) / total_;
          break;
        default:
          break;
      }
    }
  }

 private:
  /// The samples of a range in ascending order, one after the other, until `take` returns false.
  template <class Take>
  bool each(std::size_t range, Take take) {
    const Range& r = ranges_[range];
    if (r.count > most_) {  // one key, many times
      const Sample same = sample_of(r.first);
      for (std::uint64_t k = 0; k < r.count; ++k) {
        if (!take(same)) return false;
      }
      return true;
    }
    load(range);
    return std::all_of(kept_.begin(), kept_.end(), take);
  }

  void load(std::size_t range) {
    if (loaded_ == range) return;
    const Range& r = ranges_[range];
    kept_.clear();
    kept_.reserve(static_cast<std::size_t>(r.count));
    pass_([&](std::span<const Sample> samples) {
      for (const Sample& sample : samples) {
        const std::uint64_t key = key_of(sample);
        if (key >= r.first && key <= r.last) kept_.push_back(sample);
      }
    });
    std::sort(kept_.begin(), kept_.end(),
              [](const Sample& a, const Sample& b) { return key_of(a) < key_of(b); });
    loaded_ = range;
  }

  void add_up(ClassTally& classes) {
    double squares = 0;
    for (std::size_t k = 0; k < ranges_.size(); ++k) {
      ranges_[k].weight_before = total_;
      each(k, [&](const Sample& sample) {
        const double w = static_cast<double>(sample.weight);
        total_ += w;
        squares += w * w;
        classes.add(sample);
        return true;
      });
      ranges_[k].weight_after = total_;
    }
    classes.close();
    if (total_ > 0) width_ = squares / total_;
  }

  /// SortedSamples::quantile, taken up at the first range that reaches into the window.
  double quantile(double probability) {
    if (ranges_.empty()) return kMissing;
    const double from = probability * (total_ - width_), to = from + width_;
    std::size_t range = 0;
    while (range + 1 < ranges_.size() && ranges_[range].weight_after <= from) ++range;
    double right = ranges_[range].weight_before, rest = 0;
    std::optional<double> base;
    for (; range < ranges_.size(); ++range) {
      std::uint64_t left_in_range = ranges_[range].count;
      const bool last_range = range + 1 == ranges_.size();
      const bool on = each(range, [&](const Sample& sample) {
        const double left = right;
        right += static_cast<double>(sample.weight);
        const bool last = last_range && left_in_range == 1;
        --left_in_range;
        if (!base && right <= from && !last) return true;
        if (!base) base = static_cast<double>(sample.value);
        if (!(left < to)) return false;
        const double overlap = std::min(right, to) - std::max(left, from);
        rest += (static_cast<double>(sample.value) - *base) * overlap;
        return true;
      });
      if (!on) break;
    }
    return *base + rest / width_;
  }

  const SamplePass& pass_;
  std::size_t most_;
  std::vector<Range> ranges_;
  std::vector<Sample> kept_;
  std::optional<std::size_t> loaded_;
  double total_ = 0, width_ = 0;
};

}  // namespace

void read_in_passes(const SamplePass& pass, std::size_t most_samples, std::span<const Statistic> statistics,
                    std::span<double> values) {
  Passes(pass, most_samples).read(statistics, values);
}

}  // namespace isotherm

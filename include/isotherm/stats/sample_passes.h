// Statistics of the values of a zone too large for its values to be kept: they are read again and again
// instead, and each time those that fall into the next range of values are kept.
//
// The answer is that of Collector::read, bit for bit: the ranges follow each other in ascending order, so
// that the same sums run over the same samples in the same order. Passes over the zone: one or a few to count
// how many samples fall where, then one for each range to add them up, then at most one a range to read
// quantiles off. A range that is one value with one weight needs no pass.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "isotherm/stats/statistics.h"

namespace isotherm {

using SampleVisitor = std::function<void(std::span<const Sample>)>;
/// Hands every sample of the zone to the visitor, in pieces and in any order; the same ones at every call.
/// Values are finite, weights positive.
using SamplePass = std::function<void(const SampleVisitor&)>;

/// Sets values[k] for those of `statistics` that need samples, leaves the others alone. At most
/// `most_samples` (at least 1) are kept at a time, beside 512 KiB of counts.
void read_in_passes(const SamplePass& pass, std::size_t most_samples, std::span<const Statistic> statistics,
                    std::span<double> values);

}  // namespace isotherm

#include "sparse_factor.h"

#include <algorithm>
#include <cmath>

#include "at.h"

#include "blocks.h"

namespace isotherm {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr Index kPlainWidth = 16;       // pivot blocks eliminated column by column
constexpr Index kPanel = 192;           // columns of an update computed as one piece of work
constexpr double kSubtreeShare = 0.05;  // of all work, that one subtree may be

/// Weights with rows and columns renumbered; columns ascending.
Weights renumbered(const Weights& weights, const std::vector<int>& position) {
  const std::size_t rows = weights.rows();
  std::vector<std::size_t> old(rows);
  for (std::size_t row = 0; row < rows; ++row) old[at(position[row])] = row;
  Weights result;
  result.columns.reserve(weights.links());
  result.values.reserve(weights.links());
  std::vector<std::pair<std::int32_t, double>> list;
  for (std::size_t row = 0; row < rows; ++row) {
    list.clear();
    for (std::size_t k = 0; k < weights.degree(old[row]); ++k)
      list.emplace_back(position[at(weights.neighbours(old[row])[k])], weights.weights(old[row])[k]);
    std::sort(list.begin(), list.end());
    for (const auto& [column, value] : list) {
      result.columns.push_back(column);
      result.values.push_back(value);
    }
    result.starts.push_back(static_cast<std::int64_t>(result.columns.size()));
  }
  return result;
}

/// L and U of a square block in place, L with ones on its diagonal. False when a pivot is not positive.
bool plain_lu(Eigen::Ref<MatrixXd> block) {
  const Index n = block.rows();
  for (Index k = 0; k < n; ++k) {
    if (!(block(k, k) > 0)) return false;
    const Index rest = n - k - 1;
    block.col(k).tail(rest) /= block(k, k);
    block.bottomRightCorner(rest, rest).noalias() -= block.col(k).tail(rest) * block.row(k).tail(rest);
  }
  return true;
}

bool lu(Eigen::Ref<MatrixXd> block) {
  const Index n = block.rows();
  if (n <= kPlainWidth) return plain_lu(block);
  const Index half = n / 2, rest = n - half;
  if (!lu(block.topLeftCorner(half, half))) return false;
  const auto first = block.topLeftCorner(half, half);
  first.triangularView<Eigen::UnitLower>().solveInPlace(block.topRightCorner(half, rest));
  first.triangularView<Eigen::Upper>().solveInPlace<Eigen::OnTheRight>(block.bottomLeftCorner(rest, half));
  block.bottomRightCorner(rest, rest).noalias() -=
      block.bottomLeftCorner(rest, half) * block.topRightCorner(half, rest);
  return lu(block.bottomRightCorner(rest, rest));
}

/// result += factor * a * b, by panels of columns that are the same for any number of threads. `lower`: only
/// what is on and below the diagonal is needed.
template <class A, class B>
void add_product(MatrixXd& result, const A& a, const B& b, double factor, bool lower, int threads) {
  const Index columns = result.cols(), panels = (columns + kPanel - 1) / kPanel;
  for_tasks(static_cast<std::size_t>(panels), threads, [&](std::size_t p) {
    const Index first = static_cast<Index>(p) * kPanel, count = std::min(kPanel, columns - first);
    const Index from = lower ? first : 0, rows = result.rows() - from;
    result.block(from, first, rows, count).noalias() +=
        factor * (a.middleRows(from, rows) * b.middleCols(first, count));
  });
}

}  // namespace

/// Places of new positions in the front at work.
struct SparseFactor::Scratch {
  explicit Scratch(std::size_t rows) : place(rows, 0) {}
  std::vector<Index> place;
  void set(const Front& front) {
    for (int k = front.first; k < front.end; ++k) place[at(k)] = k - front.first;
    for (std::size_t k = 0; k < front.rows.size(); ++k)
      place[at(front.rows[k])] = front.width() + static_cast<Index>(k);
  }
};

SparseFactor::SparseFactor(const Weights& weights) : plan_(elimination_plan(weights)) {
  links_ = renumbered(weights, plan_.position);
  mirrored_ = transposed(links_);
  if (const auto scale = symmetrising_scale(links_)) {
    for (double d : *scale) scale_.push_back(std::sqrt(d));
    // The pattern is symmetric, so the mirrored weights stand at the same places.
    ratios_.resize(links_.links());
    for (std::size_t k = 0; k < links_.links(); ++k) {
      const double similar = std::sqrt(links_.values[k] * mirrored_.values[k]);
      ratios_[k] = links_.values[k] / similar;
      links_.values[k] = similar;
    }
    mirrored_ = {};
  }
  numbers_.resize(plan_.fronts.size());
  split_subtrees();
}

void SparseFactor::split_subtrees() {
  const std::size_t fronts = plan_.fronts.size();
  std::vector<double> work(fronts, 0);
  std::vector<std::size_t> first(fronts);
  double total = 0;
  for (std::size_t f = 0; f < fronts; ++f) {
    const Front& front = plan_.fronts[f];
    const double size = front.size();
    work[f] += size * size * front.width() + 1;
    total += size * size * front.width() + 1;
    first[f] = front.children.empty() ? f : first[at(front.children.front())];
    if (front.parent >= 0) work[at(front.parent)] += work[f];
  }
  for (std::size_t f = fronts; f-- > 0;) {
    if (work[f] > kSubtreeShare * total) {
      top_.push_back(f);
      continue;
    }
    std::vector<std::size_t> subtree;
    for (std::size_t k = first[f]; k <= f; ++k) subtree.push_back(k);
    f = first[f];
    subtrees_.push_back(std::move(subtree));
  }
  std::reverse(top_.begin(), top_.end());
}

bool SparseFactor::factor_front(std::size_t f, Scratch& scratch, std::vector<MatrixXd>& updates,
                                int threads) {
  const Front& front = plan_.fronts[f];
  const Index width = front.width(), size = front.size(), rest = size - width;
  scratch.set(front);
  MatrixXd block = MatrixXd::Zero(size, size);
  for (int k = front.first; k < front.end; ++k) {
    const Index pivot = k - front.first;
    block(pivot, pivot) = 1;
    const auto add = [&](const Weights& links, bool across) {
      for (std::size_t n = 0; n < links.degree(at(k)); ++n) {
        const int other = links.neighbours(at(k))[n];
        if (other < front.first || (!across && other < front.end)) continue;
        const Index place = scratch.place[at(other)];
        (across ? block(pivot, place) : block(place, pivot)) = -rho_ * links.weights(at(k))[n];
      }
    };
    if (symmetric()) {
      for (std::size_t n = 0; n < links_.degree(at(k)); ++n) {
        const int other = links_.neighbours(at(k))[n];
        if (other > k) block(scratch.place[at(other)], pivot) = -rho_ * links_.weights(at(k))[n];
      }
    } else {
      add(links_, true);
      add(mirrored_, false);
    }
  }
  for (int child : front.children) {
    const std::vector<int>& rows = plan_.fronts[at(child)].rows;
    MatrixXd& update = updates[at(child)];
    for (std::size_t j = 0; j < rows.size(); ++j) {
      const Index column = scratch.place[at(rows[j])];
      for (std::size_t i = symmetric() ? j : 0; i < rows.size(); ++i)
        block(scratch.place[at(rows[i])], column) += update(static_cast<Index>(i), static_cast<Index>(j));
    }
    update.resize(0, 0);
  }
  Numbers& numbers = numbers_[f];
  numbers.pivot = block.topLeftCorner(width, width);
  numbers.lower = block.bottomLeftCorner(rest, width);
  if (symmetric()) {
    const Eigen::LLT<Eigen::Ref<MatrixXd>> cholesky(numbers.pivot);
    if (cholesky.info() != Eigen::Success) return false;
    if (rest == 0) return true;
    numbers.pivot.triangularView<Eigen::Lower>().transpose().solveInPlace<Eigen::OnTheRight>(numbers.lower);
  } else {
    numbers.upper = block.topRightCorner(width, rest);
    if (!lu(numbers.pivot)) return false;
    if (rest == 0) return true;
    numbers.pivot.triangularView<Eigen::UnitLower>().solveInPlace(numbers.upper);
    numbers.pivot.triangularView<Eigen::Upper>().solveInPlace<Eigen::OnTheRight>(numbers.lower);
  }
  MatrixXd& update = updates[f];
  update = block.bottomRightCorner(rest, rest);
  if (symmetric()) {
    add_product(update, numbers.lower, numbers.lower.transpose(), -1, true, threads);
  } else {
    add_product(update, numbers.lower, numbers.upper, -1, false, threads);
  }
  return true;
}

bool SparseFactor::factor(double rho, int threads) {
  rho_ = rho;
  std::vector<MatrixXd> updates(plan_.fronts.size());
  std::vector<char> regular(subtrees_.size(), 1);
  for_tasks(subtrees_.size(), threads, [&](std::size_t t) {
    Scratch scratch(links_.rows());
    for (std::size_t f : subtrees_[t]) {
      if (!factor_front(f, scratch, updates, 1)) {
        regular[t] = 0;
        return;
      }
    }
  });
  if (std::count(regular.begin(), regular.end(), 0) > 0) return false;
  Scratch scratch(links_.rows());
  for (std::size_t f : top_) {
    if (!factor_front(f, scratch, updates, threads)) return false;
  }
  return true;
}

double SparseFactor::log_determinant() const {
  long double sum = 0;
  for (const Numbers& numbers : numbers_) {
    for (Index k = 0; k < numbers.pivot.rows(); ++k)
      sum += std::log(static_cast<long double>(numbers.pivot(k, k)));
  }
  return static_cast<double>(symmetric() ? 2 * sum : sum);
}

void SparseFactor::invert_front(std::size_t f, std::size_t root, Scratch& scratch,
                                std::vector<MatrixXd>& inverses, std::vector<InverseSums>& sums) const {
  const Front& front = plan_.fronts[f];
  const Numbers& numbers = numbers_[f];
  const Index width = front.width(), size = front.size(), rest = size - width;
  MatrixXd inverse(size, size);
  if (rest > 0) {
    const MatrixXd& above = inverses[at(front.parent)];
    scratch.set(plan_.fronts[at(front.parent)]);
    for (Index j = 0; j < rest; ++j) {
      const Index column = scratch.place[at(front.rows[static_cast<std::size_t>(j)])];
      for (Index i = 0; i < rest; ++i)
        inverse(width + i, width + j) =
            above(scratch.place[at(front.rows[static_cast<std::size_t>(i)])], column);
    }
  }
  MatrixXd small = MatrixXd::Identity(width, width), left = numbers.lower;
  if (symmetric()) {
    const auto factor = numbers.pivot.triangularView<Eigen::Lower>();
    factor.solveInPlace(small);
    factor.transpose().solveInPlace(small);
    if (rest > 0) factor.solveInPlace<Eigen::OnTheRight>(left);
  } else {
    numbers.pivot.triangularView<Eigen::UnitLower>().solveInPlace(small);
    numbers.pivot.triangularView<Eigen::Upper>().solveInPlace(small);
    if (rest > 0) numbers.pivot.triangularView<Eigen::UnitLower>().solveInPlace<Eigen::OnTheRight>(left);
  }
  if (rest > 0) {
    const auto below = inverse.bottomRightCorner(rest, rest);
    const MatrixXd lower = -(below * left);
    inverse.bottomLeftCorner(rest, width) = lower;
    if (symmetric()) {
      inverse.topRightCorner(width, rest) = lower.transpose();
      small.noalias() -= left.transpose() * lower;
    } else {
      MatrixXd right = numbers.upper;
      numbers.pivot.triangularView<Eigen::Upper>().solveInPlace(right);
      inverse.topRightCorner(width, rest).noalias() = -(right * below);
      small.noalias() -= right * lower;
    }
  }
  inverse.topLeftCorner(width, width) = small;

  scratch.set(front);
  InverseSums& sum = sums[f];
  for (int k = front.first; k < front.end; ++k) {
    const Index pivot = k - front.first;
    const auto gather = [&](const Weights& links, bool across) {
      for (std::size_t n = 0; n < links.degree(at(k)); ++n) {
        const int other = links.neighbours(at(k))[n];
        if (other < front.first || (!across && other < front.end)) continue;
        const Index place = scratch.place[at(other)];
        const double w = links.weights(at(k))[n];
        sum.trace += w * (across ? inverse(place, pivot) : inverse(pivot, place));
        sum.trace_transposed += w * (across ? inverse(pivot, place) : inverse(place, pivot));
      }
    };
    if (symmetric()) {
      // Of the similar matrix: w(i,j) z(j,i) is unchanged, w(i,j) z(i,j) gets the ratio twice.
      const auto start = static_cast<std::size_t>(links_.starts[at(k)]);
      for (std::size_t n = 0; n < links_.degree(at(k)); ++n) {
        const int other = links_.neighbours(at(k))[n];
        if (other < k) continue;
        const double product = links_.weights(at(k))[n] * inverse(scratch.place[at(other)], pivot);
        const double ratio = ratios_[start + n];
        sum.trace += 2 * product;
        sum.trace_transposed += product * (ratio * ratio + 1 / (ratio * ratio));
      }
    } else {
      gather(links_, true);
      gather(mirrored_, false);
    }
  }
  inverses[f] = std::move(inverse);
  // Inside a subtree the smallest child comes last: nobody needs the parent's entries then.
  if (front.parent >= 0 && at(front.parent) <= root &&
      at(plan_.fronts[at(front.parent)].children.front()) == f)
    inverses[at(front.parent)].resize(0, 0);
  if (front.children.empty()) inverses[f].resize(0, 0);
}

SparseFactor::InverseSums SparseFactor::inverse_sums(int threads) const {
  std::vector<MatrixXd> inverses(plan_.fronts.size());
  std::vector<InverseSums> sums(plan_.fronts.size());
  Scratch scratch(links_.rows());
  for (std::size_t k = top_.size(); k-- > 0;) invert_front(top_[k], 0, scratch, inverses, sums);
  for_tasks(subtrees_.size(), threads, [&](std::size_t t) {
    Scratch own(links_.rows());
    for (std::size_t k = subtrees_[t].size(); k-- > 0;)
      invert_front(subtrees_[t][k], subtrees_[t].back(), own, inverses, sums);
  });
  InverseSums total;
  for (const InverseSums& sum : sums) {
    total.trace += sum.trace;
    total.trace_transposed += sum.trace_transposed;
  }
  // Off the diagonal the inverse is rho G.
  if (rho_ != 0) {
    total.trace_transposed /= rho_;
  } else {
    total.trace_transposed = 0;
    for (std::size_t k = 0; k < links_.links(); ++k) {
      const double w = links_.values[k] * (symmetric() ? ratios_[k] : 1);
      total.trace_transposed += w * w;
    }
  }
  return total;
}

void SparseFactor::solve(Block& block) const {
  const Index columns = block.cols();
  Block x(block.rows(), columns);
  for (std::size_t row = 0; row < plan_.position.size(); ++row) {
    const int to = plan_.position[row];
    x.row(to) = block.row(static_cast<Index>(row)) * (symmetric() ? scale_[at(to)] : 1.0);
  }
  MatrixXd below;
  for (std::size_t f = 0; f < plan_.fronts.size(); ++f) {
    const Front& front = plan_.fronts[f];
    const Numbers& numbers = numbers_[f];
    auto pivots = x.middleRows(front.first, front.width());
    if (symmetric()) {
      numbers.pivot.triangularView<Eigen::Lower>().solveInPlace(pivots);
    } else {
      numbers.pivot.triangularView<Eigen::UnitLower>().solveInPlace(pivots);
    }
    below.noalias() = numbers.lower * pivots;
    for (std::size_t k = 0; k < front.rows.size(); ++k)
      x.row(front.rows[k]) -= below.row(static_cast<Index>(k));
  }
  for (std::size_t f = plan_.fronts.size(); f-- > 0;) {
    const Front& front = plan_.fronts[f];
    const Numbers& numbers = numbers_[f];
    auto pivots = x.middleRows(front.first, front.width());
    below.resize(static_cast<Index>(front.rows.size()), columns);
    for (std::size_t k = 0; k < front.rows.size(); ++k)
      below.row(static_cast<Index>(k)) = x.row(front.rows[k]);
    if (symmetric()) {
      pivots.noalias() -= numbers.lower.transpose() * below;
      numbers.pivot.triangularView<Eigen::Lower>().transpose().solveInPlace(pivots);
    } else {
      pivots.noalias() -= numbers.upper * below;
      numbers.pivot.triangularView<Eigen::Upper>().solveInPlace(pivots);
    }
  }
  for (std::size_t row = 0; row < plan_.position.size(); ++row) {
    const int from = plan_.position[row];
    block.row(static_cast<Index>(row)) = x.row(from) / (symmetric() ? scale_[at(from)] : 1.0);
  }
}

}  // namespace isotherm

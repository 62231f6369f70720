#include "tall_qr.h"

#include "blocks.h"

namespace isotherm {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr std::size_t kTile = 1024;  // rows factored at once: stays in cache for some tens of columns

/// R of `top` (already triangular, may be empty) over `bottom`, at most `columns` rows.
MatrixXd join(const MatrixXd& top, const Eigen::Ref<const MatrixXd>& bottom) {
  MatrixXd stacked(top.rows() + bottom.rows(), bottom.cols());
  if (top.rows() > 0) stacked.topRows(top.rows()) = top;
  stacked.bottomRows(bottom.rows()) = bottom;
  const Eigen::HouseholderQR<Eigen::Ref<MatrixXd>> qr(stacked);
  const Index kept = std::min(stacked.rows(), stacked.cols());
  return stacked.topRows(kept).triangularView<Eigen::Upper>();
}

}  // namespace

MatrixXd tall_upper_factor(
    std::size_t rows, std::size_t columns, int threads,
    const std::function<void(std::size_t, std::size_t, Eigen::Ref<Eigen::MatrixXd>)>& fill) {
  std::vector<MatrixXd> parts(block_count(rows));
  for_blocks(rows, threads, [&](std::size_t block, std::size_t first, std::size_t end) {
    MatrixXd upper(0, static_cast<Index>(columns));
    MatrixXd tile;
    for (std::size_t row = first; row < end; row += kTile) {
      const std::size_t stop = std::min(end, row + kTile);
      tile.resize(static_cast<Index>(stop - row), static_cast<Index>(columns));
      fill(row, stop, tile);
      upper = join(upper, tile);
    }
    parts[block] = std::move(upper);
  });
  MatrixXd upper(0, static_cast<Index>(columns));
  for (const MatrixXd& part : parts) upper = upper.rows() == 0 ? part : join(upper, part);
  return upper;
}

}  // namespace isotherm

// The upper factor of a tall matrix, block of rows by block of rows.
#pragma once

#include <Eigen/Dense>
#include <functional>

namespace isotherm {

/// R (with signs as they come) of the QR factorisation of a matrix of `columns` columns whose rows
/// [first, end) `fill` writes into the given block. Fixed blocks, joined in order.
Eigen::MatrixXd tall_upper_factor(
    std::size_t rows, std::size_t columns, int threads,
    const std::function<void(std::size_t first, std::size_t end, Eigen::Ref<Eigen::MatrixXd> block)>& fill);

}  // namespace isotherm

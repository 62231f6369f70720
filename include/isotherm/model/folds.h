// Folds of cross-validation as compact blocks of the map.
//
// Rows near each other resemble each other, so rows held back at random are predicted from their neighbours
// and the score says little about new places. Here places are cut in two by their median along the longer
// side of their extent, again and again, until there are as many blocks as folds, with equal numbers of
// places each (within one). Rows at one place stand in one fold. Nothing is drawn: the same folds always.
//
// Source: Roberts et al. (2017), Cross-validation strategies for data with temporal, spatial, hierarchical,
// or phylogenetic structure, Ecography 40, 913-929.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "isotherm/core/geometry.h"
#include "isotherm/model/weights.h"

namespace isotherm {

/// The fold, from 0, of every point. Throws Error(input) for fewer places than folds.
std::vector<std::size_t> block_folds(std::span<const Point> points, std::size_t folds);

/// Links among the kept rows alone, renumbered in their order; weights as they are.
Weights kept_weights(const Weights& weights, std::span<const std::size_t> kept);

}  // namespace isotherm

#include <metis.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "isotherm/core/error.h"
#include "sparse_factor.h"

namespace isotherm {

namespace {

using Lists = std::vector<std::vector<int>>;

/// Nested dissection of the graph. Its random choices start from a fixed seed.
std::vector<int> dissection(const Weights& graph) {
  const std::size_t rows = graph.rows();
  std::vector<int> position(rows);
  std::iota(position.begin(), position.end(), 0);
  if (graph.links() == 0 || rows < 3) return position;
  std::vector<idx_t> starts(graph.starts.begin(), graph.starts.end());
  std::vector<idx_t> columns(graph.columns.begin(), graph.columns.end());
  std::vector<idx_t> order(rows), inverse(rows);
  idx_t count = static_cast<idx_t>(rows);
  idx_t options[METIS_NOPTIONS];
  METIS_SetDefaultOptions(options);
  options[METIS_OPTION_SEED] = 1;
  const int status =
      METIS_NodeND(&count, starts.data(), columns.data(), nullptr, options, order.data(), inverse.data());
  if (status != METIS_OK) throw Error(ErrorKind::internal, "the graph of weights could not be ordered");
  std::copy(inverse.begin(), inverse.end(), position.begin());
  return position;
}

/// The graph with its rows renumbered.
Lists renumbered(const Weights& graph, const std::vector<int>& position) {
  Lists lists(graph.rows());
  for (std::size_t row = 0; row < graph.rows(); ++row) {
    std::vector<int>& list = lists[static_cast<std::size_t>(position[row])];
    for (std::int32_t column : graph.neighbours(row))
      list.push_back(position[static_cast<std::size_t>(column)]);
  }
  return lists;
}

/// Parent in the elimination tree: the first later column that a column's elimination touches (Liu 1990).
std::vector<int> elimination_tree(const Lists& graph) {
  std::vector<int> parent(graph.size(), -1), ancestor(graph.size(), -1);
  for (int row = 0; row < static_cast<int>(graph.size()); ++row) {
    for (int column : graph[static_cast<std::size_t>(row)]) {
      for (int k = column; k != -1 && k < row;) {
        const auto at = static_cast<std::size_t>(k);
        const int next = ancestor[at];
        ancestor[at] = row;
        if (next == -1) parent[at] = row;
        k = next;
      }
    }
  }
  return parent;
}

/// New numbers such that every subtree is a run of numbers that ends with its root.
std::vector<int> postorder(const std::vector<int>& parent) {
  const std::size_t rows = parent.size();
  std::vector<int> first_child(rows, -1), sibling(rows, -1), number(rows, 0), stack;
  for (std::size_t k = rows; k-- > 0;) {
    if (parent[k] < 0) continue;
    const auto p = static_cast<std::size_t>(parent[k]);
    sibling[k] = first_child[p];
    first_child[p] = static_cast<int>(k);
  }
  int next = 0;
  for (std::size_t root = 0; root < rows; ++root) {
    if (parent[root] >= 0) continue;
    stack.push_back(static_cast<int>(root));
    while (!stack.empty()) {
      const auto at = static_cast<std::size_t>(stack.back());
      if (first_child[at] >= 0) {
        stack.push_back(first_child[at]);
        first_child[at] = sibling[static_cast<std::size_t>(first_child[at])];
      } else {
        number[at] = next++;
        stack.pop_back();
      }
    }
  }
  return number;
}

/// Entries of every column of L, diagonal included.
std::vector<int> column_counts(const Lists& graph, const std::vector<int>& parent) {
  std::vector<int> counts(graph.size(), 1), mark(graph.size(), -1);
  for (int row = 0; row < static_cast<int>(graph.size()); ++row) {
    mark[static_cast<std::size_t>(row)] = row;
    for (int column : graph[static_cast<std::size_t>(row)]) {
      if (column >= row) continue;
      for (auto k = static_cast<std::size_t>(column); mark[k] != row;
           k = static_cast<std::size_t>(parent[k])) {
        mark[k] = row;
        ++counts[k];
      }
    }
  }
  return counts;
}

struct Group {
  int first, end;
  double zeros;  ///< stored though they are none of L's
};

/// Whether columns of the same front may hold so many zeros: as CHOLMOD merges (Chen, Davis, Hager,
/// Rajamanickam 2008, ACM TOMS 35).
bool worth_merging(int width, double zeros, double entries) {
  if (width <= 4 || zeros == 0) return true;
  const double share = zeros / entries;
  return width <= 16 ? share < 0.8 : width <= 48 ? share < 0.1 : share < 0.05;
}

/// Columns that are eliminated together: those with the same pattern, and small ones with nearly the same.
std::vector<Group> column_groups(const std::vector<int>& parent, const std::vector<int>& counts) {
  const int rows = static_cast<int>(parent.size());
  std::vector<Group> groups;
  const auto at = [](int k) { return static_cast<std::size_t>(k); };
  for (int column = 0; column < rows; ++column) {
    const bool same =
        column > 0 && parent[at(column - 1)] == column && counts[at(column - 1)] == counts[at(column)] + 1;
    if (same) {
      ++groups.back().end;
    } else {
      groups.push_back({column, column + 1, 0});
    }
  }
  std::vector<Group> merged;
  for (Group group : groups) {
    const double end_count = counts[at(group.end - 1)];
    while (!merged.empty()) {
      const Group& child = merged.back();
      if (parent[at(child.end - 1)] != group.first) break;
      const double child_width = child.end - child.first, width = child_width + group.end - group.first;
      const double child_rows = counts[at(child.end - 1)] - 1, below = end_count - 1;
      const double zeros =
          child.zeros + group.zeros + child_width * (width - child_width + below - child_rows);
      const double entries = width * (width + 1) / 2 + width * below;
      if (!worth_merging(static_cast<int>(width), zeros, entries)) break;
      group = {child.first, group.end, zeros};
      merged.pop_back();
    }
    merged.push_back(group);
  }
  return merged;
}

std::vector<Front> fronts_of(const Lists& graph, const std::vector<Group>& groups,
                             std::vector<int>& front_of) {
  std::vector<Front> fronts(groups.size());
  front_of.resize(graph.size());
  std::vector<int> mark(graph.size(), -1);
  for (std::size_t f = 0; f < groups.size(); ++f) {
    for (int k = groups[f].first; k < groups[f].end; ++k)
      front_of[static_cast<std::size_t>(k)] = static_cast<int>(f);
  }
  for (std::size_t f = 0; f < groups.size(); ++f) {
    Front& front = fronts[f];
    front.first = groups[f].first;
    front.end = groups[f].end;
    const auto add = [&](int row) {
      if (row < front.end || mark[static_cast<std::size_t>(row)] == static_cast<int>(f)) return;
      mark[static_cast<std::size_t>(row)] = static_cast<int>(f);
      front.rows.push_back(row);
    };
    for (int column = front.first; column < front.end; ++column) {
      for (int row : graph[static_cast<std::size_t>(column)]) add(row);
    }
    for (int child : front.children) {
      for (int row : fronts[static_cast<std::size_t>(child)].rows) add(row);
    }
    std::sort(front.rows.begin(), front.rows.end());
    if (front.rows.empty()) continue;
    front.parent = front_of[static_cast<std::size_t>(front.rows.front())];
    fronts[static_cast<std::size_t>(front.parent)].children.push_back(static_cast<int>(f));
  }
  return fronts;
}

}  // namespace

std::optional<std::vector<double>> symmetrising_scale(const Weights& weights) {
  constexpr double kSame = 1e-10;  // ratios are multiplied along paths, each rounded
  const std::size_t rows = weights.rows();
  std::vector<double> scale(rows, 0.0);
  const auto weight = [&](std::size_t row, std::size_t column) {
    const auto list = weights.neighbours(row);
    const auto found = std::lower_bound(list.begin(), list.end(), static_cast<std::int32_t>(column));
    if (found == list.end() || *found != static_cast<std::int32_t>(column)) return 0.0;
    return weights.weights(row)[static_cast<std::size_t>(found - list.begin())];
  };
  std::vector<std::size_t> queue;
  for (std::size_t root = 0; root < rows; ++root) {
    if (scale[root] > 0) continue;
    scale[root] = 1;
    queue.assign(1, root);
    for (std::size_t head = 0; head < queue.size(); ++head) {
      const std::size_t row = queue[head];
      for (std::size_t k = 0; k < weights.degree(row); ++k) {
        const auto column = static_cast<std::size_t>(weights.neighbours(row)[k]);
        const double there = weights.weights(row)[k], back = weight(column, row);
        if (!(there > 0) || !(back > 0)) return std::nullopt;
        const double wanted = scale[row] * there / back;
        if (scale[column] == 0) {
          scale[column] = wanted;
          queue.push_back(column);
        } else if (std::abs(scale[column] - wanted) > kSame * wanted) {
          return std::nullopt;
        }
      }
    }
  }
  return scale;
}

EliminationPlan elimination_plan(const Weights& weights) {
  const Weights graph = symmetrised(weights);  // who meets whom in either direction
  EliminationPlan plan;
  plan.position = dissection(graph);
  {
    const std::vector<int> number = postorder(elimination_tree(renumbered(graph, plan.position)));
    for (int& position : plan.position) position = number[static_cast<std::size_t>(position)];
  }
  const Lists lists = renumbered(graph, plan.position);
  const std::vector<int> parent = elimination_tree(lists);
  plan.fronts = fronts_of(lists, column_groups(parent, column_counts(lists, parent)), plan.front_of);
  for (const Front& front : plan.fronts) {
    const double w = front.width(), r = front.size() - front.width();
    plan.work += 2 * w * w * w / 3 + 2 * w * w * r + 2 * w * r * r;
    plan.entries += w * w + 2 * w * r;
  }
  return plan;
}

}  // namespace isotherm

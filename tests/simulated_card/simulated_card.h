// What a test says to the simulated cards. They are all alike.
#pragma once

#include <cstddef>
#include <string>

#include "cuda_runtime.h"

namespace simulated_card {

/// Cards to be found from now on, and bytes of memory of each.
void set_up(int cards, std::size_t memory);
/// That call of the runtime ("cudaMalloc", "kernel", ...) fails with that error, once, after `calls` that do
/// not.
void fail(const std::string& call, int calls, cudaError_t error);
/// Bytes taken on all cards now, and most at any time since set_up.
std::size_t taken();
std::size_t most_taken();
/// Bytes copied to cards and from cards since set_up.
std::size_t copied_in();
std::size_t copied_out();

}  // namespace simulated_card

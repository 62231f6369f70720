#!/usr/bin/env bash
# Measures a card: its own copies first, then kernels on memory that lies there, then calls of the backend with all transfers.
# Needs only nvcc, a C++ compiler, CMake and GoogleTest's sources. Prints a table for docs/benchmarks.
#   scripts/bench_gpu.sh [CARD] [PIXELS OF A SIDE]
set -euo pipefail
cd "$(dirname "$0")/.."

cmake --preset cuda -DISOTHERM_BARE=ON >/dev/null
cmake --build build/cuda --target gpu_speed test_backend
command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
date --iso-8601
build/cuda/tests/test_backend --gtest_brief=1 # the same answers first
build/cuda/tests/gpu_speed "$@"

#!/usr/bin/env bash
# Installs what is missing, builds with warnings as errors and bounds checks, runs every test.
#   scripts/test.sh [arguments of ctest]
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh gdal-bin dpkg-dev file curl openssl
cmake --preset dev
cmake --build build/dev
ctest --test-dir build/dev --output-on-failure -j "$(nproc)" "$@"

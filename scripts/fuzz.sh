#!/usr/bin/env bash
# Builds the fuzz targets with libFuzzer and runs each for a while, starting from its stored corpus.
#   scripts/fuzz.sh [seconds for each, 20] [targets, all]
# What breaks a target is kept in build/fuzz/findings/TARGET-*; put it into tests/fuzz/corpus/TARGET with the repair.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-20}
shift || true

scripts/setup.sh clang libclang-rt-14-dev
cmake --preset fuzz
cmake --build build/fuzz --target fuzzers

targets=("$@")
if ((${#targets[@]} == 0)); then
  for program in build/fuzz/tests/fuzz/fuzz_*; do
    [[ -x $program ]] && targets+=("${program##*/fuzz_}")
  done
fi
mkdir -p build/fuzz/findings
# What GDAL and PROJ allocate once and keep is no leak of ours.
export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1

run() {
  local target=$1 seconds=$2 fresh=build/fuzz/corpus/$1
  mkdir -p "$fresh"
  if build/fuzz/tests/fuzz/fuzz_"$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 -max_len=65536 \
      -artifact_prefix=build/fuzz/findings/"$target"- "$fresh" tests/fuzz/corpus/"$target" >build/fuzz/"$target".log 2>&1; then
    printf '%-16s ok    %s\n' "$target" "$(tail -1 build/fuzz/"$target".log)"
  else
    printf '%-16s FAILED\n' "$target"
    tail -40 build/fuzz/"$target".log
    return 1
  fi
}
export -f run
printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I{} bash -c 'run {} '"$seconds"

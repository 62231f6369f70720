#!/usr/bin/env bash
# Measures the main cases on a full-size synthetic scene and prints a table of medians, each beside the floor of its own run:
# decoding the same bands through GDAL with the same threads and doing nothing with them.
#   scripts/bench.sh [FOLDER for the scene and outputs] [RUNS]
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:-out/bench}
runs=${2:-5}
threads=$(nproc)
mkdir -p "$folder"
scripts/setup.sh python3-numpy python3-gdal
cmake --preset release -DISOTHERM_TESTS=ON
cmake --build build/release --target isotherm_cli decode_floor
scene=$folder/LC08_L2SP_196024_20210614_20210622_02_T1
[ -d "$scene" ] || scripts/make_bench_scene.py "$folder" --bands 4,5,10
crop=$folder/crop
if [ ! -d "$crop" ]; then
  mkdir -p "$crop"
  for file in "$scene"/*.TIF; do
    gdal_translate -q -srcwin 3000 3000 2000 2000 -co TILED=YES -co COMPRESS=DEFLATE -co PREDICTOR=2 "$file" "$crop/${file##*/}"
  done
  cp "$scene"/*_MTL.txt "$crop"
fi
exec python3 scripts/bench_cases.py --program build/release/isotherm --floor build/release/tests/decode_floor \
  --scene "$scene" --crop "$crop" --out "$folder" --runs "$runs" --threads "$threads"

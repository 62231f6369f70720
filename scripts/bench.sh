#!/usr/bin/env bash
# Measures the main cases on a full-size synthetic scene and prints tables of medians, each beside the floor of its own run:
# decoding the same bands through GDAL with the same threads and doing nothing with them (rasters: and encoding the output).
#   scripts/bench.sh [FOLDER for the scene and outputs] [RUNS] [part of a title: only those cases]
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:-out/bench}
runs=${2:-5}
only=${3:-}
threads=$(nproc)
mkdir -p "$folder"
scripts/setup.sh python3-numpy python3-gdal
cmake --preset release -DISOTHERM_TESTS=ON
cmake --build build/release --target isotherm_cli decode_floor encode_floor
scene=$folder/LC08_L2SP_196024_20210614_20210622_02_T1
[ -d "$scene" ] || scripts/make_bench_scene.py "$folder"
crop=$folder/crop
if [ ! -d "$crop" ]; then
  mkdir -p "$crop"
  for file in "$scene"/*.TIF; do
    gdal_translate -q -srcwin 3000 3000 2000 2000 -co TILED=YES -co COMPRESS=DEFLATE -co PREDICTOR=2 "$file" "$crop/${file##*/}"
  done
  cp "$scene"/*_MTL.txt "$crop"
fi
# The same pixels under another date: one more observation of known cells.
second=$folder/LC08_L2SP_196024_20210630_20210708_02_T1
if [ ! -d "$second" ]; then
  mkdir -p "$second"
  for file in "$scene"/*; do
    name=${file##*/}
    name=${name/20210614_20210622/20210630_20210708}
    case $name in
      *_MTL.txt) sed 's/20210614_20210622/20210630_20210708/; s/2021-06-14/2021-06-30/' "$file" > "$second/$name" ;;
      *) ln -s "$(realpath "$file")" "$second/$name" ;;
    esac
  done
fi
exec python3 scripts/bench_cases.py --program build/release/isotherm --floor build/release/tests/decode_floor \
  --encode build/release/tests/encode_floor --scene "$scene" --second "$second" --crop "$crop" --out "$folder" --runs "$runs" \
  --threads "$threads" --only "$only"

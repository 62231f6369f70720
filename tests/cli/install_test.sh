#!/usr/bin/env bash
# Installs a build into a fresh folder, then builds and runs a program that only knows that folder.
#   install_test.sh BUILD_FOLDER
set -euo pipefail

build=$1
here=$(cd "$(dirname "$0")" && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

cmake --install "$build" --prefix "$place/usr" > "$place/install.log"
for part in bin/isotherm lib*/libisotherm.a lib*/*/libisotherm.a include/isotherm/core/version.h \
  share/man/man1/isotherm-zonal.1 share/bash-completion/completions/isotherm; do
  compgen -G "$place/usr/$part" > /dev/null || [[ $part == lib* ]] || { echo "not installed: $part"; exit 1; }
done
if grep -rlF -e "$build" -e "$here" "$place/usr/lib" --include='*.cmake'; then
  echo "the CMake package names the folders it was built in"
  exit 1
fi

"$place/usr/bin/isotherm" --version
cmake -S "$here/consumer" -B "$place/consumer" -DCMAKE_PREFIX_PATH="$place/usr" > "$place/configure.log" ||
  { cat "$place/configure.log"; exit 1; }
cmake --build "$place/consumer" > "$place/build.log" || { cat "$place/build.log"; exit 1; }
found=$("$place/consumer/consumer")
echo "$found"
[[ $found == "$("$place/usr/bin/isotherm" --version | cut -d' ' -f2) sq100_4590_57030 EPSG:32632" ]]

#!/usr/bin/env bash
# Makes the Debian package of a build and looks into it.
#   package_test.sh BUILD_FOLDER
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

cpack -G DEB --config "$1/CPackConfig.cmake" -B "$place" -D CPACK_DEBIAN_COMPRESSION_TYPE=none > "$place/log" 2>&1 ||
  { cat "$place/log"; exit 1; }
dpkg-deb --contents "$place"/*.deb > "$place/contents"
for part in bin/isotherm lib/libisotherm.a include/isotherm/job/zonal.h share/man/man1/isotherm-zonal.1; do
  grep -q "/usr/$part\$" "$place/contents" || { echo "not in the package: $part"; exit 1; }
done
dpkg-deb --field "$place"/*.deb Package Version Depends
dpkg-deb --field "$place"/*.deb Depends | grep -q 'libgdal.*libproj'

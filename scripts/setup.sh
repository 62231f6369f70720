#!/usr/bin/env bash
# Installs what building and testing need, on Debian 12. Does nothing, and needs no network, when all is there.
#   scripts/setup.sh [further packages]
set -euo pipefail

packages=(
  g++ cmake ninja-build ccache
  libgdal-dev libproj-dev proj-data libgeos-dev libsqlite3-dev libcurl4-openssl-dev libssl-dev libtbb-dev nlohmann-json3-dev libcli11-dev libeigen3-dev libmetis-dev libdeflate-dev libxlsxwriter-dev
  libgtest-dev python3 ca-certificates "$@"
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  exit 0
fi

echo "installing: ${missing[*]}"
as_root=()
((EUID == 0)) || as_root=(sudo)
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q
"${as_root[@]}" apt-get install -q -y --no-install-recommends "${missing[@]}"

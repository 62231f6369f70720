#!/usr/bin/env bash
# Writes docs/cli (pages, manual pages, completions) from the program's own declarations. Run it after changing an
# option, a list that options read, or the version; a test compares docs/cli with what the program would write.
#   scripts/make_docs.sh [program]
set -euo pipefail
cd "$(dirname "$0")/.."

"${1:-build/dev/isotherm}" docs docs/cli
echo "docs/cli is up to date"

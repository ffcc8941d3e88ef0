#!/usr/bin/env bash
# tidy_changed.sh [BASE]: tidy.sh on the C++ sources of the product that changed since BASE, by
# default the commit before the last; at most forty of them, so that its time is bounded.
set -euo pipefail
cd "$(dirname "$0")/.."
base=${1:-HEAD~1}
git rev-parse --quiet --verify "$base" > /dev/null || base=HEAD
mapfile -t files < <(git diff --name-only --diff-filter=d "$base" -- '*.cpp' \
  | grep -E '^(core|wire|crypto|grammar|compiler|runtime|interceptor)/' | head -40)
if [ ${#files[@]} -eq 0 ]; then
  exec python3 tools/tidy/main.py
fi
tools/tidy.sh "${files[@]}"

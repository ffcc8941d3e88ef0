#!/usr/bin/env bash
# tidy.sh [FILE…]: the house rules, the format, and clang-tidy 19 over the given C++ files
# (all sources when none is named, and then every header alone). Exits 1 on a finding.
set -euo pipefail
cd "$(dirname "$0")/.."
python3 tools/tidy/main.py
[ $# -gt 0 ] || python3 tools/check_headers.py
cmake --preset dev > /dev/null
mapfile -t files < <(if [ $# -gt 0 ]; then printf '%s\n' "$@"; else
  git ls-files '*.cpp' | grep -vE '^tests/corpora/'; fi)
[ ${#files[@]} -gt 0 ] || exit 0
clang-format-19 --dry-run -Werror "${files[@]}"
printf '%s\n' "${files[@]}" | grep '\.cpp$' \
  | xargs -P "$(nproc)" -n 4 clang-tidy-19 -p build/dev --quiet --warnings-as-errors='*' \
    --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-deprecated-declarations \
    2> /dev/null

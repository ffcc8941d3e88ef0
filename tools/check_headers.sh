#!/usr/bin/env bash
# Compiles every header of the product alone: a header includes what it uses.
set -uo pipefail
cd "$(dirname "$0")/.."
check() {
  g++ -std=c++20 -fsyntax-only -Wall -Wextra -I. -x c++ -include "$1" /dev/null 2>&1 \
    | grep -m1 -A2 'error' && { echo "$1 does not compile alone"; return 1; }
  return 0
}
export -f check
git ls-files --cached --others --exclude-standard '*.hpp' | grep -v '^tests/corpora/' \
  | xargs -P "$(nproc)" -I{} bash -c 'check {}'

#!/usr/bin/env bash
# Builds, from the registry of Go modules, the programs of other makers that judge our audit log in
# tests/e2e/tlog_test.py: Tessera's fsck, x/mod, torchwood, and the witness litewitness.
# Exit code 77 where the registry cannot be reached: nothing was built.
set -euo pipefail
cd "$(dirname "$0")/.."
out="$PWD/build/tlog"
go=$(command -v go || echo /usr/local/go/bin/go)
mkdir -p "$out"
skip() {
  echo "skipped: $1 cannot be had here" >&2
  exit 77
}
command -v "$go" >/dev/null || skip "Go"
(cd tests/e2e/tlog && "$go" build -p 1 -o "$out/judge" .) || skip "the Go modules of the judge"
GOBIN="$out" "$go" install -p 1 filippo.io/torchwood/cmd/litewitness@v0.9.0 || skip "litewitness"

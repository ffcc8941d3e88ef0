#!/usr/bin/env bash
# Builds the runners of bench/peers from package registries, then runs peers beside our engine.
# Arguments go to bench/peers/run.py, behind `http` to over_http.py; `--build-only` only builds.
# Exit code 77 where a registry cannot be reached: nothing was measured.
set -euo pipefail
cd "$(dirname "$0")/.."
peers=bench/peers
mkdir -p build/peers/go
skip() {
  echo "skipped: $1 cannot be had here" >&2
  exit 77
}
cargo build --quiet --release --locked --jobs 1 --target-dir build/peers/rust \
  --manifest-path "$peers/rust/Cargo.toml" || skip "the Rust crates of peers"
(cd "$peers/go" && go build -p 1 -o ../../../build/peers/go/peers .) ||
  skip "the Go modules of peers"
[ -d "$peers/node/node_modules" ] ||
  npm ci --silent --no-audit --no-fund --prefix "$peers/node" || skip "the npm packages of peers"
[ -d "$peers/cerbos/node_modules" ] ||
  npm ci --silent --no-audit --no-fund --prefix "$peers/cerbos" || skip "the npm package of cerbos"
case "${1:-}" in
  --build-only) ;;
  http) exec python3 "$peers/over_http.py" "${@:2}" ;;
  *) exec python3 "$peers/run.py" "$@" ;;
esac

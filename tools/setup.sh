#!/usr/bin/env bash
# Makes a fresh Debian 12 machine able to build, run and test Sentrail. Prints what it installs
# and is instant when nothing is missing. `--check` only says what is missing and exits 1 if
# anything is.
#
# Needs apt (as root, or with sudo) the first time. Node 22 is kept inside demo/node_modules,
# because Debian's is 18; nothing outside this folder and the package manager is changed.
set -euo pipefail
cd "$(dirname "$0")/.."

build_packages=(
  g++ cmake ninja-build ccache mold lld pkg-config git python3
  tao-pegtl-dev libyaml-cpp-dev libsimdjson-dev libboost1.81-dev librocksdb-dev libssl-dev
  librdkafka-dev libsodium-dev libexpected-dev libidn2-dev libutf8proc-dev libcli11-dev
  libhowardhinnant-date-dev tzdata
  libgtest-dev libgmock-dev libbenchmark-dev libz3-dev groff-base libxml2-utils llvm-19-dev
)
tool_packages=(
  clang-19 clang-format-19 clang-tidy-19 libclang-rt-19-dev llvm-19 gcovr curl jq openssl
  nginx-light wrk strace
)

missing=()
for package in "${build_packages[@]}" "${tool_packages[@]}"; do
  state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
command -v npm >/dev/null || missing+=(npm)

if [ "${1:-}" = --check ]; then
  [ ${#missing[@]} -eq 0 ] && exit 0
  echo "missing packages: ${missing[*]} (run: make setup)"
  exit 1
fi

if [ ${#missing[@]} -gt 0 ]; then
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "setup: run as root, or install sudo, to add: ${missing[*]}" >&2
      exit 2
    fi
    as_root=(sudo)
  fi
  echo "setup: installing ${#missing[@]} Debian packages: ${missing[*]}"
  "${as_root[@]}" apt-get update -q >/dev/null
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
fi

# The real clients of the end-to-end tests, at the versions of the lock file.
lock=demo/package-lock.json
if [ -f "$lock" ]; then
  stamp=demo/node_modules/.sentrail-stamp
  wanted=$(sha256sum "$lock" | cut -d' ' -f1)
  if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    echo "setup: installing the clients of the end-to-end tests (Node 22 and npm packages)"
    (cd demo && npm ci --no-audit --no-fund --loglevel=error >/dev/null)
    demo/node_modules/.bin/node --version | grep -q '^v22\.' \
      || { echo "setup: npm's node package did not bring Node 22" >&2; exit 2; }
    echo "$wanted" > "$stamp"
  fi
fi

#!/usr/bin/env bash
# Installs what tests/e2e/vscode_test.mjs needs: VS Code as a server (code-server), a browser and
# the packager of extensions. 700 MB and a browser: not part of `make setup`, but of `make vscode`.
#
# Needs tools/setup.sh before it (Node 22). code-server's own install script would fetch ripgrep
# from a host that is no package registry, and build modules that only signing in needs: so no
# script of a package is run, the two modules that the server needs are built, and ripgrep is
# Debian's.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(chromium ripgrep)
missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "setup: installing Debian packages: ${missing[*]}"
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -q >/dev/null
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
fi

folder=$PWD/tests/e2e/vscode
stamp=$folder/node_modules/.sentrail-stamp
wanted=$(cat "$folder/package-lock.json" editors/vscode/package-lock.json | sha256sum)
[ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || exit 0

echo "setup: installing VS Code as a server and its test clients (npm packages)"
headers=$(find "$PWD/demo/node_modules/node" -path '*/include/node/node.h' -print -quit)
[ -n "$headers" ] || { echo "setup: Node 22 is not there: run tools/setup.sh" >&2; exit 2; }
npm_config_nodedir=$(cd "$(dirname "$headers")/../.." && pwd)
export npm_config_nodedir
export PATH="$PWD/demo/node_modules/.bin:$PATH"
quiet=(--no-audit --no-fund --loglevel=error)

(cd editors/vscode && npm ci "${quiet[@]}" >/dev/null)
cd "$folder"
npm ci --ignore-scripts "${quiet[@]}" >/dev/null
cd node_modules/code-server/lib/vscode
npm install --omit=dev --ignore-scripts "${quiet[@]}" >/dev/null
npm rebuild @vscode/spdlog @vscode/native-watchdog "${quiet[@]}" >/dev/null
mkdir -p node_modules/@vscode/ripgrep/bin
ln -sf "$(command -v rg)" node_modules/@vscode/ripgrep/bin/rg
node "$folder/node_modules/code-server/out/node/entry.js" --config /dev/null --version >/dev/null
echo "$wanted" > "$stamp"

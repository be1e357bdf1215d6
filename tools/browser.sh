#!/usr/bin/env bash
# Installs what tests of `segc docs` need to open its pages: Debian's Chromium, Node, and from npm a library that
# drives the browser (puppeteer-core) and one that finds what people with assistive technology can't use (axe-core).
# Packages of npm are pinned with their hashes and are in the cache folder; a second run finds everything there.
#
# On stdout: the folder of the packages. Everything for people goes to stderr.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${SEGC_CACHE:-${XDG_CACHE_HOME:-${HOME:?HOME is not set; set SEGC_CACHE instead}/.cache}/segc}
home=$cache/browser
lock=$root/tests/browser/package-lock.json

say() { printf 'browser: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# puppeteer-core runs on Node 18 or newer.
has_node() {
    node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 18 ? 1 : 0)' 2>/dev/null && command -v npm >/dev/null
}

packages=()
command -v chromium >/dev/null || packages+=(chromium fonts-liberation fonts-dejavu-core)
has_node || packages+=(nodejs npm)
if [ "${#packages[@]}" != 0 ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        fail "needs ${packages[*]} (\`apt-get install ${packages[*]}\`)"
    fi
    say "installing ${packages[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi

if [ -d "$home/node_modules/puppeteer-core" ] && cmp -s "$lock" "$home/package-lock.json"; then
    say "found $(chromium --version 2>/dev/null) and its driver in $home"
else
    say "installing puppeteer-core and axe-core into $home"
    rm -rf "${home:?}"
    mkdir -p "$home.new"
    cp "$root/tests/browser/package.json" "$lock" "$home.new"
    (cd "$home.new" && npm ci --silent --ignore-scripts --no-audit --no-fund >&2 </dev/null)
    mv "$home.new" "$home"
fi
printf '%s\n' "$home"

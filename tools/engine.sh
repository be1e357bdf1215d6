#!/usr/bin/env bash
# Makes sure that DuckDB's library is on this machine, and tells cargo where.
#
# Takes the first of: DUCKDB_LIB_DIR, if it is set; the copy in the cache folder; the
# `duckdb` crate's own download; npm's package; a build from source. Writes the place
# into .cargo/config.toml (git ignores it), so that plain `cargo build` works from then on.
#
# On stdout: the flags that cargo needs, if any. Everything for people goes to stderr.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# Belongs to the version of the `duckdb` crate in Cargo.toml: 1.10506.x is DuckDB 1.5.6.
version=1.5.6
npm_version=1.5.6-r.1
cache=${SEGC_CACHE:-${XDG_CACHE_HOME:-${HOME:?HOME is not set; set SEGC_CACHE instead}/.cache}/segc}
home=$cache/duckdb-$version
config=.cargo/config.toml
mark='# Written by tools/engine.sh; it is safe to delete.'

say() { printf 'engine: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

case $(uname -s) in
    Linux) os=linux library=libduckdb.so ;;
    Darwin) os=darwin library=libduckdb.dylib ;;
    *) os=other library=libduckdb ;;
esac
case $(uname -m) in
    x86_64 | amd64) arch=x64 ;;
    aarch64 | arm64) arch=arm64 ;;
    *) arch=other ;;
esac

# The pinned SHA-256 of npm's package; empty where npm's own check has to do.
case $os-$arch in
    linux-x64) npm_sha256=1b9f82478539bb9a1d1df44bd103121a12ae52142c07158dc52b97d2ec1d69ff ;;
    *) npm_sha256= ;;
esac

scratch=
cleanup() { [ -z "$scratch" ] || rm -rf "$scratch"; }
trap cleanup EXIT

# A scratch folder on the cache's own disk, so that the last `mv` is atomic.
new_scratch() {
    cleanup
    mkdir -p "$cache"
    scratch=$(mktemp -d "$cache/.new-XXXXXX")
}

# Puts a finished library in its place: whole, or not at all.
install_library() {
    mkdir -p "$home"
    mv -f "$1" "$home/$library"
}

sha256() {
    if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d' ' -f1
}

# Settles where the library is: cargo's [env] yields to a variable that is really set.
write_config() {
    local escaped text
    escaped=$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')
    text=$(printf '%s\n[env]\nDUCKDB_LIB_DIR = "%s"' "$mark" "$escaped")
    if [ -f "$config" ]; then
        [ "$(cat "$config")" != "$text" ] || return 0
        if [ "$(head -n 1 "$config")" != "$mark" ]; then
            grep -q DUCKDB_LIB_DIR "$config" && return 0
            fail "$config is your own; add to it: [env] DUCKDB_LIB_DIR = \"$escaped\""
        fi
    fi
    mkdir -p .cargo
    printf '%s\n' "$text" >"$config.new"
    mv -f "$config.new" "$config"
    say "DuckDB's library: $1"
}

from_variable() {
    [ -n "${DUCKDB_LIB_DIR:-}" ] || return 1
    if [ ! -f "$DUCKDB_LIB_DIR/$library" ]; then
        say "DUCKDB_LIB_DIR is set, but there is no $library in $DUCKDB_LIB_DIR; looking elsewhere"
        return 1
    fi
    home=$(cd "$DUCKDB_LIB_DIR" && pwd)
}

from_cache() { [ -f "$home/$library" ]; }

# The crate's build script downloads the official archive. Its log is shown only on demand:
# a machine that cannot reach that host is nothing unusual.
from_crate() {
    [ "$os" != other ] || return 1
    say "asking the duckdb crate to download DuckDB $version"
    new_scratch
    # A place written earlier, where the library no longer is, would win over the download.
    if [ -f "$config" ] && [ "$(head -n 1 "$config")" = "$mark" ]; then rm -f "$config"; fi
    if ! env -u DUCKDB_LIB_DIR DUCKDB_DOWNLOAD_LIB=1 CARGO_HTTP_TIMEOUT="${CARGO_HTTP_TIMEOUT:-30}" \
        cargo build --package libduckdb-sys >"$scratch/log" 2>&1 </dev/null; then
        say "that did not work: $(grep -m 1 'Failed to set up' "$scratch/log" ||
            grep -m 1 '^error' "$scratch/log" || echo 'no reason given')"
        return 1
    fi
    local target found
    target=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
    found=$(find "$target/duckdb-download" -path "*/$version/$library" -type f 2>/dev/null | head -n 1)
    [ -n "$found" ] || return 1
    cp "$found" "$scratch/$library"
    install_library "$scratch/$library"
}

from_npm() {
    [ "$os" != other ] && [ "$arch" != other ] || return 1
    command -v npm >/dev/null || { say "npm is not installed"; return 1; }
    local package=@duckdb/node-bindings-$os-$arch@$npm_version archive sum
    say "fetching npm's $package (24 MB)"
    new_scratch
    if ! (cd "$scratch" && npm pack --silent "$package" >/dev/null 2>log </dev/null); then
        say "npm could not fetch it: $(grep -m 1 'error' "$scratch/log" || echo 'no reason given')"
        return 1
    fi
    archive=$(find "$scratch" -maxdepth 1 -name '*.tgz' | head -n 1)
    [ -n "$archive" ] || { say "npm wrote no archive"; return 1; }
    sum=$(sha256 "$archive")
    if [ -n "$npm_sha256" ] && [ "$sum" != "$npm_sha256" ]; then
        say "npm's package has the SHA-256 $sum, not the expected $npm_sha256; not using it"
        return 1
    fi
    tar -xzf "$archive" -C "$scratch" "package/$library" || return 1
    install_library "$scratch/package/$library"
}

if from_variable || from_cache || from_crate || from_npm; then
    write_config "$home"
else
    say "no ready-made DuckDB for this machine; compiling it from source, which takes about an hour"
    say "(to spare that, put $library somewhere and set DUCKDB_LIB_DIR to its folder;"
    say "what is compiled has no time zones until it can fetch ICU from DuckDB's own host)"
    echo "--features bundled"
fi

#!/usr/bin/env bash
# Makes all packages of a program that is already built, installs them as users do, without Rust and without this
# machine's copy of DuckDB, and builds the example project with them.
#
#     tools/package-test.sh [PROGRAM]        # by default, that of `cargo build`
#
# Needs Python with venv, and npm.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD

target=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
program=${1:-$target/debug/segc}
version=$(sed -n '/^version = /{s/.*"\(.*\)"/\1/p;q}' Cargo.toml)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { printf 'package-test: %s\n' "$*" >&2; exit 1; }
done_with() { printf 'package-test: %s\n' "$*"; }
# Fails unless a text contains another.
contains() { [[ $1 == *"$2"* ]] || fail "expected \"$2\" in: $1"; }

# Runs a command as on a machine that has nothing but what is in one folder: no Rust, no settings of ours.
alone() { # folder, command…
    local folder=$1
    shift
    env -i HOME="$work" PATH="$folder" TMPDIR="$work" "$@"
}

# The program in a folder does everything that a first user tries, the embedded engine included.
works() { # name, folder
    local name=$1 folder=$2 project output
    project=$(mktemp -d "$work/project-XXXXXX")
    [ "$(alone "$folder" segc --version)" = "segc $version" ] || fail "$name: another version than Cargo.toml's"
    alone "$folder" segc init "$project/shop" 2>/dev/null
    contains "$(alone "$folder" segc -C "$project/shop" check 2>&1)" "8 segments, no problems"
    contains "$(alone "$folder" segc -C "$project/shop" test)" "tests passed"
    contains "$(alone "$folder" segc -C "$project/shop" test --engine duckdb)" "tests passed"
    output=$(alone "$folder" segc -C "$project/shop" run --as-of 2026-11-01T00:00:00Z)
    # Members and entered; times differ.
    contains "$(tr -s ' ' <<<"$output")" "buyers 9 9 0"
    echo 'segment wrong on customer { where contry = "US" }' >"$project/shop/segments/wrong.seg"
    local code=0
    output=$(alone "$folder" segc -C "$project/shop" check 2>&1) || code=$?
    [ "$code" = 1 ] || fail "$name: exit code $code for a mistake"
    contains "$output" SEG303
    done_with "$name works"
}

# Without its own copy of the library, the engine isn't found: no other copy on this machine was used.
needs_its_library() { # name, folder, library
    local name=$1 folder=$2 library=$3 project code=0 output
    project=$(mktemp -d "$work/project-XXXXXX")
    [ -f "$library" ] || fail "$name: no library in $library"
    mv "$library" "$work/library"
    alone "$folder" segc init "$project/shop" 2>/dev/null
    output=$(alone "$folder" segc -C "$project/shop" run --as-of 2026-11-01T00:00:00Z 2>&1) || code=$?
    [ "$code" = 3 ] || fail "$name: exit code $code without the library"
    contains "$output" SEG700
    mv "$work/library" "$library"
}

# Refuses with a message.
refused() { # message, arguments…
    local message=$1 output
    shift
    if output=$(tools/package.sh wheel --fast --out "$work/refused" "$@" 2>&1); then fail "packaged with $*"; fi
    contains "$output" "$message"
}

test_refusals() {
    # A program that doesn't look for the library beside it, and libraries that aren't.
    refused "doesn't look for the library" --program "$(command -v env)"
    refused "pass --platform and --tag" --program "$program" --library "$root/README.md"
    sed 's/^version = .*/version = "99.0.0"/' Cargo.toml >"$work/Cargo.toml"
    mkdir "$work/copy"
    cp -r packaging README.md LICENSE-MIT LICENSE-APACHE "$work/Cargo.toml" "$work/copy"
    local output
    if output=$(python3 -B "$work/copy/packaging/package.py" wheel --program "$program" --library "$library" 2>&1); then
        fail "packaged a program of another version"
    fi
    contains "$output" "is segc $version, and Cargo.toml says 99.0.0"
    done_with "what can't work is refused"
}

test_same_bytes() {
    tools/package.sh wheel --program "$program" --fast --out "$work/again" >/dev/null
    cmp "$wheel" "$work/again/${wheel##*/}" || fail "a wheel made again has other bytes"
    done_with "a wheel made again has the same bytes"
}

test_wheel() {
    python3 -m venv "$work/venv"
    local pip=("$work/venv/bin/python" -m pip --quiet --disable-pip-version-check) files
    "${pip[@]}" install --no-index --no-cache-dir "$wheel"
    # Only segc is on PATH: not even a Python.
    mkdir "$work/only"
    ln -s "$work/venv/bin/segc" "$work/only/segc"
    works "the wheel" "$work/only"
    needs_its_library "the wheel" "$work/only" "$work/venv/libexec/segc/libduckdb.so"
    [ "$("$work/venv/bin/python" -m segc --version)" = "segc $version" ] || fail "python -m segc"
    "$work/venv/bin/python" - "$version" <<'PYTHON'
import importlib.metadata, re, sys
segc = importlib.metadata.distribution("segc")
assert segc.version == sys.argv[1], segc.version
assert segc.metadata["License-Expression"] == "MIT OR Apache-2.0", segc.metadata
for name in segc.metadata.get_all("License-File"):
    assert segc.read_text(f"licenses/{name}"), name
notices = segc.read_text("licenses/THIRD-PARTY.txt")
assert "Stichting DuckDB Foundation" in notices and "\nserde 1." in notices
text = segc.metadata.get_payload()
assert text.startswith("# segc"), text[:50]
assert all(link.startswith(("https:", "#")) for link in re.findall(r"\]\(([^)\s]*)\)", text))
PYTHON
    "${pip[@]}" uninstall --yes segc
    files=$(find "$work/venv" -type f -ipath '*segc*' -o -name 'libduckdb*' | head)
    [ -z "$files" ] || fail "pip left $files"
    "${pip[@]}" install --no-index --no-cache-dir --target "$work/target" "$wheel"
    works "the wheel in another folder" "$work/target/bin"
    [ "$(PYTHONPATH=$work/target python3 -m segc --version)" = "segc $version" ] || fail "python -m segc"
    # Unpacked by hand; such programs lose the permission to be executed.
    python3 -m zipfile -e "$wheel" "$work/unpacked"
    chmod +x "$work/unpacked/segc-$version.data/scripts/segc"
    works "the wheel, unpacked" "$work/unpacked/segc-$version.data/scripts"
}

test_npm() {
    local modules=$work/npm/node_modules code=0 output
    mkdir "$work/npm" "$work/node"
    ln -s "$(node -p process.execPath)" "$work/node/node"
    (cd "$work/npm" && npm install --silent --offline --no-audit --no-fund --cache "$work/npm-cache" "${npm[@]}" >&2)
    works "npm's package" "$modules/.bin:$work/node"
    needs_its_library "npm's package" "$modules/.bin:$work/node" "$modules/@segc/linux-x64/lib/segc/libduckdb.so"
    test_signals "$modules/.bin/segc"
    mv "$modules/@segc" "$work/npm/elsewhere"
    output=$(alone "$modules/.bin:$work/node" segc --version 2>&1) || code=$?
    [ "$code" = 1 ] || fail "npm's package: exit code $code without the program"
    contains "$output" "the package @segc/linux-x64 isn't installed"
    done_with "npm's package explains why there is no program"
}

# A signal to Node ends the program, too, and is what ended Node.
test_signals() { # program
    local segc=$1 node child code=0
    # Waits for input that never comes.
    mkfifo "$work/silent"
    "$segc" fmt - <>"$work/silent" >/dev/null &
    node=$!
    for _ in $(seq 100); do
        child=$(cat "/proc/$node/task/$node/children")
        [ -z "$child" ] || break
        sleep 0.1
    done
    kill -TERM "$node"
    wait "$node" || code=$?
    [ "$code" = 143 ] || fail "npm's package: exit code $code after SIGTERM"
    ! kill -0 $child 2>/dev/null || fail "npm's package: the program runs on without Node"
    done_with "npm's package passes signals on"
}

test_archive() {
    tar -xzf "$archive" -C "$work"
    mkdir "$work/links"
    ln -s "$work/segc-$version-linux-x64/bin/segc" "$work/links/segc"
    works "the archive" "$work/links"
    needs_its_library "the archive" "$work/links" "$work/segc-$version-linux-x64/lib/segc/libduckdb.so"
}

[ -x "$program" ] || fail "no program in $program: cargo build, or name another"
[ "$(uname -sm)" = "Linux x86_64" ] || fail "only knows the packages of Linux on x86-64"
tools/engine.sh >/dev/null
library=${DUCKDB_LIB_DIR:-$(sed -n 's/^DUCKDB_LIB_DIR = "\(.*\)"$/\1/p' .cargo/config.toml)}/libduckdb.so
tools/package.sh all --program "$program" --fast --out "$work/out" >/dev/null
wheel=$(echo "$work"/out/*.whl)
npm=("$work/out/segc-$version.tgz" "$work/out/segc-linux-x64-$version.tgz")
archive=$work/out/segc-$version-linux-x64.tar.gz
test_refusals
test_same_bytes
test_wheel
test_npm
test_archive

#!/usr/bin/env bash
# Makes packages of the program, which install without Rust: a wheel for pip, packages for npm, an archive.
#
#     tools/package.sh all                          # builds the program as released, which takes about ten minutes
#     tools/package.sh wheel --program target/debug/segc --fast
#
# Takes the machine and the version of glibc from the program and the library: build on the oldest system that
# shall be able to run it (docs/installing.md). `--library` is another library than that of tools/engine.sh.
# On stdout: the packages. Everything for people goes to stderr.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf 'package: %s\n' "$*" >&2; }

usage() {
    sed -n 's/^# \{0,1\}//; 2,9p' "${BASH_SOURCE[0]}" >&2
    exec python3 "$root/packaging/package.py" --help >&2
}

program= library= rest=() kind=${1:-}
case $kind in wheel | npm | archive | all) shift ;; *) usage ;; esac
while [ $# -gt 0 ]; do
    case $1 in
        --program) program=${2:?--program needs a file}; shift 2 ;;
        --library) library=${2:?--library needs a file}; shift 2 ;;
        *) rest+=("$1"); shift ;;
    esac
done

python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { say "needs Python 3.11 or newer"; exit 1; }

if [ -z "$library" ]; then
    flags=$(cd "$root" && tools/engine.sh)
    [ -z "$flags" ] || { say "needs DuckDB's library: put it somewhere, and pass --library FILE"; exit 1; }
    folder=${DUCKDB_LIB_DIR:-$(sed -n 's/^DUCKDB_LIB_DIR = "\(.*\)"$/\1/p' "$root/.cargo/config.toml")}
    for name in libduckdb.so libduckdb.dylib; do
        [ ! -f "$folder/$name" ] || library=$folder/$name
    done
fi

if [ -z "$program" ]; then
    say "building the program"
    (cd "$root" && cargo build --release --locked --bin segc >&2)
    target=$(cd "$root" && cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
    program=$target/release/segc
fi

exec python3 -B "$root/packaging/package.py" "$kind" --program "$program" --library "$library" "${rest[@]}"

#!/usr/bin/env bash
# Installs the engines that only tests need and that come from PyPI: GoogleSQL (BigQuery's
# language, by its reference implementation) and Spark. About 1 GB, in the cache folder; a
# second run finds them there.
#
# On stdout: the Python that runs them. Everything for people goes to stderr.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${SEGC_CACHE:-${XDG_CACHE_HOME:-${HOME:?HOME is not set; set SEGC_CACHE instead}/.cache}/segc}
home=$cache/engines
python=$home/venv/bin/python
requirements=$root/tests/engines/requirements.txt

say() { printf 'engines: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# Spark 4 runs on Java 17 or newer.
check_java() {
    local java=${JAVA_HOME:+$JAVA_HOME/bin/}java version
    version=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1) || true
    [ "${version:-0}" -ge 17 ] || fail "Spark needs Java 17 or newer (\`apt-get install openjdk-17-jre-headless\`)"
}

# A Python that the pinned packages are made for.
find_python() {
    local name
    for name in python3.11 python3.12 python3.13 python3; do
        if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    fail "needs Python 3.11 or newer with venv (\`apt-get install python3-venv\`)"
}

installed() {
    [ -x "$python" ] && cmp -s "$requirements" "$home/requirements.txt"
}

# GoogleSQL is compiled for this machine at its first start; then it starts in a second.
warm_up() {
    say "compiling GoogleSQL for this machine (up to a minute)"
    SEGC_ENGINES_CACHE=$home "$python" -B "$root/tests/engines/googlesql.py" </dev/null >/dev/null
}

install() {
    local base
    base=$(find_python)
    say "installing GoogleSQL and Spark into $home with $base (450 MB to fetch; some minutes)"
    mkdir -p "$home"
    # Whole, or not at all: the copy of the requirements is the mark of success.
    rm -rf "$home/venv" "$home/requirements.txt" "$home"/*.cwasm
    "$base" -m venv "$home/venv" >&2
    "$python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps --require-hashes \
        -r "$requirements" >&2 </dev/null
    warm_up
    cp "$requirements" "$home/requirements.txt"
    say "done"
}

check_java
if installed; then
    say "found in $home"
else
    install
fi
printf '%s\n' "$python"

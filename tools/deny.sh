#!/usr/bin/env bash
# Checks licenses, banned crates and sources with cargo-deny, and known vulnerabilities
# where their database can be reached. CI demands it; elsewhere a missing cargo-deny is a
# skip that says so.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=0.20.2
cache=${SEGC_CACHE:-${XDG_CACHE_HOME:-${HOME:?HOME is not set; set SEGC_CACHE instead}/.cache}/segc}
PATH=$cache/tools/bin:$PATH

if ! command -v cargo-deny >/dev/null; then
    if [ -z "${CI:-}" ]; then
        echo "deny: skipped; for it: cargo install cargo-deny --locked --version $version --root '$cache/tools'" >&2
        exit 0
    fi
    echo "deny: cargo-deny is missing, and CI demands it" >&2
    exit 1
fi

cargo deny --log-level error check licenses bans sources </dev/null

# The advisories' database is fetched from a host that not every network reaches: an
# advisory fails the check, an unreachable database does not.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if command -v timeout >/dev/null; then limit='timeout 60'; else limit=; fi
if $limit cargo deny --log-level error check advisories >"$log" 2>&1 </dev/null; then
    cat "$log"
elif grep -q 'advisory\b.*RUSTSEC\|RUSTSEC-[0-9]' "$log"; then
    cat "$log" >&2
    exit 1
else
    echo "deny: advisories skipped; their database could not be fetched" >&2
fi

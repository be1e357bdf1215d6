#!/usr/bin/env bash
# Fails unless every example's data is what its generator writes, byte for byte.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! command -v python3 >/dev/null; then
    echo "examples: python3 is missing, so their data is not compared" >&2
    [ -z "${CI:-}" ] || exit 1
    exit 0
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for generator in examples/*/generate.py; do
    example=$(dirname "$generator")
    python3 "$generator" "$scratch/$example"
    diff -r "$scratch/$example" "$example/data"
done

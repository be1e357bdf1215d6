#!/usr/bin/env bash
# Tries what other repositories use for their CI: the hooks for pre-commit, the workflow and the Dockerfile.
#
#     tools/ci-test.sh [PROGRAM]             # by default, that of `cargo build`
#
# The hooks and the workflow's steps are run; GitHub's own steps and Docker's are only checked by linters.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

target=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
program=${1:-$target/debug/segc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tools=$(tools/ci-tools.sh)
wheel=$(tools/package.sh wheel --program "$program" --fast --out "$work")
"$tools/venv/bin/python" -B packaging/test_ci.py "$program" "$wheel"

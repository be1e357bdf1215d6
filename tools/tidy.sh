#!/usr/bin/env bash
# What neither rustfmt nor clippy looks at: the size of files, where dialects may be named,
# documentation of modules, and names of hosts that builds must not depend on.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

longest=500
# The only Rust code that may name a dialect: engines, the list of embedded files, the attributes
# that declare the command line and its help, and tests.
may_name='^src/engine/|^src/dialect/builtin\.rs$|(^|/)test(s|ing)(\.rs$|/)'
declares='^src/cli/(args|command/[a-z_]+)\.rs$'
dialects='duckdb|postgres|bigquery|spark'
# Split, so that this file does not find itself.
hosts="registry\.npm""js|pypi\.""org|crates\.""io|static\.crates""|files\.pythonhosted|deb\.debian\.""org|releases/""download"

found=0
report() { printf 'tidy: %s\n' "$*" >&2; found=1; }

while IFS= read -r -d '' file; do
    lines=$(wc -l <"$file")
    [ "$lines" -le "$longest" ] || report "$file: $lines lines, over $longest; split it"
    head -n 1 "$file" | grep -q '^//!' || report "$file: begins without module documentation (\`//!\`)"
    [[ $file =~ $may_name ]] && continue
    [[ $file =~ $declares ]] && help=1 || help=0
    # Comments and the file's own tests may name dialects, and so may an attribute of the command line.
    named=$(awk -v names="$dialects" -v help="$help" '
        /^#\[cfg\(test\)\]/ { exit }
        help && /^ *#\[/ { attribute = 1 }
        attribute { if (/\]$/) attribute = 0; next }
        { code = $0; sub(/\/\/.*/, "", code) }
        tolower(code) ~ names { print FNR ": " $0 }' "$file")
    [ -z "$named" ] || report "$file: names a dialect outside src/engine; let its file in dialects/ say it
$named"
done < <(git ls-files -z --cached --others --exclude-standard -- 'src/*.rs')

# Crates that are built with other features for tests than for `cargo run`, which then builds
# them, and all that depends on them, twice.
resolved() {
    cargo tree --locked --prefix none --format '{p} {f}' --edges "$1" | sed 's/ (\*)$//' | sort -u
}
for_run=$(resolved normal,build)
for_tests=$(resolved normal,build,dev)
twice=$(comm -23 <(printf '%s' "$for_run") <(printf '%s' "$for_tests"))
[ -z "$twice" ] || report "tests want other features of these; name them in Cargo.toml (\"named, not used\")
$twice"

# Cargo.lock names where packages came from; that is cargo's own affair.
if ! hits=$(git grep -nIiE --untracked "$hosts" -- ':!Cargo.lock' ':!tests/online_retail'); then hits=; fi
[ -z "$hits" ] || report "names of registries or download hosts
$hits"

exit "$found"

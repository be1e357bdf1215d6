#!/usr/bin/env bash
# Plays mutants. Each patch in tests/mutants breaks one clause of the rules of refresh. It is applied to
# a copy of this tree, alone, and the story or case that it names must go wrong there.
#
#   tools/mutants.sh              all
#   tools/mutants.sh NAME...      these
#   tools/mutants.sh --changed    those whose patch, patched functions or witness have changed since they
#                                 were noticed last
#   tools/mutants.sh --digest     what each of them was noticed with, if it were now
#   SHARD=2/4 tools/mutants.sh    a quarter of them, the second
#   MOST=20 tools/mutants.sh      all, but none if there are more than 20: each takes half a minute
#
# tests/mutants/noticed.txt records what was noticed, at once: a run that was broken off goes on with
# --changed. CI only reads it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD

mutants=tests/mutants
noticed=$mutants/noticed.txt
# The test binary that plays them, where its module is, and where witnesses are written.
binary=it
module=refresh_incremental::mutants
cases=tests/it/refresh_incremental/apart.rs
suite=tests/refresh_incremental

shard=${SHARD:-1/1}
cache=${SEGC_CACHE:-${XDG_CACHE_HOME:-${HOME:?HOME is not set; set SEGC_CACHE instead}/.cache}/segc}
# The copy and what is built of it stay, so that the next run builds only what has changed.
home=$cache/mutants/${shard/\//-of-}
copy=$home/tree

fail() { printf 'mutants: %s\n' "$*" >&2; exit 1; }
sha256() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -c 1-16; }
field() { sed -n "s/^$2: //p" "$mutants/$1.patch" | head -n 1; }
patched() { sed -n 's|^--- a/||p' "$mutants/$1.patch"; }

# The story of a title, or the file of the other cases.
witness() {
    local story
    story=$(awk -v heading="## $1" '/^## / { on = $0 == heading } on' "$suite"/stories/*.md)
    if [ -n "$story" ]; then printf '%s\n' "$story"; else cat "$cases"; fi
}

# The functions of a file around these lines, each `first,last`; the whole file if one of them is in none.
functions() {
    awk -v places="$2" '
        { text[NR] = $0 }
        function indent(line) { match(line, /^ */); return RLENGTH }
        END {
            count = split(places, place, " ")
            for (at = 1; at <= count; at++) {
                split(place[at], ends, ",")
                for (first = ends[1]; first > 0; first--)
                    if (text[first] ~ /^ *(pub(\([a-z]+\))? )?(const )?fn /) break
                for (last = first + 1; last <= NR; last++)
                    if (text[last] ~ /^ *}$/ && indent(text[last]) == indent(text[first])) break
                if (first == 0 || last < ends[2]) { first = 1; last = NR }
                for (line = first; line <= last; line++) wanted[line]
            }
            for (line = 1; line <= NR; line++) if (line in wanted) print text[line]
        }' "$1"
}

# What a mutant changes: functions as they are now.
changes() {
    local file places
    rm -rf "$home/before" "$home/after"
    patched "$1" | while IFS= read -r file; do
        mkdir -p "$(dirname "$home/before/$file")" "$(dirname "$home/after/$file")"
        cp "$file" "$home/before/$file" && cp "$file" "$home/after/$file"
    done
    (cd "$home/after" && GIT_CEILING_DIRECTORIES=$home git apply "$root/$mutants/$1.patch" 2>/dev/null) || true
    patched "$1" | while IFS= read -r file; do
        places=$({ diff "$home/before/$file" "$home/after/$file" || true; } |
            sed -nE 's/^([0-9]+)(,([0-9]+))?[acd].*/\1,\3/p' | sed -E 's/^([0-9]+),$/\1,\1/' | tr '\n' ' ')
        if [ -n "$places" ]; then functions "$file" "$places"; else cat "$file"; fi
    done
}

# What is bound to change a mutant's outcome.
digest() { { cat "$mutants/$1.patch"; changes "$1"; witness "$(field "$1" witness)"; } | sha256; }

# Names, one a line: the requested ones, in this shard.
chosen() {
    local name
    case ${1:-} in
        '' | --digest) ls "$mutants" | sed -n 's/\.patch$//p' ;;
        --changed)
            ls "$mutants" | sed -n 's/\.patch$//p' | while IFS= read -r name; do
                grep -qsxF "$name $(digest "$name")" "$noticed" || printf '%s\n' "$name"
            done ;;
        *)
            for name in "$@"; do
                [ -f "$mutants/$name.patch" ] || fail "there is no $mutants/$name.patch"
                printf '%s\n' "$name"
            done ;;
    esac | awk -v shard="${shard%/*}" -v shards="${shard#*/}" '(NR - shard) % shards == 0'
}

# Files of this tree, as paths from here.
listed() {
    if [ -e .git ]; then
        git ls-files --cached --others --exclude-standard
    else
        find . -type f ! -path './target/*' ! -path './.cargo/*' | sed 's|^\./||'
    fi | LC_ALL=C sort
}

# Brings the copy up to date. Where nothing has changed, times stay as they are, and cargo is content.
refresh_copy() {
    local file
    mkdir -p "$copy"
    listed >"$home/files"
    while IFS= read -r file; do
        if [ -f "$file" ] && ! cmp -s "$file" "$copy/$file"; then
            mkdir -p "$(dirname "$copy/$file")"
            cp "$file" "$copy/$file"
        fi
    done <"$home/files"
    (cd "$copy" && find . -type f ! -path './.cargo/*' | sed 's|^\./||' | LC_ALL=C sort) |
        LC_ALL=C comm -13 "$home/files" - | while IFS= read -r file; do rm "$copy/$file"; done
    [ ! -f .cargo/config.toml ] || { mkdir -p "$copy/.cargo" && cp .cargo/config.toml "$copy/.cargo/"; }
}

# From here on, in the copy.
build() { cargo test --quiet $flags --test "$binary" --no-run >"$home/log" 2>&1; }
play() { SEGC_MUTANT=$2 cargo test --quiet $flags --test "$binary" -- --ignored --exact "$module::$1" >"$home/log" 2>&1; }
apply() { GIT_CEILING_DIRECTORIES=$home git apply "$mutants/$1.patch" >"$home/log" 2>&1; }

# Copies the files that a mutant patches from one folder to another, as new: cargo goes by times.
carry() {
    local file
    patched "$1" | while IFS= read -r file; do
        mkdir -p "$(dirname "$3/$file")"
        cp "$2/$file" "$3/$file"
    done
}

# One mutant: reports the result, and fails where it wasn't noticed as its patch says.
try() {
    local name=$1 start=$SECONDS outcome=noticed
    carry "$name" . "$home/original"
    if ! apply "$name"; then
        outcome="does not apply"
    elif ! build; then
        outcome="does not build"
    elif ! play the_mutant_is_noticed "$name"; then
        outcome="NOT NOTICED"
    fi
    carry "$name" "$home/original" .
    printf '%-28s %4d s  %s\n' "$name" $((SECONDS - start)) "$outcome"
    [ "$outcome" = noticed ] || { sed 's/^/    /' "$home/log" | tail -n 25; return 1; }
}

# Notes that a mutant was noticed, with its digest, or without one that it is to be played again. Other
# shards write to the same file.
record() {
    local tries=0
    [ -z "${CI:-}" ] || return 0
    until mkdir "$cache/mutants/recording" 2>/dev/null || [ "$tries" = 50 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    { grep -v "^$1 " "$root/$noticed" || true; printf '%s %s\n' "$1" "${2:--}"; } | LC_ALL=C sort >"$home/noticed"
    cp "$home/noticed" "$root/$noticed"
    rmdir "$cache/mutants/recording"
}

mkdir -p "$home"
# A copy is for one run at a time.
if other=$(cat "$home/pid" 2>/dev/null) && kill -0 "$other" 2>/dev/null; then
    fail "another run, process $other, is playing in $home"
fi
echo $$ >"$home/pid"
trap 'rm -f "$home/pid"' EXIT

chosen "$@" >"$home/played"
count=$(wc -l <"$home/played" | tr -d ' ')
[ "$count" != 0 ] || { echo "mutants: nothing has changed since all of them were noticed"; exit 0; }

if [ "${1:-}" = --digest ]; then
    while IFS= read -r name; do printf '%s %s\n' "$name" "$(digest "$name")"; done <"$home/played"
    exit 0
fi

[ "$count" -le "${MOST:-$count}" ] ||
    fail "$count are to be played, more than $MOST: run 'tools/mutants.sh${*:+ $*}' first, and commit $noticed"

refresh_copy
cd "$copy"
# cargo builds the program for every test, but no witness runs it; nor any other module of the tests.
printf '//! Nothing.\nfn main() {}\n' >src/main.rs
sed -i.bak -E '/^mod /{/^mod (agreement|refresh_incremental|support);/!d;}' "tests/$binary/main.rs"
rm "tests/$binary/main.rs.bak"
export SEGC_CACHE=$cache CARGO_TARGET_DIR=$home/target CARGO_INCREMENTAL=1 CARGO_PROFILE_DEV_DEBUG=0
flags=$(tools/engine.sh)

start=$SECONDS wrong=0
build || { tail -n 40 "$home/log"; fail "the tree doesn't build"; }
play the_original_passes "$(tr '\n' ' ' <"$home/played")" ||
    { tail -n 25 "$home/log"; fail "witnesses fail without a patch"; }
printf 'mutants: without a patch, all witnesses pass: %d s\n' $((SECONDS - start))
while IFS= read -r name <&3; do
    if try "$name"; then
        record "$name" "$(digest "$name")"
    else
        record "$name"
        wrong=$((wrong + 1))
    fi
done 3<"$home/played"
printf 'mutants: of %d, %d were noticed: %d s\n' "$count" $((count - wrong)) $((SECONDS - start))
[ "$wrong" = 0 ]

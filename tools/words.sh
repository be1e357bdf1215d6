#!/usr/bin/env bash
# Fails on phrases that read like a translation, with what to write instead: in the pages, the
# dialects, and the comments, messages and names of tests in the code. A line that needs one
# says `words: ok`, and why.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# An extended regular expression of whole words, in any case, then what to write.
phrases() {
    cat <<'LIST'
stands? (on|against|before|after|beside|behind|between|inside|in|at|by|so|here|there|alone)	is in, depends on, comes before, is used
(may|can|could|must|has to) stand	may be, is allowed
(is|are|was|were) told (by|at|of|in|from|apart|to)	is reported, is known from, differs from
tells? of	shows, reports, records
but for	except for, except
anew	again
be it	even, whether
so many	N, this many, a number of
inside of	inside
what is left	the rest
(was|were|is|are) asked for	is requested
whoever (is|was|became|ceased|would|has|had|comes|came|enters|leaves|matches|no)	those who, members who
who of	which members
makes up	generates
that is so	if true
what (came|comes|becomes) of	the result of, the outcome of
outside of	outside
puts? in place	expanded
that (is|are) no (version|text|date|group|constant|name|document|list|maps?|segments?|tests?|files?|value|number|error)	that isn't a
nobody( can| ever)? leaves?	members never leave
held members?	retained members
whose time is up	that have expired
all the same	regardless
goes? before	comes before, takes precedence over
LIST
}

# The list itself, and what others wrote.
files=(-- '*.md' '*.rs' '*.yml' '*.seg' '*.sh' Makefile ':!tools/words.sh')

found=0
while IFS=$'\t' read -r phrase hint; do
    hits=$(git grep -nIiwE --untracked "$phrase" "${files[@]}" | grep -v 'words: ok' || true)
    [ -z "$hits" ] || { printf '%s\n' "$hits" | sed "s/\$/  ← \"$phrase\": write $hint/" >&2; found=1; }
done < <(phrases)
exit "$found"

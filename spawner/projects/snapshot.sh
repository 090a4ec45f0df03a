# Keeps the tree of the workspace as a commit, as the agent and in its place.
#
# Usage: snapshot.sh <largest file> <ref> <largest pack> <date> <base> [<parent>]
#   <base>    the commit that the system has of this repository already, or `none`
#   <parent>  the snapshot before, which the system has too
#
# On stdout: `<commit> <tree> <head or none> <bytes>`, a line for each of the first files that were left
# out, an empty line, and a pack of what the system lacks. Exit code 3: it is larger than it may be; how
# large, on stdout.
ref=$2 most=$3 date=$4 base=$5 parent=${6-}

head=$(git rev-parse --quiet --verify 'HEAD^{commit}') || head=none
parents=() known=()
for commit in "$parent" "$base"; do
  if [[ -n $commit && $commit != none ]] && git cat-file -e "$commit^{commit}" 2>/dev/null; then
    known+=("^$commit")
    if [[ ${#parents[@]} == 0 ]]; then parents+=(-p "$commit"); fi
  fi
done
if [[ $head != none && ${parents[1]-} != "$head" ]]; then parents+=(-p "$head"); fi
export GIT_AUTHOR_NAME=Orchestrator GIT_AUTHOR_EMAIL=snapshot@orchestrator.invalid
export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
export GIT_AUTHOR_DATE=$date GIT_COMMITTER_DATE=$date
commit=$(git commit-tree -m "${ref##*/}" ${parents[@]+"${parents[@]}"} "$tree")
git update-ref "$ref" "$commit"

printf '%s\n' "$commit" ${known[@]+"${known[@]}"} |
  git pack-objects --quiet --revs --thin --stdout --delta-base-offset >"$mine/pack"
bytes=$(wc -c <"$mine/pack")
if ((bytes > most)); then
  rm -f "$mine/pack"
  echo "$bytes"
  exit 3
fi
echo "$commit $tree $head $((bytes))"
for file in ${left[@]+"${left[@]:0:20}"}; do printf '%q\n' "$file"; done
echo
cat "$mine/pack"
rm -f "$mine/pack"

# Prints what the agent has committed and the system lacks, as the agent and in its place.
#
# Usage: commits.sh <largest file> <largest pack> [<commit> …]
#   <commit>  what the system has of this repository already
#
# On stdout as the snapshot has it: `<head> <tree> <head> <bytes>`, an empty line, and a pack; nothing
# where there is no commit. Exit code 3: the pack is larger than it may be; how large, on stdout.
set -euo pipefail
most=$2
shift 2
head=$(git rev-parse --quiet --verify 'HEAD^{commit}') || exit 0
mine=$(git rev-parse --absolute-git-dir)/orchestrator
mkdir -p "$mine"
known=()
for commit in "$@"; do
  if git cat-file -e "$commit^{commit}" 2>/dev/null; then known+=("^$commit"); fi
done
printf '%s\n' "$head" ${known[@]+"${known[@]}"} |
  git pack-objects --quiet --revs --thin --stdout --delta-base-offset >"$mine/commits"
bytes=$(wc -c <"$mine/commits")
if ((bytes > most)); then
  rm -f "$mine/commits"
  echo "$bytes"
  exit 3
fi
echo "$head $(git rev-parse "$head^{tree}") $head $((bytes))"
echo
cat "$mine/commits"
rm -f "$mine/commits"

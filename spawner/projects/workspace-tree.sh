# Begins every script that runs in an agent's workspace: makes a tree of everything in it that git does
# not ignore, without a look at or a touch of the agent's own index, HEAD and branches. Needs bash 4.4,
# git 2.26, findutils.
#
# Takes $largest, in bytes. Sets $mine (a folder in the git folder), $tree, and $left, the files that are
# in no tree because they are too large or cannot be read: those stay as the index had them before.
set -euo pipefail
top=$(git rev-parse --show-toplevel) && cd "$top"
git_folder=$(git rev-parse --absolute-git-dir)
mine=$git_folder/orchestrator
mkdir -p "$mine"
export GIT_INDEX_FILE=$mine/index
rm -f "$GIT_INDEX_FILE.lock"
# What the agent's index knows of the files need not be read again.
if [[ ! -f $GIT_INDEX_FILE && -f $git_folder/index ]]; then
  cp -p -- "$git_folder/index" "$GIT_INDEX_FILE"
fi

# Names may hold anything but a NUL.
left=()
exclude=(.)
while IFS= read -r -d '' file; do
  file=${file#./}
  git check-ignore --quiet -- "./$file" && continue
  left+=("$file")
  exclude+=(":(exclude,literal)$file")
done < <(find . -name .git -prune -o -type f -size "+${largest}c" -print0)
printf '%s\0' "${exclude[@]}" |
  git -c advice.addEmbeddedRepo=false add --all --ignore-errors \
    --pathspec-from-file=- --pathspec-file-nul 2>"$mine/problems" ||
  while IFS= read -r line; do
    if [[ $line =~ ^error:\ open\(\"(.*)\"\) ]]; then left+=("${BASH_REMATCH[1]}"); fi
  done <"$mine/problems"
tree=$(git write-tree)

# Brings the files of the workspace from one snapshot to an earlier one, and the agent's branch to where
# it was then, as the agent and in its place. May be repeated when it was interrupted.
#
# Usage: undo.sh <largest file> <from> <from head or none> <to> <to head or none>
#   <from>  the snapshot that the files are at; <to>  a commit or tree that they are to be at
#
# On stdout: how many files have changed. Exit code 4: the files are not as <from> has them; which, on
# stdout. Exit code 5: git refused, and why on stderr.
from=$2 from_head=$3 to=$4 to_head=$5

is_at() { [[ $(git rev-parse "$1^{tree}") == "$tree" ]]; }

# It is made here where it is none that was ever stored: that of a repository without files.
git hash-object -t tree -w --stdin </dev/null >/dev/null
if ! is_at "$to"; then
  if ! is_at "$from"; then
    git diff-tree -r --name-only "$from^{tree}" "$tree" -- | head -n 20
    exit 4
  fi
  git read-tree -m -u "$from^{tree}" "$to^{tree}" || exit 5
fi
changed=$(git diff-tree -r -z --name-only "$from^{tree}" "$to^{tree}" -- | tr -cd '\0' | wc -c)

unset GIT_INDEX_FILE
head=$(git rev-parse --quiet --verify HEAD) || head=none
if [[ $from_head != "$to_head" && $to_head != none ]]; then
  if [[ $head == "$from_head" ]]; then
    git update-ref -m undo HEAD "$to_head"
    head=$to_head
  fi
  if [[ $head == "$to_head" ]]; then git read-tree "$to_head"; fi
fi
git update-index -q --refresh >/dev/null || true
echo "$((changed))"

# Plays a CLI: it says and does what the test at the other end of a connection tells it, and tells it
# each line of its stdin (puppet-wire.ts). Sourced by the script that stands in the CLI's place, with
# its arguments, the `port` of the test and the `folder` of what is to be said. In bash, since a driver
# starts one for every conversation, and Node would be most of what that costs.
LC_ALL=C
mapfile -d '' -t environment <"/proc/$$/environ"
cd -P .
exec {wire}<>"/dev/tcp/127.0.0.1/$port" || exit
printf '%s\0' $$ "$PWD" $# "$@" "${environment[@]}" '' >&"$wire"

# A background process has no stdin but one that it is given under another number.
exec {input}<&0 <&-
(
  exec >&- 2>&-
  while IFS= read -r line || [[ $line ]]; do printf 'in %s\n' "$line"; done <&"$input" >&"$wire"
  printf 'end\n' >&"$wire"
) &
exec {input}<&-

say() {
  local bytes
  mapfile -d '' -t bytes <"$folder/$1"
  printf %s "${bytes[@]}"
}

while read -r what how <&"$wire"; do
  case $what in
    out) say "$how" ;;
    err) say "$how" >&2 ;;
    close) exec >&- ;;
    exit) exit "$how" ;;
    kill) kill -s "$how" $$ ;;
  esac
done
# Nobody plays with it any more.
exit 1

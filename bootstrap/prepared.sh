# Whether all is as it was when Node last found nothing to do, so that `npm start` need not start Node to
# find that out again: 0 where it is (docs/decisions/0123-a-start-side-by-side.md). Written by prepared.mjs.
note=dist/.prepared
{ read -r root && read -r origin && read -r server && read -r setting; } 2>/dev/null <$note || exit 1
[ "$root" = "$(pwd -P)" ] && [ -x "$server" ] || exit 1
[ "$setting" = "=${ORCHESTRATOR_NATS_SERVER:-}" ] || exit 1
[ "$origin" != path ] || [ "$(command -v nats-server)" = "$server" ] || exit 1

set -- dist package-lock.json node_modules/.bin/node node_modules/.orchestrator-packages "$server"
for folder in bootstrap cli core platform agents schemas spawner projections bot; do
  [ ! -e $folder ] || set -- "$@" $folder
done
# By the time of the last change of any kind, which no copying or unpacking sets back. What find complains of
# counts as a change.
changed=$(find "$@" -name .compile-cache -prune -o ! -path $note -cnewer $note -print 2>&1 | head -n 1)
[ -z "$changed" ]

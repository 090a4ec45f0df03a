#!/usr/bin/env bash
# Keeps one run of an agent, in a session of its own, so that the agent outlives the spawner: feeds
# its stdin from a journal, notes how it ended, and ends it when its time is over and nobody extended
# it. Usage: keeper.sh <run folder> <workspace> <grace seconds> <command …>
set -um
run=$1 workspace=$2 grace=$3
shift 3

# One keeper a run, however often it is started.
mkdir "$run/started" 2>/dev/null || exit 0

# Handled, not ignored: what is ignored here would be ignored by the agent as well.
trap ':' HUP INT TERM

start_time() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  # The command in parentheses may hold spaces; the 22nd field is the 20th behind it.
  set -- ${stat##*) }
  echo "${20}"
}

mkfifo -m 600 "$run/stdin.fifo"

# While the gate lives the pump follows the journal; then it copies the rest and ends.
sleep infinity &
gate=$!
tail -c +1 -f -s 0.5 --pid="$gate" "$run/stdin" >"$run/stdin.fifo" 2>/dev/null &
pump=$!

(
  cd "$workspace" || exit 126
  unset SHLVL PWD OLDPWD
  exec "$@"
) <"$run/stdin.fifo" >>"$run/stdout" 2>>"$run/stderr" &
agent=$!

{
  echo "keeper $$ $(start_time $$)"
  echo "agent $agent $(start_time "$agent")"
  echo "gate $gate $(start_time "$gate")"
} >"$run/pids.new"
mv "$run/pids.new" "$run/pids"

(
  while left=$(($(<"$run/expires") + grace - EPOCHSECONDS)) && ((left > 0)); do
    sleep "$left"
  done
  kill -TERM -- "-$agent"
  sleep 10
  kill -KILL -- "-$agent"
) 2>/dev/null &
watchdog=$!

# A signal to the keeper ends the wait, not the agent.
while :; do
  wait "$agent"
  code=$?
  kill -0 "$agent" 2>/dev/null || break
done

kill -KILL -- "-$agent" 2>/dev/null
echo "$code" >"$run/exit.new"
mv "$run/exit.new" "$run/exit"
kill -KILL -- "-$watchdog" "-$gate" "-$pump" 2>/dev/null
rm -f "$run/stdin.fifo"

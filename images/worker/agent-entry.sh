#!/usr/bin/env bash
# The main process of an agent's container, under its init: feeds the agent's stdin from its mailbox,
# passes signals on to the agent's process group, and ends the agent when its time is over and nobody
# extended it. What the agent prints is the container's output. Needs bash 5 and coreutils. Every
# wait here is for an event: an idle agent costs no wake-ups.
#
# The mailbox is mounted read-only, and only the spawner writes into it, through the Docker Engine:
#   environment       NAME=value, each ended by NUL: all that the agent gets
#   messages/<n>      bytes for stdin, from 0 on
#   index/<n>         a link that is made when messages/<n> is whole
#   end               a link: stdin ends behind the messages that are there
#   expires           a link to the second since 1970 at which its time is over
#   output-read       a link: the spawner has read all that the agent printed
# A line on the container's own stdin says that there is something new.
#
# Behind the agent's last line a mark is printed, on stdout and on stderr, and the container stays for
# up to <hold seconds> until `output-read` is there: an engine that is away throws away what a container
# left in its pipe. 0: it does not wait, and prints no mark. Where it waited in vain there is a folder
# `unread` beside the agent's exit status.
#
# Usage: agent-entry <run id> <grace seconds> <hold seconds> <command …>
{
  set -um
  run=$1 grace=$2 hold=$3
  shift 3
  mailbox=/run/orchestrator

  # A container that somebody starts again is not the agent, whose memory ended with its process: it
  # ends as the agent did.
  kept=$HOME/.orchestrator/$run
  mkdir -p "$HOME/.orchestrator" || exit 125
  if ! mkdir "$kept" 2>/dev/null; then
    exit "$(cat "$kept/exit" 2>/dev/null || echo 137)"
  fi

  pipes=$(mktemp -d) || exit 125
  mkfifo -m 600 "$pipes/stdin" "$pipes/pump" "$pipes/watchdog"
  exec 3<&0 4<>"$pipes/pump" 5<>"$pipes/watchdog"

  # The bell: whoever waits looks again.
  (
    while read -r _; do
      echo >&5
      echo >&4
    done
    # The engine has closed it, as it never should.
    while sleep 1; do
      echo >&5
      echo >&4
    done
  ) <&3 >/dev/null 2>&1 &

  # The pump. Whether stdin ends is asked before looking for messages: what was there is copied.
  (
    exec 3<&- 5<&-
    exec >"$pipes/stdin"
    next=0 ended=
    while [[ -z $ended ]]; do
      [[ -L $mailbox/end ]] && ended=yes
      while [[ -L $mailbox/index/$next ]]; do
        cat "$mailbox/messages/$next"
        next=$((next + 1))
      done
      [[ -n $ended ]] && break
      read -r _
      while read -r -t 0 _; do read -r _; done
    done
  ) <&4 4<&- 2>/dev/null &

  (
    cd "$HOME/workspace" || exit 126
    mapfile -d '' -t given <"$mailbox/environment"
    # What Docker and the image have set is none of the agent's.
    for name in $(compgen -e); do unset "$name"; done
    odd=()
    for each in "${given[@]}"; do
      # Not as arguments, which everybody can read, but for names that bash cannot export.
      if [[ $each =~ ^[a-zA-Z_][a-zA-Z_0-9]*= ]]; then export "$each"; else odd+=("$each"); fi
    done
    # bash would add `_`; env takes a name with = for a variable.
    case $1 in
      *=*) exec "$@" ;;
      *) exec env -u _ "${odd[@]}" "$@" ;;
    esac
  ) <"$pipes/stdin" 3<&- 4<&- 5<&- &
  agent=$!

  # The watchdog.
  (
    exec >/dev/null 2>&1
    for (( ; ; )); do
      # It is not there for a moment while it is replaced.
      expires=$(readlink "$mailbox/expires") || { sleep 0.1; continue; }
      left=$((${expires##*/} + grace - EPOCHSECONDS))
      ((left > 0)) || break
      read -r -t "$left" _
    done
    kill -TERM -- "-$agent"
    sleep 10
    kill -KILL -- "-$agent"
  ) <&5 3<&- 4<&- 5<&- &

  # The process groups are made. With job control bash would take an agent that is stopped (SIGSTOP)
  # for ended.
  set +m
  for signal in HUP INT QUIT TERM USR1 USR2; do
    trap "caught=$signal; kill -$signal -- -$agent 2>/dev/null" "$signal"
  done

  # bash would tell there of a job that was killed: it is the agent's.
  exec 6>&2 2>/dev/null

  # A signal ends the wait, not the agent. Its status is told once: the next wait says 127.
  code=127 told_to_end=
  while
    caught=
    wait "$agent"
    status=$?
    [[ $status != 127 ]] && code=$status
    [[ $caught == TERM ]] && told_to_end=yes
    [[ -n $caught ]]
  do :; done

  echo "$code" >"$kept/exit"
  ((hold > 0)) || exit "$code"

  # All but this shell and the init: what the agent has left running would print on, and act for an
  # agent that has ended.
  kill -KILL -- -1

  over=$((EPOCHSECONDS + hold))
  # Whoever stops the container by the engine kills it soon after (`docker stop`: after 10 s).
  hurry() { over=$((EPOCHSECONDS + 5 < over ? EPOCHSECONDS + 5 : over)); }
  [[ -n $told_to_end ]] && hurry
  trap hurry TERM
  trap '' HUP INT QUIT USR1 USR2
  mark="orchestrator: end of the output of $run" marking='' bell=''
  while [[ ! -L $mailbox/output-read ]]; do
    left=$((over - EPOCHSECONDS))
    ((left > 0)) || { mkdir "$kept/unread"; break; }
    # Again with each look, as an engine that is killed loses the line that it has in its hands. One
    # that waits in a full pipe is enough.
    kill -0 "$marking" || { { echo "$mark"; echo "$mark" >&6; } & marking=$!; }
    kill "$bell"
    # Where the engine has closed it, as it never should, it is looked at once a second.
    { read -r -t $((left < 30 ? left : 30)) _ || sleep 1; } <&3 & bell=$!
    wait "$bell"
  done
  exit "$code"
}

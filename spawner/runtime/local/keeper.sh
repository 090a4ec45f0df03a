#!/usr/bin/env bash
# Keeps one run of an agent, in a session of its own, so that the agent outlives the spawner: feeds
# its stdin from a journal, notes how it ended, and ends it when its time is over and nobody
# extended it. Needs bash 5 and Linux. Every wait here is for an event: an idle agent costs no
# wake-ups. When the agent has ended it ends what that has started (docs/decisions/0045).
# Usage: keeper.sh <run folder> <workspace> <grace seconds> <mark> <cgroup, or nothing> <command …>

# In braces up to the exit: bash reads all of it before it begins. Else it would read on, at the
# place where it was, in a script that an upgrade has changed while the agent lived.
{
  set -um
  run=$1 workspace=$2 grace=$3 mark=$4 cgroup=$5
  shift 5
  cd /

  # Whatever bash can do by itself is not done by another process: every agent pays for each of them.

  # One keeper a run, however often it is started: the file is made by one of them.
  set -o noclobber
  { : >"$run/started"; } 2>/dev/null || exit 0
  set +o noclobber
  echo "$cgroup" >"$run/cgroup"

  # What tells a process from a later one with its pid, as platform/service/process-identity.ts has it.
  boot=$(</proc/sys/kernel/random/boot_id)
  # Into `identity`, which is empty where there is no such process.
  identify() {
    local stat
    identity=
    { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return
    # The command in parentheses may hold spaces; the 22nd field is the 20th behind it.
    set -- ${stat##*) }
    identity=$boot/${20}
  }

  # Ends a process group by its leader, and never another that has the leader's pid by now.
  end_group() {
    identify "$2"
    [[ $identity == "$3" ]] && kill "-$1" -- "-$2"
  }

  has_mark() {
    local variables=() variable
    { mapfile -d '' -t variables <"/proc/$1/environ"; } 2>/dev/null
    for variable in "${variables[@]}"; do
      [[ $variable == "ORCHESTRATOR_RUN=$mark" ]] && return
    done
    return 1
  }

  # Signals everything that lives on of the agent: in this session but for the keeper's own, in its
  # cgroup, or with its mark. Each is looked at and signalled at once, so that its pid is still its
  # own. False where there is nothing.
  signal_rest() {
    local LC_ALL=C file pid stat fields members= found=1
    [[ $cgroup ]] && { members=$(<"$cgroup/cgroup.procs"); } 2>/dev/null
    for file in /proc/[0-9]*/stat; do
      stat= pid=${file//[!0-9]/}
      { IFS= read -r -d '' stat <"$file"; } 2>/dev/null
      # Behind the parentheses: state, parent, group, session; the 20th is the start.
      fields=(${stat##*) })
      [[ ${fields[0]-Z} == [ZX] || ${fields[19]} -lt ${agent_identity##*/} ]] && continue
      if [[ ${fields[3]} == $$ ]]; then
        [[ ${fields[2]} == @($$|$pump|$watchdog) ]] && continue
      elif [[ $'\n'$members$'\n' != *$'\n'$pid$'\n'* ]]; then
        has_mark "$pid" || continue
      fi
      found=0
      kill "-$1" "$pid" 2>/dev/null
    done
    return $found
  }

  # Signals it again and again until nothing is left; false when two seconds are over before.
  rest_ends() {
    local until=$((${EPOCHREALTIME//[!0-9]/} + 2000000))
    while signal_rest "$1"; do
      ((${EPOCHREALTIME//[!0-9]/} < until)) || return
      sleep 0.1
    done
  }

  mkfifo -m 600 "$run/stdin.fifo" "$run/stdin.nudge" "$run/expires.nudge"
  # Open for reading before anybody can know of the run, and without an end of file ever.
  exec 4<>"$run/stdin.nudge"

  # The pump: every nudge has it copy what the journal has got by then, since `cat` ends at the end
  # of the file and leaves the offset of descriptor 3 there. It ends when all is copied and
  # stdin.end is there.
  (
    exec <&4 4>&-
    exec >"$run/stdin.fifo"
    until [[ -e $run/stdin.end ]]; do
      read -r _
      while read -r -t 0 _; do read -r _; done
      cat <&3
    done
    cat <&3
  ) 3<"$run/stdin" &
  pump=$!

  # It begins while the rest here is still done: an interrupt right after the start should find the
  # agent's own handler.
  (
    # 0 is whoever writes it. Where this may not be done, the mark remains.
    [[ $cgroup ]] && { echo 0 >"$cgroup/cgroup.procs"; } 2>/dev/null
    cd "$workspace" || exit 126
    export ORCHESTRATOR_RUN=$mark
    unset SHLVL PWD OLDPWD
    # bash would add `_`; env takes a name with = for a variable.
    case $1 in
      *=*) exec "$@" ;;
      *) exec env -u _ "$@" ;;
    esac
  ) <"$run/stdin.fifo" >>"$run/stdout" 2>>"$run/stderr" 4>&- &
  agent=$!

  identify "$agent"
  agent_identity=$identity
  identify "$pump"
  pump_identity=$identity

  # The watchdog looks at the time again whenever it is nudged. It may outlive the keeper.
  (
    while left=$(($(<"$run/expires") + grace - EPOCHSECONDS)) && ((left > 0)); do
      read -r -t "$left" _
    done
    echo 'its time is over: SIGTERM' >&2
    end_group TERM "$agent" "$agent_identity"
    sleep 10
    end_group KILL "$agent" "$agent_identity"
    end_group KILL "$pump" "$pump_identity"
  ) <>"$run/expires.nudge" 4>&- &
  watchdog=$!
  identify "$watchdog"
  watchdog_identity=$identity

  # The process groups are made, and nobody knows their pids yet. With job control bash would take
  # an agent that is stopped (SIGSTOP) for ended, or with `wait -f` turn until it goes on (5.2).
  set +m

  # In one write: whoever reads it takes it when its end is there.
  identify $$
  printf '%s %s %s\n' keeper $$ "$identity" agent "$agent" "$agent_identity" \
    pump "$pump" "$pump_identity" watchdog "$watchdog" "$watchdog_identity" >"$run/pids"
  exec 4>&-

  # Only now: what is ignored earlier, the agent would ignore as well.
  trap '' HUP INT TERM
  wait "$agent"
  code=$?

  # What the agent has left. The spawner looks after it.
  signal_rest TERM && ! rest_ends 0 && rest_ends KILL
  [[ $cgroup ]] && { echo 1 >"$cgroup/cgroup.kill" && rmdir "$cgroup"; } 2>/dev/null
  echo "$code" >"$run/exit"
  end_group KILL "$pump" "$pump_identity"
  end_group KILL "$watchdog" "$watchdog_identity"
  rm -f "$run/stdin.fifo" "$run/stdin.nudge" "$run/expires.nudge"
  exit
}

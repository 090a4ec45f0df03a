#!/usr/bin/env bash
# The demo agent. Messages come on stdin, each ended by NUL; it acts and answers by `orchestrator`
# alone; what it prints is only its log.
set -uo pipefail

# What it remembers is in its home, so that it goes on after an end as well.
memory=$HOME/.demo-agent
number=0
asked_name=
[[ -r $memory ]] && { read -r number; read -r asked_name; } <"$memory"

trap 'echo "interrupted: going on with the next message"' INT

answer() {
  printf '%s' "$1" | orchestrator answer -
}

create_project() {
  local name=$1 created id
  if created=$(orchestrator project create --name "$name"); then
    id=$(sed -n 's/.*"id": *"\([^"]*\)".*/\1/p' <<<"$created")
    answer "Done! Created project '$name' (ID: $id)."
  else
    answer "I could not create project '$name'; my log says why."
  fi
}

ask_name() {
  asked_name=yes
  orchestrator ask "I am the demo agent, one bash process that remembers. What is your name?"
}

greet() {
  asked_name=
  answer "[$number] Pleased to meet you, $1."
}

reply() {
  local message=$1
  if [[ $message == 'Create project '* ]]; then
    create_project "${message#Create project }"
  elif [[ ${message,,} =~ (who|what)\ are\ you ]]; then
    ask_name
  elif [[ -n $asked_name ]]; then
    greet "$message"
  else
    answer "[$number] You said: $message"
  fi
}

echo "demo agent: ready"
while IFS= read -r -d '' message; do
  number=$((number + 1))
  echo "message $number: ${#message} characters"
  reply "$message"
  printf '%s\n%s\n' "$number" "$asked_name" >"$memory"
done
echo "demo agent: stdin has ended after $number messages"

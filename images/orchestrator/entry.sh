#!/bin/sh
# A service of the system, or any command of `orchestrator`. Its secrets, NAME=value a line, are variables
# that no one sees who inspects its container; what has no value is unset.
secrets=/run/secrets/env
if [ -r "$secrets" ]; then
  while IFS= read -r line; do
    case $line in
      [A-Z]*=?*) export "$line" ;;
    esac
  done <"$secrets"
fi
case "${1-}" in
  spawner | projections | bot | redis) exec node "/app/dist/$1.cjs" ;;
  *) exec node /app/dist/orchestrator.cjs "$@" ;;
esac

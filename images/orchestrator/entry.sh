#!/bin/sh
# A service of the system, or any command of `orchestrator`.
case "${1-}" in
  spawner | projections | bot) exec node "/app/$1/main.ts" ;;
  redis) exec node /app/projections/redis/main.ts ;;
  *) exec node /app/dist/orchestrator.cjs "$@" ;;
esac

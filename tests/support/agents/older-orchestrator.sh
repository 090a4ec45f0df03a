#!/bin/bash
set -euo pipefail

AGENT_ID="${ORCHESTRATOR_AGENT_ID}"
REDIS_URL="${ORCHESTRATOR_REDIS_URL:-redis://redis:6379}"
API_URL="${ORCHESTRATOR_API_URL:-http://api:8000}"

COMMAND="$1"
shift || true

# Телеметрия
log_tool_call() {
    echo "[$(date -u +%Y-%m-%dT%H:%M:%SZ)] TOOL_CALL: $1 agent_id=$AGENT_ID" >&2
}

case "$COMMAND" in
    answer)
        MESSAGE="$1"
        log_tool_call "answer"

        # Публикуем в Redis
        redis-cli -u "$REDIS_URL" XADD "cli-agent:responses" "*" \
            "agent_id" "$AGENT_ID" \
            "type" "answer" \
            "message" "$MESSAGE" \
            "timestamp" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >/dev/null

        echo "Answer sent" >&2
        ;;

    ask)
        QUESTION="$1"
        log_tool_call "ask"

        redis-cli -u "$REDIS_URL" XADD "cli-agent:responses" "*" \
            "agent_id" "$AGENT_ID" \
            "type" "question" \
            "question" "$QUESTION" >/dev/null

        echo "Question sent to user" >&2
        ;;

    project)
        # orchestrator project create --name myapp
        SUBCOMMAND="$1"
        shift

        # Парсим --name, --id и т.д.
        # Вызываем curl -X POST api:8000/projects
        ;;

    *)
        echo "Unknown command: $COMMAND" >&2
        exit 1
        ;;
esac

# Has the agent's host do a call of `orchestrator`, which takes it a few milliseconds: it runs
# already, and this command's Node need not start (docs/decisions/0094-the-host-does-its-agents-calls.md).
# Whatever the host does not do is done by Node as if there were no host. Run by `bash --norc -p`, so that
# nothing of the agent's own is read, and with what bash has built in alone.
# Usage: ask-host.sh <node> <program> <arguments of orchestrator …>
{
  node=$1 program=$2
  shift 2
  # A host that is gone while it is written to.
  trap '' PIPE

  begun=
  by_node() {
    exec 3>&-
    trap - PIPE
    unset ORCHESTRATOR_HOST
    ORCHESTRATOR_BEGUN=$begun exec "$node" "$program" "$@"
  }

  port=${ORCHESTRATOR_HOST%%/*} secret=${ORCHESTRATOR_HOST#*/}
  [[ $port =~ ^[0-9]+$ ]] || by_node "$@"
  { exec 3<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null || by_node "$@"

  # The environment of the call is the caller's, who may have changed it.
  printf '%s\0' "$secret" "${ORCHESTRATOR_AGENT_ID-}" "${ORCHESTRATOR_NATS_URL-}" \
    "${ORCHESTRATOR_CREDS-}" "${ORCHESTRATOR_ALLOWED_TOOLS-}" "$#" "$@" 2>/dev/null >&3 ||
    by_node "$@"

  # Longer than the host tries. One that stands still does nothing either before it was told to go on.
  while IFS= read -r -t 5 line; do
    case $line in
      'begun '*)
        begun=${line#begun }
        echo go 2>/dev/null >&3 || by_node "$@"
        ;;
      'err '*) printf '%s\n' "${line#err }" >&2 2>/dev/null ;;
      # What nobody takes is an error, which Node's command knows to tell.
      'out '*) printf '%s\n' "${line#out }" 2>/dev/null || by_node "$@" ;;
      done) exit 0 ;;
      *) break ;;
    esac
  done <&3
  by_node "$@"
}

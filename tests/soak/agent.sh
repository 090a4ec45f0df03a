# The agent of the soak: says back what it is told, as an answer, a file or a question with buttons.
while IFS= read -r message; do
  echo "received: $message"
  echo "working on: $message" >&2
  case "$message" in
    ask*) orchestrator ask --option "yes: $message" --option "no: $message" "$message" ;;
    file*)
      printf '%s' "$message" >report.txt
      orchestrator answer --file report.txt "$message" ;;
    *) orchestrator answer "$message" ;;
  esac
done

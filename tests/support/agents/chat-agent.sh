# An agent that does what its messages say, for the tests of channels.
while IFS= read -r message; do
  case "$message" in
    ask | *': ask') orchestrator ask --option Red --option Blue 'Which colour?' ;;
    ask-open) orchestrator ask 'Which name?' ;;
    progress)
      for step in 1 2 3; do
        orchestrator progress "step $step"
        sleep 0.3
      done
      sleep 3
      orchestrator answer 'all done' ;;
    slow) sleep 2; orchestrator answer 'slow done' ;;
    file)
      printf 'the report' >report.txt
      orchestrator answer --file report.txt 'Here **it** is' ;;
    long) orchestrator answer "$(seq -f 'line %05g of a very long answer' 1 2000)" ;;
    blank) orchestrator answer ' ' ;;
    crash) echo 'last words'; exit 3 ;;
    *inbox/*)
      path=$(printf '%s' "$message" | grep -o 'inbox/[^ ]*$')
      orchestrator answer "${message%%\\n*} / $path / $(cat "$path")" ;;
    *) orchestrator answer "got: $message" ;;
  esac
done

# A line agent for tests: notes what it received, prints numbered lines, answers with a number.
number=0
lines=0
while IFS= read -r message; do
  number=$((number + 1))
  printf '%s\n' "$message" >>received
  for _ in 1 2 3 4 5 6; do
    lines=$((lines + 1))
    echo "line $lines"
    sleep "0.0$((RANDOM % 9))"
  done
  orchestrator answer "$number $message"
done

#!/bin/sh
# examples.sh KT [COMMAND]: runs every example of the manual, or one command's, each in a directory and on a sandbox of
# its own. An example must end with 0; one that streams may run until it is interrupted.
kt=$(realpath "$1") only=${2:-}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PATH="$(dirname "$kt"):$PATH" HERE="$here"
unset KT_BOOTSTRAP_SERVER KT_CONTEXT KT_OUTPUT KT_CLIENT_CONFIG KT_ZOOKEEPER HOME

one() {
  words=$1 streams=$2 example=$(printf %b "$3")
  mkdir "$work/run" && cd "$work/run" || exit 1
  export XDG_CONFIG_HOME="$work/run/.config" WORDS="$words" EXAMPLE="$example"
  seconds=10
  [ "$words" != sandbox ] || streams=true
  [ "$streams" = false ] || seconds=2
  timeout 30 kt sandbox --brokers 3 --set delegation.token.secret.key=secret -- sh -c \
    ". $HERE/prepare.sh; exec timeout -s INT $seconds sh -c \"\$EXAMPLE\"" >"$work/out" 2>&1 </dev/null
  code=$?
  cd "$work" && rm -rf "$work/run"
  if [ "$code" = 77 ]; then
    printf 'skipped: %s: %s\n' "$example" "$(cat "$work/out")"
    return 0
  fi
  case $streams$code in false0 | true0 | true124 | true130) return 0 ;; esac
  printf 'kt help %s: "%s" ended with %s\n' "$words" "$example" "$code"
  sed 's/^/    /' "$work/out" | tail -5
  return 1
}

failed=0 count=0
kt __examples -o tsv >"$work/examples"
while IFS="$(printf '\t')" read -r words streams example; do
  [ "$words" != command ] || continue
  [ -z "$only" ] || [ "$only" = "$words" ] || continue
  count=$((count + 1))
  one "$words" "$streams" "$example" || failed=$((failed + 1))
done <"$work/examples"
echo "$count examples, $failed failed"
[ "$failed" = 0 ] && [ "$count" -gt 0 ]

#!/bin/bash
# kt's messages against Kafka's own generated classes, byte for byte and JSON for JSON, in both directions: every
# version that 4.3.0 has against 4.3.0, the older ones, which 4.0 dropped, against 3.9.1. Every version is judged.
#
#   tests/real/oracle/messages.sh [COUNT]      COUNT messages at random of each; 20 unless said
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
oracle=${BUILD:-$here/../../../build}/tests/kt-messages-oracle
count=${1:-20}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

kafka() {  # kafka RELEASE ARGUMENT...: lines in, lines out
  local home
  home=$("$here/../install.sh" "$1")
  java -Xmx400m -XX:+UseSerialGC -Dfile.encoding=UTF-8 -cp "$home/libs/*" "$here/Oracle.java" "${@:2}" 2> >(grep -v SLF4J >&2)
}

# judge RELEASE: what stands in `kinds`; adds what the release knew to `judged`.
judge() {
  echo "messages: Kafka $1" >&2
  "$oracle" make "$count" <"$work/kinds" >"$work/of-kt"
  kafka "$1" check <"$work/of-kt" >>"$work/judged" || failed=1
  kafka "$1" make "$count" <"$work/kinds" >"$work/of-kafka" || failed=1
  "$oracle" check <"$work/of-kafka" || failed=1
}

"$oracle" kinds >"$work/kinds"
judge 4.3.0
sort "$work/judged" >"$work/known"
"$oracle" kinds | sort | comm -23 - "$work/known" >"$work/kinds"
judge 3.9.1
sort "$work/judged" >"$work/known"
left=$("$oracle" kinds | sort | comm -23 - "$work/known")
if [ -n "$left" ]; then
  echo "messages: neither release knows these:" >&2
  echo "$left" >&2
  failed=1
fi
exit $failed

#!/bin/bash
# kt mirror goes on where Kafka's own MirrorMakers came to, between two real 4.3.0 clusters: MirrorMaker 2 (4.3.0) by its
# properties file and offset syncs, MirrorMaker 1 (3.9.1) by its two files and its group. kcat reads both sides: each
# record must be in the target once.
#
#   KT=build/cmd/kt tests/real/mirror/moving_in.sh
set -uo pipefail

real=$(cd "$(dirname "$0")/.." && pwd)
kt=${KT:-$real/../../build/cmd/kt}
scratch=$(mktemp -d)
maker=
trap 'kill -KILL $maker 2>/dev/null; for side in a b; do "$real/kafka.sh" stop "$scratch/$side"; done; rm -rf "$scratch"' EXIT
failed=0
fail() { echo "FAILED $*" && failed=$((failed + 1)); }

for side in a b; do "$real/kafka.sh" start 4.3.0 "$scratch/$side" >"$scratch/$side.log" & done
wait
a=$(cat "$scratch/a/bootstrap") b=$(cat "$scratch/b/bootstrap")

read_all() { kcat -C -b "$1" -t "$2" -o beginning -e -q -Z -f "$3" 2>/dev/null | sort; }
count() { read_all "$1" "$2" '%k\n' | wc -l; }
# await BOOTSTRAP TOPIC COUNT
await() {
  local deadline=$((SECONDS + 120))
  until [ "$("$kt" offsets get "$2" -b "$1" -o csv 2>/dev/null | awk -F, 'NR > 1 { n += $3 } END { print n + 0 }')" -ge "$3" ]; do
    [ $SECONDS -lt $deadline ] || { fail "$2 did not get $3 records: $(tail -5 "$scratch/maker.log")" && return; }
    sleep 0.5
  done
}
send() { seq "$2" "$3" | sed 's/.*/key &:value &/' | kcat -P -b "$a" -t "$1" -K:; }
# start_maker RELEASE CLASS ARGUMENT...
start_maker() {
  "$real/kafka.sh" tool "$@" >"$scratch/maker.log" 2>&1 &
  maker=$!
}
stop_maker() { kill $maker && wait $maker 2>/dev/null; }
# equal WHAT TOPIC COPY FORMAT
equal() {
  read_all "$a" "$2" "$4" >"$scratch/sent"
  read_all "$b" "$3" "$4" >"$scratch/arrived"
  if cmp -s "$scratch/sent" "$scratch/arrived"; then
    echo "equal, each once: $(wc -l <"$scratch/arrived") records that $1 began and kt ended"
  else
    fail "$1: $(wc -l <"$scratch/sent") sent, $(wc -l <"$scratch/arrived") arrived: $(diff "$scratch/sent" "$scratch/arrived" | head -3)"
  fi
}

"$kt" topic create orders -p 3 -b "$a" -q >/dev/null
send orders 1 5000
# stand GROUP OFFSET: a group of the source, in partition 0.
stand() { printf 'orders,0,%d\n' "$2" | "$kt" offsets import - --group "$1" -b "$a" -q >/dev/null; }
stand seen 300
cat >"$scratch/mm2.properties" <<END
clusters = A, B
A.bootstrap.servers = $a
B.bootstrap.servers = $b
A->B.enabled = true
A->B.topics = orders
A->B.sync.group.offsets.enabled = true
A->B.emit.checkpoints.interval.seconds = 1
A->B.groups = seen, early, late
B->A.enabled = false
replication.factor = 1
offset-syncs.topic.replication.factor = 1
checkpoints.topic.replication.factor = 1
heartbeats.topic.replication.factor = 1
offset.storage.replication.factor = 1
status.storage.replication.factor = 1
config.storage.replication.factor = 1
tasks.max = 2
END
start_maker 4.3.0 org.apache.kafka.connect.mirror.MirrorMaker "$scratch/mm2.properties"
await "$b" A.orders 5000
send orders 5001 5077
await "$b" A.orders 5077
await "$b" A.checkpoints.internal 1
"$kt" mirror run --mm2 "$scratch/mm2.properties" --exit >"$scratch/run" 2>&1 && fail "kt goes on while MirrorMaker 2 runs"
grep -q "MirrorMaker still runs" "$scratch/run" || fail "kt does not see MirrorMaker 2: $(cat "$scratch/run")"
stop_maker
send orders 5078 6000
last() { "$kt" offsets get orders --partition 0 -b "$a" -o csv | awk -F, 'NR > 1 { print $3 }'; }
# same_record WHAT OFFSET OFFSET-THERE
same_record() {
  local sent copied
  sent=$(kcat -C -b "$a" -t orders -p 0 -o "$2" -c 1 -q) copied=$(kcat -C -b "$b" -t A.orders -p 0 -o "${3:-0}" -c 1 -q)
  [ -n "$sent" ] && [ "$sent" = "$copied" ] || fail "$1 at $2 is at ${3:-none} in the target: $(cat "$scratch/errors")"
}
# Groups that the file has kept in step: one that MirrorMaker 2 has checkpointed, and two that it never saw, in what it
# copied and in what kt copies.
early=700 late=$(($(last) - 3))
stand early $early && stand late $late
"$kt" mirror run --mm2 "$scratch/mm2.properties" --exit -o csv --timeout 90s >"$scratch/run" 2>"$scratch/errors" ||
  fail "from MirrorMaker 2: $(cat "$scratch/run" "$scratch/errors")"
grep -q 'without effect.* tasks.max' "$scratch/errors" || fail "tasks.max is not named: $(cat "$scratch/errors")"
# kept GROUP: where it stands in the target.
kept() { "$kt" offsets check "$1" --topic A.orders -b "$b" -o csv 2>/dev/null | awk -F, 'NR > 1 { print $5 }'; }
same_record "group seen" 300 "$(kept seen)"
same_record "group early" $early "$(kept early)"
same_record "group late" $late "$(kept late)"
# Positions in what MirrorMaker 2 copied, and in what kt did: the record there is the same on both sides.
for offset in 1 $(($(last) / 2)) $(($(last) - 1)); do
  stand readers "$offset"
  there=$("$kt" mirror translate readers --mm2 "$scratch/mm2.properties" --dry-run -o csv 2>"$scratch/errors" | awk -F, 'NR > 1 { print $6 }')
  same_record "group readers" "$offset" "$there"
done
equal "MirrorMaker 2" orders A.orders '%p|%T|%k|%s|%h\n'

"$kt" topic create invoices -p 2 -b "$a" -q >/dev/null
"$kt" topic create invoices -p 2 -b "$b" -q >/dev/null
send invoices 1 3000
printf '%s\n' "bootstrap.servers=$a" group.id=copier auto.offset.reset=earliest fetch.min.bytes=1 >"$scratch/consumer.properties"
printf '%s\n' "bootstrap.servers=$b" acks=all linger.ms=5 >"$scratch/producer.properties"
flags=(--consumer.config "$scratch/consumer.properties" --producer.config "$scratch/producer.properties" --whitelist 'invoices, orders-.*' --num.streams 2)
start_maker 3.9.1 kafka.tools.MirrorMaker "${flags[@]}"
await "$b" invoices 3000
stop_maker
send invoices 3001 3500
"$kt" mirror run "${flags[@]}" --exit -o csv --timeout 90s >"$scratch/run" 2>"$scratch/errors" ||
  fail "from MirrorMaker 1: $(cat "$scratch/run" "$scratch/errors")"
grep -q 'without effect.* --num.streams, fetch.min.bytes, linger.ms;' "$scratch/errors" || fail "settings are not named: $(cat "$scratch/errors")"
[ "$(awk -F, 'NR > 1 { n += $8 } END { print n }' "$scratch/run")" = 500 ] || fail "not 500 records more: $(cat "$scratch/run")"
equal "MirrorMaker 1" invoices invoices '%T|%k|%s|%h\n'
[ $failed = 0 ]

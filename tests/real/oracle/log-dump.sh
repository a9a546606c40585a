#!/bin/bash
# `kt log dump` against each release's own DumpLogSegments, field by field (log_dump.py), on files that a broker of that
# release wrote: every codec, transactions, log-append time, compaction, internal topics, indexes and snapshots. While the
# broker runs (its open files too) and after it was stopped in good order. `kt log check` must find nothing wrong. From 3.9
# also what tiered storage copied away: its records are those of the topic, and what Kafka noted of it is decoded alike.
#
#   tests/real/oracle/log-dump.sh [RELEASE...]     the seven of every day unless said
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
kt=${KT:-${BUILD:-$here/../../../build}/cmd/kt}
kafka=$here/../kafka.sh
python=$("$here/../install.sh" python | tail -1)/bin/python
work=$(mktemp -d)
trap '"$kafka" stop "$work/cluster" 2>/dev/null || true; rm -rf "$work"' EXIT
failed=0

at_least() { [ "$(printf '%s\n' "$1" "$release" | sort -V | head -1)" = "$1" ]; }

create_once() {
  case $release in
    0.8.0) "$kafka" tool 0.8.0 kafka.admin.CreateTopicCommand --zookeeper "$zookeeper" --topic "$1" --partition 1 --replica 1 ;;
    0.8.*) "$kafka" tool "$release" kafka.admin.TopicCommand --zookeeper "$zookeeper" --create --topic "$1" --partitions 1 --replication-factor 1 ;;
    *) "$kt" topic create "$1" -p 1 -r 1 --if-not-exists -b "$bootstrap" "${@:2}" ;;
  esac
}

# A broker that has just started may not know itself yet.
create() {
  local deadline=$((SECONDS + 30))
  until create_once "$@" >"$work/create.log" 2>&1; do
    [ $SECONDS -lt $deadline ] || { cat "$work/create.log" && return 1; }
    sleep 0.3
  done
  for _ in $(seq 100); do
    ! "$kt" offsets get "$1" -b "$bootstrap" >/dev/null 2>&1 || return 0
    sleep 0.1
  done
  echo "$release: topic $1 does not come up" && return 1
}

lines() { seq "$1" | awk '{ printf "key-%d\tvalue %d of the sample\n", $1 % 7, $1 }'; }

produce() { "$kt" produce "$1" -b "$bootstrap" --key-separator '\t' "${@:2}" >/dev/null 2>"$work/produce.log" || { cat "$work/produce.log"; return 1; }; }

fill() {
  local codec codecs="none gzip"
  at_least 0.8.2 && codecs+=" snappy lz4"  # 0.8.0's snappy does not run on today's JVMs
  at_least 2.1 && codecs+=" zstd"
  create codecs
  for codec in $codecs; do lines 300 | produce codecs -X compression.type="$codec"; done
  printf '{"key":null,"value":"text"}\n{"key":"gone","value":null}\n' | "$kt" produce codecs --format jsonl -b "$bootstrap" 2>/dev/null
  at_least 0.10 || return 0
  create stamped --set message.timestamp.type=LogAppendTime
  lines 100 | produce stamped -X compression.type=gzip
  at_least 0.11 || return 0
  printf '{"key":"k","value":"v","headers":[{"key":"a","value":"1"},{"key":"b","value":null}]}\n' |
    "$kt" produce codecs --format jsonl -b "$bootstrap" 2>/dev/null
  create transactions
  seq 10 | kcat -P -b "$bootstrap" -t transactions -p 0 -X transactional.id=log-dump 2>/dev/null
  "$python" "$here/aborted.py" "$bootstrap" transactions
  "$kt" consume codecs --group log-dump --start earliest --exit -b "$bootstrap" >/dev/null
  create compacted --set cleanup.policy=compact --set segment.bytes=1048576 --set min.cleanable.dirty.ratio=0.01
  for _ in 1 2; do lines 20000 | produce compacted; done
  at_least 3.9 || return 0
  create tiered --set remote.storage.enable=true --set segment.bytes=1048576
  lines 200000 | produce tiered --batch-size 100KB
  at_least 4.2 || return 0
  "$kt" consume codecs --group log-dump-classic -X group.protocol=classic --start earliest --exit -b "$bootstrap" >/dev/null
  "$kafka" tool "$release" kafka.admin.ConfigCommand --bootstrap-server "$bootstrap" --alter --entity-type groups \
    --entity-name log-dump-share --add-config share.auto.offset.reset=earliest >/dev/null
  "$kafka" tool "$release" org.apache.kafka.tools.consumer.ConsoleShareConsumer --bootstrap-server "$bootstrap" --topic codecs \
    --group log-dump-share --max-messages 100 --timeout-ms 30000 >/dev/null 2>&1
}

# dump CLASS FLAGS FILES...: Java's words in $work/java, judged.
dump() {
  local class=$1 flags=$2 decoded=()
  shift 2
  case $flags in *-decoder*) decoded=(--decoded) ;; esac
  # shellcheck disable=SC2086 # flags are words
  "$kafka" tool "$release" "$class" --deep-iteration --print-data-log $flags --files "$(printf '%s\n' "$@" | paste -sd ,)" \
    >"$work/java" 2>"$work/java.errors" || true
  "$python" "$here/log_dump.py" "$kt" "$work/java" "${decoded[@]}" >"$work/judged" || { wrong=1; head -30 "$work/judged"; }
  echo "$release: $(tail -1 "$work/judged")"
}

# The segments that have left, all but the last; whether all was right.
tiered() {
  local store=$work/tiered/kafka-tiered-storage wrong=0 deadline=$((SECONDS + 60)) segments
  segments=$(find "$work/cluster/broker-1/data/tiered-0" -name '*.log' | wc -l)
  until [ "$(find "$store" -name '*.leader_epoch_checkpoint' | wc -l)" = $((segments - 1)) ]; do
    [ $SECONDS -lt $deadline ] || { echo "$release: not all segments are copied"; return 1; }
    sleep 0.2
  done
  "$kt" log check "$store" >"$work/check" 2>&1 || { wrong=1; echo "$release: kt log check is not content with tiered segments:"; head -20 "$work/check"; }
  "$kt" log dump "$store" -o jsonl >"$work/tiered.dumped"
  "$kt" consume tiered --start earliest --exit -o jsonl -b "$bootstrap" | head -n "$(wc -l <"$work/tiered.dumped")" >"$work/tiered.consumed"
  [ "$(wc -l <"$work/tiered.dumped")" -gt 100000 ] && cmp "$work/tiered.dumped" "$work/tiered.consumed" || wrong=1
  return $wrong
}

# Everything once; whether all was right.
read_all() {
  local wrong=0 data=$work/cluster/broker-1/data class=kafka.tools.DumpLogSegments files topic flag
  at_least 4.0 && class=org.apache.kafka.tools.DumpLogSegments
  files=$(find "$data" -name '*.log' ! -path '*/__*' -size +0 | sort)
  if [ "$1" = stopped ]; then
    files+=" $(find "$data" \( -name '*.index' -o -name '*.timeindex' -o -name '*.txnindex' \) ! -path '*/__*' -size +0 | sort)"
    at_least 2.8 && files+=" $(find "$data" -name '*.snapshot' ! -path '*/__*' -size +0 | sort)"
  fi
  # shellcheck disable=SC2086 # names without blanks
  dump "$class" "" $files
  "$kt" log check "$data" >"$work/check" 2>&1 || { wrong=1; echo "$release: kt log check is not content:"; head -20 "$work/check"; }
  [ "$1" = stopped ] || return $wrong
  ! at_least 3.9 || dump "$class" --remote-log-metadata-decoder $(find "$data" -name '*.log' -path '*/__remote_log_metadata-*' -size +0)
  at_least 4.0 || return $wrong
  for topic in consumer_offsets:offsets transaction_state:transaction-log share_group_state:share-group-state \
    cluster_metadata:cluster-metadata; do
    flag=--${topic#*:}-decoder
    dump "$class" "$flag" $(find "$data" -name '*.log' -path "*/__${topic%:*}-*" -size +0 | sort)
  done
  return $wrong
}

# Beside a running broker the cleaner may put new files in place of those that Java has read and kt has not. It comes to
# an end, as nothing is written any more: only a difference that stays is one.
judge() {
  local readings=1
  [ "$1" = stopped ] || readings=5
  for _ in $(seq $readings); do
    if read_all "$1" >"$work/words"; then cat "$work/words" && return; fi
    sleep 2
  done
  failed=1
  cat "$work/words"
}

[ $# -gt 0 ] || set -- 0.8.0 0.8.2.2 0.10.2.2 1.1.1 2.8.2 3.9.1 4.3.0
for release in "$@"; do
  settings=()
  ! at_least 3.9 || settings=(remote.log.storage.system.enable=true remote.log.manager.task.interval.ms=200
    remote.log.storage.manager.class.name=org.apache.kafka.server.log.remote.storage.LocalTieredStorage
    "remote.log.storage.manager.class.path=$("$here/../install.sh" "tiered-$release")/libs/*" "rsm.config.dir=$work/tiered"
    remote.log.metadata.manager.listener.name=PLAINTEXT rlmm.config.remote.log.metadata.topic.replication.factor=1
    rlmm.config.remote.log.metadata.topic.num.partitions=1)
  bootstrap=$("$kafka" start "$release" "$work/cluster" 1 "${settings[@]}")
  zookeeper=$(cat "$work/cluster/zookeeper" 2>/dev/null || true)
  fill
  ! at_least 3.9 || tiered || failed=1
  judge running
  "$kafka" stop-broker "$work/cluster" 1
  judge stopped
  "$kafka" stop "$work/cluster"
  rm -rf "$work/cluster" "$work/tiered"
done
exit $failed

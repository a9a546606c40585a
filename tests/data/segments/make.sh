#!/bin/bash
# Makes the segments of this directory anew, with real brokers of each release and their own producers.
# Only needed when a file is to be added: the files are part of the repository.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
kafka=$here/../../real/kafka.sh

# Sixty lines: key, tab, value; every tenth value is long, so that blocks and varints of two bytes occur.
lines() {
  for i in $(seq 0 59); do
    value="value $i of the sample"
    [ $((i % 10)) -ne 9 ] || value=$(printf "long value $i.%.0s" $(seq 20))
    printf 'key-%d\t%s\n' $((i % 7)) "$value"
  done
}

produce() {
  local release=$1 topic=$2 codec=$3
  case $release in
    0.*) lines | "$kafka" tool "$release" kafka.tools.ConsoleProducer --broker-list "$KT_BOOTSTRAP_SERVER" --topic "$topic" \
      --compression-codec "$codec" --property parse.key=true \
      --batch-size 20 --request-required-acks 1 ;;
    1.*) lines | "$kafka" tool "$release" kafka.tools.ConsoleProducer --broker-list "$KT_BOOTSTRAP_SERVER" --topic "$topic" \
      --compression-codec "$codec" --property parse.key=true --producer-property linger.ms=200 ;;
    *) lines | sed 's/^/number:7,empty:\t/' | "$kafka" tool "$release" org.apache.kafka.tools.ConsoleProducer --bootstrap-server "$KT_BOOTSTRAP_SERVER" \
      --topic "$topic" --compression-codec "$codec" --property parse.key=true --property parse.headers=true \
      --producer-property linger.ms=200 --producer-property batch.size=1500 ;;
  esac >/dev/null 2>&1
}

create() {
  local release=$1 topic=$2
  shift 2
  case $release in
    4.*) "$kafka" tool "$release" org.apache.kafka.tools.TopicCommand --bootstrap-server "$KT_BOOTSTRAP_SERVER" \
      --create --topic "$topic" --partitions 1 --replication-factor 1 "$@" ;;
    *) "$kafka" tool "$release" kafka.admin.TopicCommand --zookeeper "$KT_ZOOKEEPER" --create --topic "$topic" \
      --partitions 1 --replication-factor 1 "$@" ;;
  esac >/dev/null 2>&1
}

# Three transactions of one producer: committed (2 records), aborted (3), committed (1). Needs confluent-kafka for Python.
transactions() {
  create "$1" transactions
  python3 - <<'EOF'
import os
from confluent_kafka import Producer
producer = Producer({"bootstrap.servers": os.environ["KT_BOOTSTRAP_SERVER"], "transactional.id": "sample", "linger.ms": 200})
producer.init_transactions()
for number, (records, commit) in enumerate([(2, True), (3, False), (1, True)]):
    producer.begin_transaction()
    for i in range(records):
        producer.produce("transactions", key="t%d" % number, value="r%d" % i)
    producer.flush()
    producer.commit_transaction() if commit else producer.abort_transaction()
EOF
  cp "$2/broker-1/data/transactions-0/00000000000000000000.log" "$here/$1-transactions.log"
  cp "$2/broker-1/data/transactions-0/00000000000000000000.txnindex" "$here/$1-transactions.txnindex"
}

# Runs on the release's cluster, whose files lie in $1.
fill() {
  local dir=$1 release=$2 codec
  for codec in none gzip snappy lz4 zstd; do
    [ "$codec" != zstd ] || [[ $release == 4.* ]] || continue
    create "$release" "$codec"
    produce "$release" "$codec" "$codec"
    cp "$dir/broker-1/data/$codec-0/00000000000000000000.log" "$here/$release-$codec.log"
  done
  case $release in 4.*) transactions "$release" "$dir" ;; esac
  case $release in
    0.10.* | 4.*)
      create "$release" stamped --config message.timestamp.type=LogAppendTime
      produce "$release" stamped gzip
      cp "$dir/broker-1/data/stamped-0/00000000000000000000.log" "$here/$release-gzip-log-append.log"
      ;;
  esac
}

[ $# -gt 0 ] || set -- 0.8.2.2 0.10.2.2 1.1.1 4.3.0
for release in "$@"; do
  dir=$(mktemp -d)/cluster
  KT_BOOTSTRAP_SERVER=$("$kafka" start "$release" "$dir")
  export KT_BOOTSTRAP_SERVER
  KT_ZOOKEEPER=$(cat "$dir/zookeeper" 2>/dev/null || true)
  export KT_ZOOKEEPER
  fill "$dir" "$release"
  "$kafka" stop "$dir"
done

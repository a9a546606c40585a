#!/bin/bash
# make.sh [RELEASE...]: state-change lines of real brokers, three of each release, as RELEASE-broker-N.log.gz (N 1 to 3): a
# topic is made, its first leader ends and comes back, the topic goes. The lines are those of the logger that the shipped
# log4j.properties sends to state-change.log, and what stands between them of its stack traces.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
kafka=$here/../../real/kafka.sh

# topics RELEASE ZOOKEEPER BOOTSTRAP ARGUMENT...: the release's own tool.
topics() {
  local release=$1 cluster=(--zookeeper "$2") class=kafka.admin.TopicCommand
  case $release in 2.* | 3.* | 4.*) cluster=(--bootstrap-server "$3") ;; esac
  case $release in 3.9* | 4.*) class=org.apache.kafka.tools.TopicCommand ;; esac
  shift 3
  "$kafka" tool "$release" $class "${cluster[@]}" --topic moved-orders "$@" >/dev/null 2>&1
}

create() {
  case $1 in
    0.8.0) "$kafka" tool "$1" kafka.admin.CreateTopicCommand --zookeeper "$2" --topic moved-orders --partition 2 --replica 3 >/dev/null ;;
    *) topics "$@" --create --partitions 2 --replication-factor 3 ;;
  esac
}

for release in ${*:-0.8.0 0.8.2.2 0.10.2.2 1.1.1 2.8.2 3.9.1 4.3.0}; do
  dir=$(mktemp -d)
  trap '"$kafka" stop "$dir"' EXIT
  bootstrap=$("$kafka" start "$release" "$dir" 3)
  zookeeper=$(cat "$dir/zookeeper" 2>/dev/null || true)
  create "$release" "$zookeeper" "$bootstrap"
  sleep 2
  "$kafka" stop-broker "$dir" 2
  sleep 1
  "$kafka" start-broker "$dir" 2
  sleep 2
  [ "$release" = 0.8.0 ] || topics "$release" "$zookeeper" "$bootstrap" --delete
  sleep 3
  for id in 1 2 3; do
    awk '/^\[[0-9-]+ [0-9:,]+\]/ {of_ours = /\(state\.change\.logger\)$/} of_ours' "$dir/broker-$id/log" \
      | gzip -9n >"$here/$release-broker-$id.log.gz"
  done
  "$kafka" stop "$dir"
  trap - EXIT
done

#!/bin/bash
# kt mirror between real clusters of old and new releases: plain, compressed, transactional, compacted and
# log-append-time topics. kcat, which knows nothing of kt, reads both sides: what it reads must be equal.
#
#   KT=build/cmd/kt tests/real/mirror/pairs.sh [SOURCE:TARGET...]
set -uo pipefail

real=$(cd "$(dirname "$0")/.." && pwd)
kt=${KT:-$real/../../build/cmd/kt}
pairs=("$@")
[ $# -gt 0 ] || pairs=(0.8.2.2:4.3.0 1.1.1:4.3.0 2.8.2:4.3.0 4.3.0:4.3.0 4.3.0:2.8.2 2.8.2:1.1.1 4.3.0:0.10.2.2 2.8.2:0.8.2.2)
scratch=$(mktemp -d)
trap 'for cluster in "$scratch"/*/release; do "$real/kafka.sh" stop "${cluster%/release}"; done; rm -rf "$scratch"' EXIT

fail() { echo "FAILED $*" | tee -a "$scratch/failures"; }
failures() { cat "$scratch/failures" 2>/dev/null | wc -l; }

# The cluster that is copied to is another one where both are of one release.
target_of() { [ "${1%:*}" = "${1#*:}" ] && echo "${1#*:}-target" || echo "${1#*:}"; }
bootstrap() { cat "$scratch/$1/bootstrap"; }
release() { cat "$scratch/$1/release"; }
# since RELEASE CLUSTER: whether it is that new.
since() { [ "$(printf '%s\n' "$1" "$(release "$2")" | sort -V | head -1)" = "$1" ]; }

# kcat_on CLUSTER ARGUMENT...
kcat_on() {
  local cluster=$1 old=()
  since 0.10.0 "$cluster" || old=(-X api.version.request=false -X broker.version.fallback=0.8.2.2)
  kcat "${old[@]}" -b "$(bootstrap "$cluster")" "${@:2}"
}

# create CLUSTER TOPIC PARTITIONS [KEY=VALUE...]
create() {
  local cluster=$1 settings=() one where=()
  for one in "${@:4}"; do settings+=(-s "$one"); done
  [ ! -e "$scratch/$cluster/zookeeper" ] || where=(--zookeeper "$(cat "$scratch/$cluster/zookeeper")")
  since 0.10.1 "$cluster" && where=()
  # A broker that has just started may not know itself yet.
  local deadline=$((SECONDS + 30))
  until "$kt" topic create "$2" -p "$3" -r 1 --if-not-exists -b "$(bootstrap "$cluster")" "${where[@]}" "${settings[@]}" -q \
    >/dev/null 2>"$scratch/$cluster/create"; do
    [ $SECONDS -lt $deadline ] || { fail "$cluster: $(cat "$scratch/$cluster/create")" && return; }
    sleep 0.3
  done
}

lines() { seq "$1" "$2" | sed "s/.*/key &:$3 &/"; }

# An open transaction whose producer is gone; the next one of its id aborts it.
leave_open() {
  local cluster=$1 deadline=$((SECONDS + 30)) writer
  mkfifo "$scratch/$cluster/hold"
  kcat -b "$(bootstrap "$cluster")" -P -t transactions -p 0 -X transactional.id=open <"$scratch/$cluster/hold" 2>/dev/null &
  writer=$!
  exec 6>"$scratch/$cluster/hold"
  # Enough to leave kcat's buffer of its input.
  seq 20000 | sed 's/^/aborted /' >&6
  until kcat_on "$cluster" -C -t transactions -p 0 -e -q -X isolation.level=read_uncommitted 2>/dev/null |
    awk '/^aborted/ { ++n } END { exit n == 0 }'; do
    [ $SECONDS -lt $deadline ] || { fail "$cluster: the open transaction does not show" && break; }
    sleep 0.2
  done
  kill -KILL $writer
  exec 6>&-
  wait $writer 2>/dev/null
}

fill() {
  local cluster=$1 codec codecs=(none gzip snappy) headers=()
  topics=(plain packed)
  since 0.10.0 "$cluster" && codecs+=(lz4)
  since 2.1 "$cluster" && codecs+=(zstd)
  since 0.11.0 "$cluster" && headers=(-H first=1 -H second=2)
  create "$cluster" plain 3
  lines 1 3000 plain | kcat_on "$cluster" -P -t plain -K: "${headers[@]}"
  create "$cluster" packed 1
  for codec in "${codecs[@]}"; do lines 1 700 "$codec" | kcat_on "$cluster" -P -t packed -K: -z "$codec"; done
  if since 0.10.0 "$cluster"; then
    topics+=(stamped)
    create "$cluster" stamped 2 message.timestamp.type=LogAppendTime
    for codec in none gzip; do lines 1 500 "$codec" | kcat_on "$cluster" -P -t stamped -K: -z "$codec"; done
  fi
  since 0.11.0 "$cluster" || return 0
  topics+=(transactions compacted)
  create "$cluster" compacted 1 cleanup.policy=compact segment.bytes=1048576 min.cleanable.dirty.ratio=0.01
  # Keys written once between keys written over and over: what compaction leaves is full of holes.
  awk 'BEGIN { for (i = 0; i < 60000; ++i) printf "%s:%0100d\n", i % 3 ? "often " i % 100 : "once " i, i }' |
    kcat_on "$cluster" -P -t compacted -p 0 -K:
  create "$cluster" transactions 1
  lines 1 20 committed | kcat_on "$cluster" -P -t transactions -p 0 -K: -X transactional.id=first 2>/dev/null
  leave_open "$cluster"
  for i in 1 2 3; do lines 1 5 "small $i" | kcat_on "$cluster" -P -t transactions -p 0 -K: -X transactional.id=open 2>/dev/null; done
}

await_compaction() {
  local deadline=$((SECONDS + 60))
  until [ "$(kcat_on "$1" -C -t compacted -o beginning -e -q | wc -l)" -lt 45000 ]; do
    [ $SECONDS -lt $deadline ] || { fail "$1: nothing was compacted" && return; }
    sleep 0.5
  done
}

# read_all CLUSTER TOPIC FORMAT
read_all() { kcat_on "$1" -C -t "$2" -o beginning -e -q -Z -f "$3" 2>/dev/null | sort -s -t '|' -k 1,1n; }
# Of a compacted topic the newest value of each key: the source may lose older ones meanwhile.
newest() { awk -F '|' '{ value[$3] = $0 } END { for (key in value) print value[key] }' | sort; }

compare() {
  local source=$1 target=$2 topic=$3 format='%p|%T|%k|%s|%h\n'
  # What neither side or only one has: times before 0.10, headers before 0.11.
  since 0.11.0 "$target" && since 0.11.0 "$source" || format='%p|%T|%k|%s\n'
  since 0.10.0 "$target" && since 0.10.0 "$source" || format='%p||%k|%s\n'
  read_all "$source" "$topic" "$format" >"$scratch/sent"
  read_all "$target" "$source.$topic" "$format" >"$scratch/arrived"
  if [ "$topic" = compacted ]; then
    for side in sent arrived; do newest <"$scratch/$side" >"$scratch/$side.newest" && mv "$scratch/$side.newest" "$scratch/$side"; done
  fi
  [ -s "$scratch/sent" ] || fail "$source: $topic is empty"
  cmp -s "$scratch/sent" "$scratch/arrived" ||
    fail "$source to $target: $topic differs: $(diff "$scratch/sent" "$scratch/arrived" | head -3)"
}

copy() {
  local source=${1%:*} target topic flags verified
  target=$(target_of "$1")
  mapfile -t topics <"$scratch/$source/topics"
  flags=(--from "$(bootstrap "$source")" --to "$(bootstrap "$target")" --rename "(.*)=$source.\$1")
  since 0.10.1 "$target" || for topic in "${topics[@]}"; do create "$target" "$source.$topic" "$([ "$topic" = plain ] && echo 3 || echo 2)"; done
  "$kt" mirror run "${topics[@]}" "${flags[@]}" --exit -o csv >"$scratch/run" || fail "$1: kt mirror run: $(cat "$scratch/run")"
  "$kt" mirror run "${topics[@]}" "${flags[@]}" --exit -o csv >"$scratch/run" || fail "$1: kt mirror run, again"
  [ "$(awk -F, 'NR > 1 { all += $8 } END { print all + 0 }' "$scratch/run")" = 0 ] || fail "$1: copied twice: $(cat "$scratch/run")"
  for topic in "${topics[@]}"; do compare "$source" "$target" "$topic"; done
  # Where a transaction ended last there is nothing left though the copy stands before its marker.
  "$kt" mirror status "${topics[@]}" "${flags[@]}" --max-lag 0 >"$scratch/status" || fail "$1: kt mirror status: $(cat "$scratch/status")"
  verified=("${topics[@]}")
  since 0.11.0 "$target" || mapfile -t verified < <(printf '%s\n' "${topics[@]}" | grep -v compacted)
  "$kt" mirror verify "${verified[@]}" "${flags[@]}" >"$scratch/verify" || fail "$1: kt mirror verify: $(cat "$scratch/verify")"
}

clusters=$(for pair in "${pairs[@]}"; do echo "${pair%:*}" && target_of "$pair"; done | sort -u)
for cluster in $clusters; do "$real/kafka.sh" start "${cluster%-target}" "$scratch/$cluster" >/dev/null & done
wait
for cluster in $clusters; do
  [ -s "$scratch/$cluster/bootstrap" ] || { echo "$cluster did not start" && exit 1; }
done
for source in $(printf '%s\n' "${pairs[@]%:*}" | sort -u); do
  {
    fill "$source"
    printf '%s\n' "${topics[@]}" >"$scratch/$source/topics"
    ! since 0.11.0 "$source" || await_compaction "$source"
  } &
done
wait
for pair in "${pairs[@]}"; do
  before=$(failures)
  copy "$pair"
  [ "$(failures)" != "$before" ] || echo "equal ${pair/:/ to }: ${topics[*]}"
done
echo "${#pairs[@]} pairs, $(failures) failures"
[ "$(failures)" = 0 ]

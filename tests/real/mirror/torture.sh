#!/bin/bash
# kt mirror between two real clusters while everything around it fails: kill -9 of kt and of either side's brokers,
# leaders that move, two mirrors at once, connections cut at random bytes, a slow wire. Every 25 rounds and at the end
# kcat, which knows nothing of kt, and kt mirror verify must find each record of the source in the target, once and in
# order, and no mirror may have given a partition up.
#
#   KT=build/cmd/kt tests/real/mirror/torture.sh [ROUNDS [SOURCE_RELEASE [TARGET_RELEASE]]]     100 rounds, 4.3.0
#
# KT_SEED repeats the choices of a run (not its timing). KT_KEEP=1 keeps the files.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
real=$here/..
kt=${KT:-$real/../../build/cmd/kt}
rounds=${1:-100} source_release=${2:-4.3.0} target_release=${3:-4.3.0}
seed=${KT_SEED:-$((RANDOM * 32768 + RANDOM))}
RANDOM=$seed
scratch=$(mktemp -d)
declare -A mirrors=()
writer= proxy=

cleanup() {
  stop_writer
  for name in "${!mirrors[@]}"; do end_mirror "$name"; done
  [ -z "$proxy" ] || kill "$proxy" 2>/dev/null
  for cluster in source target; do "$real/kafka.sh" stop "$scratch/$cluster" --keep 2>/dev/null; done
  [ -n "${KT_KEEP:-}" ] && echo "files are in $scratch" || rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

die() { echo "FAILED $*"; exit 1; }

# Half of them share the partitions out with others that do, and all meet on the same partitions.
start_mirror() {
  local share=()
  [ $((RANDOM % 2)) = 0 ] || share=(--share --session-timeout 6s)
  "$kt" mirror run torture holes "${share[@]}" --from "$source" --to "$target" "${maps[@]}" --refresh 5s --timeout 60s --memory 32MiB -v \
    >>"$scratch/mirror-$1.log" 2>&1 &
  mirrors[$1]=$!
}
end_mirror() {
  [ -n "${mirrors[$1]:-}" ] || return 0
  kill -KILL "${mirrors[$1]}" 2>/dev/null
  wait "${mirrors[$1]}" 2>/dev/null
  unset "mirrors[$1]"
}
# One that ended by itself, because a cluster was away for too long, begins again as a supervisor would have it.
tend_mirrors() {
  local name code
  for name in "${!mirrors[@]}"; do
    kill -0 "${mirrors[$name]}" 2>/dev/null && continue
    wait "${mirrors[$name]}"
    code=$?
    [ $code = 4 ] || die "mirror $name ended with $code: $(tail -3 "$scratch/mirror-$name.log")"
    start_mirror "$name"
  done
}

lines() { seq "$1" "$2" | sed 's/.*/key &:value &/'; }

# Batches of many sizes, packed ones that pass and small ones that are joined, and small transactions, one after the other
# until there is a file `stop`.
write() {
  local n=0 count packing
  while [ ! -e "$scratch/stop" ]; do
    count=$((RANDOM % 3000 + 1)) packing=(-z lz4)
    [ $((RANDOM % 2)) = 0 ] || packing=(-X batch.num.messages=10)
    lines $n $((n + count)) | kcat -P -b "$source" -t torture -K: "${packing[@]}" -X enable.idempotence=true
    lines $n $((n + RANDOM % 30)) | timeout 20 kcat -P -b "$source" -t holes -K: -X transactional.id=torture
    n=$((n + count + 1))
  done >>"$scratch/writer.log" 2>&1
}
stop_writer() {
  [ -n "$writer" ] || return 0
  touch "$scratch/stop"
  wait "$writer" 2>/dev/null
  writer=
}

kill_broker() {
  local cluster=$scratch/$1 id=$((RANDOM % 2 + 1))
  kill -KILL "$(cat "$cluster/broker-$id/pid")" 2>/dev/null
  sleep "0.$((RANDOM % 10))"
  tend_mirrors
  "$real/kafka.sh" start-broker "$cluster" "$id" || die "broker $id of the $1 does not start"
}

# The same replicas in another order, and the first of them elected.
move_leaders() {
  local cluster=$1 order=("[1,2]" "[2,1]") topic partition list=()
  for topic in torture holes; do
    for partition in 0 1 2; do
      list+=("{\"topic\":\"$topic\",\"partition\":$partition,\"replicas\":${order[RANDOM % 2]}}")
    done
  done
  (IFS=, && echo "{\"version\":1,\"partitions\":[${list[*]}]}") >"$scratch/order.json"
  "$kt" reassign execute "$scratch/order.json" -b "$cluster" --timeout 20s --overwrite >"$scratch/moves.log" 2>&1 &&
    "$kt" elect -b "$cluster" --timeout 20s >>"$scratch/moves.log" 2>&1
}

act() {
  case $1 in
    kill-kt) end_mirror one && sleep "0.$((RANDOM % 5))" && start_mirror one ;;
    two-mirrors) [ -n "${mirrors[two]:-}" ] || start_mirror two ;;
    one-mirror) end_mirror two ;;
    kill-source) kill_broker source ;;
    kill-target) kill_broker target ;;
    move-source-leaders) move_leaders "$source" ;;
    move-target-leaders) move_leaders "$target" ;;
    cut | slow) echo "$1" >"$scratch/mode" ;;
  esac
}

# read_all BOOTSTRAP TOPIC: in order, partition by partition.
read_all() { kcat -C -b "$1" -t "$2" -o beginning -e -q -f '%p|%T|%k|%s\n' | sort -s -t '|' -k 1,1n; }

check() {
  local topic
  ! grep -h '^kt: topic' "$scratch"/mirror-*.log || die "a mirror gave a partition up"
  echo none >"$scratch/mode"
  stop_writer
  for name in "${!mirrors[@]}"; do end_mirror "$name"; done
  "$kt" mirror run torture holes --from "$source" --to "$target" --exit --timeout 60s >"$scratch/last" 2>&1 || die "the last run: $(cat "$scratch/last")"
  for topic in torture holes; do
    read_all "$source" "$topic" >"$scratch/sent"
    read_all "$target" "$topic" >"$scratch/arrived"
    [ -s "$scratch/sent" ] || die "$topic is empty"
    cmp -s "$scratch/sent" "$scratch/arrived" ||
      die "$topic: $(wc -l <"$scratch/sent") records sent, $(wc -l <"$scratch/arrived") arrived: $(diff "$scratch/sent" "$scratch/arrived" | head -5)"
    echo "$topic: $(wc -l <"$scratch/sent") records, each once and in order"
  done
  "$kt" mirror verify torture holes --from "$source" --to "$target" >"$scratch/last" 2>&1 || die "kt mirror verify: $(cat "$scratch/last")"
}

echo "seed $seed"
"$real/kafka.sh" start "$source_release" "$scratch/source" 2 >/dev/null &
"$real/kafka.sh" start "$target_release" "$scratch/target" 2 >/dev/null &
wait
source=$(cat "$scratch/source/bootstrap") && target=$(cat "$scratch/target/bootstrap") || die "the clusters do not start"
echo none >"$scratch/mode"
# shellcheck disable=SC2046 # addresses are words
python3 "$here/cutting_proxy.py" "$scratch/mode" "$scratch/ports" $(echo "$source,$target" | tr , ' ') &
proxy=$!
until [ -s "$scratch/ports" ]; do kill -0 $proxy && sleep 0.1 || die "the proxy does not start"; done
maps=()
while read -r line; do maps+=(--map "$line"); done <"$scratch/ports"
for cluster in "$source" "$target"; do
  deadline=$((SECONDS + 30))
  until "$kt" topic create torture holes -p 3 -r 2 --if-not-exists -b "$cluster" -q >/dev/null 2>"$scratch/last"; do
    [ $SECONDS -lt $deadline ] && sleep 0.3 || die "topics are not created: $(cat "$scratch/last")"
  done
done
begin() {
  rm -f "$scratch/stop"
  write &
  writer=$!
  start_mirror one
}
begin
actions=(kill-kt kill-kt two-mirrors one-mirror kill-source kill-target move-source-leaders move-target-leaders
  move-target-leaders cut cut slow)
for round in $(seq "$rounds"); do
  tend_mirrors
  first=${actions[RANDOM % ${#actions[@]}]} second=${actions[RANDOM % ${#actions[@]}]}
  printf 'round %d: %s, %s\n' "$round" "$first" "$second"
  act "$first"
  sleep "0.$((RANDOM % 10))"
  act "$second"
  sleep 1
  [ $((RANDOM % 3)) != 0 ] || echo none >"$scratch/mode"
  [ $((round % 25)) != 0 ] || [ "$round" = "$rounds" ] || { check && begin; }
done
check
echo "$rounds rounds"

#!/bin/bash
# What faults leave behind, on a real cluster: kt is killed at random moments, its connection to ZooKeeper cut, the
# controller moved, a broker stopped half way, two of them started at once. Whatever happens, the same command run again
# completes what was begun, or names what stands in its way, and nothing of it is left at the end.
#
#   tests/real/faults.sh RELEASE [ROUNDS] [SEED]     KT is the executable
#
# Up to 2.3 moves and elections go through ZooKeeper, from 2.4 on by request. SEED repeats the moments of a run.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
release=$1 rounds=${2:-3} seed=${3:-$RANDOM}
kt=${KT:-$here/../../build/cmd/kt}
kt=$(realpath "$kt")
RANDOM=$seed
scratch=$(mktemp -d)
cluster=$scratch/cluster
proxy_pid=
cleanup() {
  [ -z "$proxy_pid" ] || kill -9 "$proxy_pid" 2>/dev/null
  "$here/kafka.sh" stop "$cluster" 2>/dev/null
  rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
  echo "faults.sh $release, seed $seed: $*"
  tail -n 15 "$scratch"/{first,second}.log 2>/dev/null
  exit 1
}

KT_BOOTSTRAP_SERVER=$("$here/kafka.sh" start "$release" "$cluster" 3) || exit 1
export KT_BOOTSTRAP_SERVER
by_zookeeper=
store=kafka
if [ -e "$cluster/zookeeper" ]; then
  KT_ZOOKEEPER=$(cat "$cluster/zookeeper")
  export KT_ZOOKEEPER
  store=zookeeper
  case $release in 0.* | 1.* | 2.[0-3].*) by_zookeeper=yes ;; esac
fi
cd "$scratch" || exit 1

# again COMMAND...: what was disturbed, run once more, must succeed; twice, where what it met first is still going on.
again() {
  local try
  for try in 1 2 3 4 5 6; do
    timeout -k 5 60 "$kt" "$@" >second.log 2>&1 && return 0
    sleep 0.5
  done
  fail "kt $* does not complete what was begun"
}

# start COMMAND...: in the background. It must end by itself: see reap.
start() { timeout -k 5 60 "$kt" "$@" >first.log 2>&1 & }

# How it ended: 0 to 4 are kt's own words, 137 is ours. Anything else is a crash, or a hang.
reap() {
  wait "$!"
  local status=$?
  case $status in [0-4] | 137) ;; *) fail "ended with $status" ;; esac
}

# measure COMMAND...: runs it; how many milliseconds it takes stands in `took`.
measure() {
  local began
  began=$(date +%s%3N)
  again "$@"
  took=$(($(date +%s%3N) - began + 1))
}

# A moment within N milliseconds, in seconds.
moment() {
  local ms=$(((RANDOM * 32768 + RANDOM) % $1))
  printf '%d.%03d' $((ms / 1000)) $((ms % 1000))
}

# killed_in N COMMAND...: kill -9 within the first N milliseconds, then again.
killed_in() {
  local pid window=$1
  shift
  "$kt" "$@" >first.log 2>&1 &
  pid=$!
  sleep "$(moment "$window")"
  kill -9 $pid 2>/dev/null
  wait $pid 2>/dev/null
  again "$@"
}

# A TCP proxy in front of ZooKeeper. kill -9 cuts every connection through it.
start_proxy() {
  rm -f proxy.port
  python3 - "${KT_ZOOKEEPER%%/*}" proxy.port <<'END' &
import os, socket, sys, threading
host, port = sys.argv[1].rsplit(":", 1)
server = socket.create_server(("127.0.0.1", 0))
with open(sys.argv[2] + ".new", "w") as file:
    file.write(str(server.getsockname()[1]))
os.rename(sys.argv[2] + ".new", sys.argv[2])
def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    for side in source, target:
        try:
            side.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
while True:
    client = server.accept()[0]
    upstream = socket.create_connection((host, int(port)))
    for pair in (client, upstream), (upstream, client):
        threading.Thread(target=copy, args=pair, daemon=True).start()
END
  proxy_pid=$!
  until [ -e proxy.port ]; do sleep 0.02; done
}

# cut_in N COMMAND...: the connection to ZooKeeper is cut within the first N milliseconds and does not come back; kt must say
# so in time. Then again, with ZooKeeper.
cut_in() {
  local window=$1 status
  shift
  start_proxy
  timeout -k 5 60 "$kt" "$@" -z "127.0.0.1:$(cat proxy.port)/${KT_ZOOKEEPER#*/}" --timeout 3s >first.log 2>&1 &
  local pid=$!
  sleep "$(moment "$window")"
  kill -9 $proxy_pid
  wait $proxy_pid 2>/dev/null
  proxy_pid=
  wait $pid
  status=$?
  case $status in 0 | 4) ;; 1) grep -qi zookeeper first.log || fail "exit 1 without a word on ZooKeeper" ;; *) fail "ended with $status" ;; esac
  again "$@"
}

plan() { # plan FILE TOPIC PARTITIONS REPLICAS: every partition on these brokers
  local p separator='{"version":1,"partitions":['
  for p in $(seq 0 $(($3 - 1))); do
    printf '%s{"topic":"%s","partition":%d,"replicas":[%s]}' "$separator" "$2" "$p" "$4"
    separator=,
  done >"$1"
  echo ']}' >>"$1"
}

# obey FILE: does what its warnings say. Of two who set the same rate the second finds it set, and puts it back.
obey() {
  local remedy
  sed -n 's/.*(kt \(config unset .*\))$/\1/p' "$1" >remedies
  while read -r remedy; do
    # shellcheck disable=SC2086 # words
    again $remedy
  done <remedies
}

# All of the topic is where the plan wants it, nothing moves, and no throttle is left. Brokers may tell a little late.
settled() {
  local left deadline=$((SECONDS + 20))
  while again reassign verify "$1" --rollback moves.back && left=$("$kt" reassign list -q -o tsv 2>list.log | sed 1d)$(grep -i throttle list.log); [ -n "$left" ]; do
    [ "${2:-}" != or-named ] || obey list.log
    [ $SECONDS -lt $deadline ] || fail "left behind: $left"
    sleep 0.2
  done
}

# --- What there is: a topic whose replicas move, one whose leaders move, a group of many partitions.
case $release in 0.8.*) throttle=() ;; *) throttle=(--throttle 1MB) ;; esac
"$kt" topic create fa-moves --replica-assignment 1:2,1:2,1:2,1:2 -q >/dev/null || fail "no topic"
"$kt" topic create fa-leaders --replica-assignment "$(printf '1:2,%.0s' $(seq 39))1:2" -q >/dev/null || fail "no topic"
"$kt" topic create fa-read -p 300 -r 1 -q >/dev/null || fail "no topic"
head -c 3000000 /dev/zero | tr '\0' x | fold -w 2000 | "$kt" produce fa-moves -q || fail "no records"
plan to-23.json fa-moves 4 2,3
plan to-12.json fa-moves 4 1,2
plan leaders-12.json fa-leaders 40 1,2
plan leaders-21.json fa-leaders 40 2,1
throttled=(--wait --additional -q "${throttle[@]}")
positions() { seq 0 299 | sed "s|.*|fa-group,fa-read,&,$1|" >"positions-$1.csv"; } # all at offset $1
at_position() {
  local seen
  seen=$("$kt" offsets export fa-group --store $store -o tsv | sed 1d | cut -f4 | sort | uniq -c | xargs)
  [ "$seen" = "300 $1" ] || fail "positions are not all $1, but (count, position): $seen"
}

started=$SECONDS
said() { echo "$1: $((SECONDS - started)) s" && started=$SECONDS; }

positions 99
measure offsets import positions-99.csv --store $store -q
import_ms=$took
for round in $(seq "$rounds"); do
  positions "$round"
  killed_in $import_ms offsets import "positions-$round.csv" --store $store -q
  at_position "$round"
  killed_in $import_ms offsets set fa-group --at earliest --store $store -q
  at_position 0
done
said "import and set killed"

# Leaders: the order of replicas is turned round, and an election moves them.
order=(12 21)
turn_leaders() { # turn_leaders ROUND: the other replica of each partition is the preferred one
  rm -f leaders.back
  killed_in $order_ms reassign execute "leaders-${order[$1 % 2]}.json" --rollback leaders.back --wait --additional -q
}
preferred_lead() { # brokers may tell a little late
  local off deadline=$((SECONDS + 20))
  while off=$("$kt" elect fa-leaders --dry-run -q -o csv | grep -c ",would"); [ "$off" != 0 ]; do
    [ $SECONDS -lt $deadline ] || fail "$off leaders are not the preferred ones"
    sleep 0.2
  done
}
measure reassign execute leaders-21.json --rollback leaders.back --wait --additional -q
order_ms=$took
measure elect fa-leaders --wait -q
elect_ms=$took
for round in $(seq "$rounds"); do
  turn_leaders "$((round + 1))"
  killed_in $elect_ms elect fa-leaders --wait -q
  preferred_lead
done
said "elect killed"

# Replicas are copied under a throttle that is set before, and cleared at the end by whoever comes to it.
targets=(12 23)
toward=0
turn() { # the file that moves everything to where it is not
  toward=$((1 - toward))
  target=to-${targets[toward]}.json
  rm -f moves.back
}
move() { echo reassign execute "$target" --rollback moves.back "${throttled[@]}"; }
turn
# shellcheck disable=SC2046 # words
measure $(move)
move_ms=$took
settled "$target"
for round in $(seq "$rounds"); do
  turn
  # shellcheck disable=SC2046
  killed_in $move_ms $(move)
  settled "$target"
done
said "execute killed"

if [ -n "$by_zookeeper" ]; then
  for round in $(seq "$rounds"); do
    positions $((100 + round))
    cut_in $import_ms offsets import "positions-$((100 + round)).csv" --store zookeeper -q
    at_position $((100 + round))
    cut_in $import_ms offsets set fa-group --at earliest --store zookeeper -q
    at_position 0
    turn_leaders "$round"
    cut_in $elect_ms elect fa-leaders --wait -q
    preferred_lead
    turn
    # shellcheck disable=SC2046
    cut_in $move_ms $(move)
    settled "$target"
  done
  said "ZooKeeper cut"
fi

# The controller goes in the middle of a move. With ZooKeeper its node is deleted and another broker takes over; the one
# controller of the KRaft cluster, and a broker that holds replicas with it, is ended and started again.
turn
# shellcheck disable=SC2046
start $(move)
sleep "$(moment $((move_ms / 2)))"
if [ -n "$by_zookeeper" ]; then
  "$here/kafka.sh" tool 0.8.2.2 org.apache.zookeeper.ZooKeeperMain -server "${KT_ZOOKEEPER%%/*}" \
    delete "/${KT_ZOOKEEPER#*/}/controller" >controller.log 2>&1 || fail "$(tail -3 controller.log)"
else
  "$here/kafka.sh" stop-broker "$cluster" 1 && "$here/kafka.sh" start-broker "$cluster" 1
fi
reap
# shellcheck disable=SC2046
again $(move)
settled "$target"
said "controller moved"

# A broker that the replicas go to, or come from, is stopped half way; kt says that nothing gets on, and goes on when it is back.
turn
# shellcheck disable=SC2046
start $(move) --timeout 4s
sleep "$(moment $((move_ms / 2)))"
"$here/kafka.sh" stop-broker "$cluster" 2
reap
"$here/kafka.sh" start-broker "$cluster" 2 || fail "broker 2 does not start again"
# shellcheck disable=SC2046
again $(move)
settled "$target"
said "broker stopped"

# Two at once on the same things: both end; once one of them is run again, all is as that one wants it.
positions 7
positions 8
for round in $(seq "$rounds"); do
  "$kt" offsets import positions-7.csv --store $store -q >second.log 2>&1 &
  start offsets import positions-8.csv --store $store -q
  reap
  wait
  again offsets import positions-7.csv --store $store -q
  at_position 7
  turn_leaders "$round"
  "$kt" elect fa-leaders --wait -q >second.log 2>&1 &
  start elect fa-leaders --wait -q
  reap
  wait
  again elect fa-leaders --wait -q
  preferred_lead
  turn
  cp "$target" "same-$target"
  rm -f same.back
  # shellcheck disable=SC2046
  "$kt" $(move) >second.log 2>&1 &
  start reassign execute "same-$target" --rollback same.back "${throttled[@]}"
  reap
  wait
  # shellcheck disable=SC2046
  again $(move)
  again reassign verify "same-$target" --rollback same.back
  settled "$target" or-named
  # And two that want the opposite: the later one is refused, or gives up, and what it has set is taken back by its verify.
  against=$target
  rm -f same.back
  turn
  # shellcheck disable=SC2046
  "$kt" $(move) >second.log 2>&1 &
  start reassign execute "$against" --rollback same.back "${throttled[@]}"
  reap
  wait
  # shellcheck disable=SC2046
  again $(move)
  [ ! -e same.back ] || "$kt" reassign verify "$against" --rollback same.back >second.log 2>&1
  settled "$target" or-named
done
said "two at once"
echo "nothing half done is left; seed $seed"

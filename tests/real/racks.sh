#!/bin/bash
# Racks and several log directories, which the clusters of the cases have not: topics and plans spread replicas over
# racks, and a replica goes to the directory that a plan names.
#
#   tests/real/racks.sh RELEASE     KT is the executable
#
# Brokers 1 and 2 are in rack a, broker 3 is alone in rack b and has two log directories.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

data=$cluster/broker-3/data other=$cluster/broker-3/other
start 3 1:broker.rack=a 2:broker.rack=a 3:broker.rack=b "3:log.dirs=$data,$other"
cd "$scratch" || exit 1

# partitions TOPIC: of how many a replica is on broker 3. holds FILE: of how many a plan puts one there.
partitions() { "$kt" topic describe "$1" -o jsonl | grep -o '"replicas":\[[0-9,]*\]' | grep -c '[[,]3[],]'; }
holds() { grep -o '"replicas":\[[0-9,]*\]' "$1" | grep -c '[[,]3[],]'; }
racks() { "$kt" broker list -o csv | tail -n +2 | cut -d, -f1,4; }
directory() { "$kt" broker log-dirs 3 --replicas -o csv | grep ",$1," | cut -d, -f2; }
is "1,a 2,a 3,b " racks

# By counts: each partition in both racks.
run topic create spread -p 6 -r 2
is "6 " partitions spread
run topic add-partitions spread -p 9
is "9 " partitions spread

# By hand in one rack: a plan takes one replica of each partition out of it, and no more.
run topic create close --replica-assignment 1:2,2:1
seq 1000 | "$kt" produce close --partition 0 -q || fail "nothing is written"
run reassign plan close --rack-aware --into racks.json
is "2 " holds racks.json
is "2 " grep -c '"replicas":\[[0-9],[0-9]\]' racks.json
grep -q 'REPLICAS TO COPY: 2' last.log || fail "more is moved than must be: $(cat last.log)"
run reassign execute racks.json --wait
run reassign verify racks.json
is "2 " partitions close

# Into a directory: on the broker where the replica is, then back together with a move of another one. The rollback file
# names the directories of before. Before 1.1 replicas cannot be sent to one.
case $release in 0.* | 1.0.*) exit 0 ;; esac
run topic create sent --replica-assignment 1:3
seq 1000 | "$kt" produce sent -q || fail "nothing is written"
from=$(directory sent) to=$other
[ "$from" = "$data" ] || to=$data
move() { printf '{"version":1,"partitions":[{"topic":"sent","partition":0,"replicas":%s,"log_dirs":%s}]}' "$1" "$2"; }
move '[1,3]' '["any","'"$to"'"]' >there.json
run reassign execute there.json --wait
run reassign verify there.json
is "$to " directory sent
[ -s "$to/sent-0/00000000000000000000.log" ] || fail "nothing is in $to: $(ls "$data" "$other")"
grep -q '"log_dirs":\["[^"]*","'"$from"'"\]' there.rollback.json || fail "the rollback: $(cat there.rollback.json)"
move '[2,3]' '["any","'"$from"'"]' >back.json
run reassign execute back.json --wait
run reassign verify back.json
is "$from " directory sent
is '"replicas":[2,3] ' sh -c "'$kt' topic describe sent -o jsonl | grep -o '\"replicas\":[^ ]*\]' | cut -d, -f1,2"

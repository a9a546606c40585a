#!/bin/bash
# What `make bench` runs: kt beside kcat and the Java tools of 4.3.0, on one real 4.3.0 broker and on the sandbox, in
# turns, as medians and ratios. A rival that is missing is a failure.
#
#   BUILD=build tests/bench/bench.sh [startup | topics | offsets | groups | consume | tls | formats | produce | log | migrate | jmx | sandbox | plan | mirror]...     all unless said;
#                                     mirror_plain | mirror_lz4 | mirror_small | mirror_latency | mirror_idle: one of mirror's
#
# KT_BENCH_MIB (1024) is the size of the stream, KT_BENCH_TOPICS (1000) the number of topics of three partitions.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
real=$here/../real
build=$(cd "${BUILD:-$here/../../build}" && pwd)
kt=$build/cmd/kt
mib=${KT_BENCH_MIB:-1024}
topics=${KT_BENCH_TOPICS:-1000}
scratch=$(mktemp -d)
trap 'for cluster in broker far jmx old tls; do "$real/kafka.sh" stop "$scratch/$cluster" 2>/dev/null; done; rm -rf "$scratch"' EXIT

# shellcheck source=tests/real/keys.sh
. "$real/keys.sh"
"$real/deps.sh"
jars=$("$real/install.sh" 4.3.0)
for rival in kcat java; do command -v $rival >/dev/null || { echo "bench.sh: $rival is missing" >&2; exit 1; }; done
java="java -XX:TieredStopAtLevel=1 -Xshare:auto -cp $real/conf/tools:$jars/libs/*"

printf '%-34s %-22s %10s %10s %9s %7s  %s\n' work program wall/ms cpu/ms peak/MiB ratio wanted

# row WORK WANTED NAME WALL CPU PEAK [RATIO]
row() { printf '%-34s %-22s %10.1f %10.1f %9.1f %7s  %s\n' "$1" "$3" "$4" "$5" "$(echo "$6" | awk '{print $1 / 1024}')" "${7:-}" "$2"; }

# compare WORK RUNS WANTED [--stdin FILE] NAME COMMAND...: the first is the one judged; ratios are to the second.
compare() {
  local work=$1 runs=$2 wanted=$3 input=() names=() commands=() n=0 base results wall cpu peak
  shift 3
  [ "$1" != --stdin ] || { input=(--stdin "$2") && shift 2; }
  while [ $# -gt 0 ]; do names+=("$1") commands+=("$2") && shift 2; done
  results=$("$build/tests/kt-measure" "$runs" "${input[@]}" "${commands[@]}" 2>"$scratch/errors") || { cat "$scratch/errors" >&2 && exit 1; }
  base=$(echo "$results" | sed -n 2p | cut -d ' ' -f 1)
  while read -r wall cpu peak; do
    row "$work" "$wanted" "${names[$n]}" "$wall" "$cpu" "$peak" "$(echo "$wall $base" | awk '{printf "%.2f", $1 / $2}')"
    work='' wanted='' n=$((n + 1))
  done <<<"$results"
}

broker() {
  [ ! -e "$scratch/broker" ] || return 0
  KT_KAFKA_JVM="-Xms1g -Xmx1g" "$real/kafka.sh" start 4.3.0 "$scratch/broker" 1 log.retention.hours=24 >/dev/null
  bootstrap=$(cat "$scratch/broker/bootstrap")
}

# fill BOOTSTRAP: the topic `stream`, of 1 KiB records.
fill() {
  [ -e "$scratch/stream" ] || base64 -w 1023 /dev/zero 2>/dev/null | head -c $((mib << 20)) >"$scratch/stream" || true
  "$kt" topic create stream -p 1 -b "$1" >/dev/null
  kcat -P -b "$1" -t stream -p 0 -l "$scratch/stream"
}

startup() {
  compare "start-up" 31 "<= 1.5, <= 12 MiB" kt "$kt --version" kcat "kcat -V"
  compare "" 3 "" kt "$kt --version" "Java tool" "$java org.apache.kafka.tools.TopicCommand --version"
  [ -x "$build-portable/kt" ] || { echo "bench.sh: $build-portable/kt is missing: make portable" >&2; exit 1; }
  compare "start-up, portable" 31 "<= 1, <= 12 MiB" kt "$build-portable/kt --version" kcat "kcat -V"
}

# One CreateTopics request each hundred: far quicker than one each topic.
many_topics() {
  broker
  [ ! -e "$scratch/topics" ] || return 0
  seq -f 'bench-%g' "$topics" >"$scratch/topics"
  xargs -n 100 "$kt" topic create -p 3 -b "$bootstrap" <"$scratch/topics" >/dev/null
}

topics() {
  many_topics
  compare "list $topics topics x 3" 15 "<= 1, <= 15 MiB" kt "$kt topic list -b $bootstrap" kcat "kcat -L -b $bootstrap"
  compare "describe $topics topics x 3" 15 "<= 1, <= 15 MiB" kt "$kt topic describe -b $bootstrap" kcat "kcat -L -b $bootstrap"
  compare "" 3 "" kt "$kt topic describe -b $bootstrap" "Java --describe" \
    "$java org.apache.kafka.tools.TopicCommand --bootstrap-server $bootstrap --describe"
}

offsets() {
  many_topics
  local query
  query=$(awk '{ for (p = 0; p < 3; ++p) printf " -t %s:%d:-1", $1, p }' "$scratch/topics")
  compare "end offsets of $((topics * 3)) partitions" 15 "<= 0.35" kt "$kt offsets get -b $bootstrap" kcat "kcat -Q -b $bootstrap$query"
  compare "" 3 "" kt "$kt offsets get -b $bootstrap" "Java GetOffsetShell" \
    "$java org.apache.kafka.tools.GetOffsetShell --bootstrap-server $bootstrap"
}

# Positions at the start of every partition: of the group `lag`, and of 200 groups more.
many_positions() {
  many_topics
  [ ! -e "$scratch/positions" ] || return 0
  awk '{ for (p = 0; p < 3; ++p) printf "%s,%d,0\n", $1, p }' "$scratch/topics" >"$scratch/positions"
  "$kt" offsets import "$scratch/positions" --group lag -b "$bootstrap" >/dev/null
  for group in $(seq 200); do sed "s/^/group-$group,/" "$scratch/positions"; done >"$scratch/all-positions"
  "$kt" offsets import "$scratch/all-positions" --timeout 5m -b "$bootstrap" >/dev/null
  # Something to be behind with, in a tenth of the partitions.
  head -n $((topics / 10)) "$scratch/topics" | while read -r topic; do seq 30 | "$kt" produce "$topic" -b "$bootstrap"; done
}

groups() {
  many_positions
  # A broker that has run a while: a new one takes twice as long until its JVM has compiled what is asked.
  for _ in $(seq 100); do "$kt" offsets check lag -b "$bootstrap" >/dev/null; done
  local java_groups="$java org.apache.kafka.tools.consumer.group.ConsumerGroupCommand --bootstrap-server $bootstrap"
  compare "lag of $((topics * 3)) partitions" 9 "<= 0.02" kt "$kt offsets check lag -b $bootstrap" \
    "Java --describe" "$java_groups --describe --group lag"
  compare "lag of 200 groups x $((topics * 3))" 1 "<= 0.02" kt "$kt offsets check -b $bootstrap -o tsv" \
    "Java --all-groups" "$java_groups --describe --all-groups"
  # To a file and from it to a group that is new each time.
  printf '%s\n' "$kt offsets export lag -b $bootstrap >$scratch/out.json" \
    "$kt offsets import $scratch/out.json --group kt-\$\$ -b $bootstrap" >"$scratch/move-kt"
  printf '%s\n' "$java_groups --group lag --all-topics --reset-offsets --to-current --export --dry-run >$scratch/out.csv" \
    "$java_groups --group java-\$\$ --reset-offsets --from-file $scratch/out.csv --execute" >"$scratch/move-java"
  compare "export, import $((topics * 3)) positions" 3 "<= 0.05" kt "sh $scratch/move-kt" Java "sh $scratch/move-java"
  groups_in_zookeeper
}

# The same where positions stand in ZooKeeper, beside the tools of 0.8.2. Of a fifth of the topics: its controller makes
# partitions one by one, and of one large topic in a time that grows with the square.
groups_in_zookeeper() {
  local zookeeper old few=$((topics / 5)) positions=$scratch/zk-positions
  KT_KAFKA_JVM="-Xms64m -Xmx1g -Dzookeeper.forceSync=no" "$real/kafka.sh" start 0.8.2.2 "$scratch/old" >/dev/null
  zookeeper=$(cat "$scratch/old/zookeeper")
  old="java -XX:TieredStopAtLevel=1 -Xshare:auto -cp $real/conf/tools:$("$real/install.sh" 0.8.2.2)/libs/* kafka.tools"
  head -n "$few" "$scratch/topics" | xargs -n 100 "$kt" topic create -p 3 -r 1 -z "$zookeeper" >/dev/null
  head -n "$few" "$scratch/topics" |
    awk '{ for (p = 0; p < 3; ++p) printf "/consumers/lag/offsets/%s/%d:0\n", $1, p }' >"$positions"
  printf '%s\n' "$kt offsets export lag --format zk -z $zookeeper >$positions.kt" \
    "$kt offsets import $positions.kt --store zookeeper -z $zookeeper" >"$scratch/move-kt"
  printf '%s\n' "$old.ExportZkOffsets --zkconnect $zookeeper --group lag --output-file $positions.java" \
    "$old.ImportZkOffsets --zkconnect $zookeeper --input-file $positions.java" >"$scratch/move-java"
  "$kt" offsets import "$positions" --store zookeeper -z "$zookeeper" >/dev/null
  # A server that has run a while, as above.
  for _ in $(seq 20); do sh "$scratch/move-kt" >/dev/null; done
  compare "$((few * 3)) of them in ZooKeeper" 3 "<= 0.05" kt "sh $scratch/move-kt" "Java ZkOffsets" "sh $scratch/move-java"
  "$real/kafka.sh" stop "$scratch/old"
}

consume() {
  broker
  fill "$bootstrap"
  compare "consume $mib MiB from 4.3.0, raw" 5 "wall <= 0.71, cpu <= 0.5" kt "$kt consume stream --start earliest --exit -b $bootstrap" \
    kcat "kcat -C -b $bootstrap -t stream -p 0 -o beginning -e -q"
  compare "" 1 "" kt "$kt consume stream --start earliest --exit -b $bootstrap" "Java consumer" \
    "$java org.apache.kafka.tools.consumer.ConsoleConsumer --bootstrap-server $bootstrap --topic stream --from-beginning --max-messages $((mib * 1024))"
}

# The same stream over TLS, with a client certificate from the same PEM files. The broker has compiled its ciphers before
# the clock starts. Then a command that asks each of 20 brokers, beside one that asks one.
tls() {
  local keys=$scratch/keys flags brokers wall cpu peak one one_cpu one_peak
  mkdir "$keys"
  (cd "$keys" && make_ca ca "Bench CA" && sign broker ca IP:127.0.0.1 && sign client ca)
  ports plain ssl controller
  KT_KAFKA_JVM="-Xms1g -Xmx1g" "$real/kafka.sh" start 4.3.0 "$scratch/tls" log.retention.hours=24 \
    "listeners=PLAINTEXT://127.0.0.1:$plain,SSL://127.0.0.1:$ssl,CONTROLLER://127.0.0.1:$controller" \
    "controller.quorum.voters=1@127.0.0.1:$controller" \
    listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL ssl.client.auth=required \
    ssl.keystore.type=PEM "ssl.keystore.location=$keys/broker.pem" \
    ssl.truststore.type=PEM "ssl.truststore.location=$keys/ca.pem" >/dev/null
  fill "127.0.0.1:$plain"
  flags="-b 127.0.0.1:$ssl -X security.protocol=ssl -X ssl.ca.location=$keys/ca.pem \
    -X ssl.certificate.location=$keys/client.crt -X ssl.key.location=$keys/client.key"
  for _ in 1 2 3; do kcat -C -t stream -p 0 -o beginning -e -q $flags >/dev/null; done
  compare "consume $mib MiB over TLS, raw" 5 "wall <= 0.83" kt "$kt consume stream --start earliest --exit $flags" \
    kcat "kcat -C -t stream -p 0 -o beginning -e -q $flags"
  "$real/kafka.sh" stop "$scratch/tls"

  for brokers in 20 1; do
    "$kt" sandbox --brokers $brokers --tls "$keys/sandbox" --topic each:$brokers -- \
      "$build/tests/kt-measure" 15 "$kt offsets get each" >"$scratch/of-$brokers"
  done
  read -r wall cpu peak <"$scratch/of-20"
  read -r one one_cpu one_peak <"$scratch/of-1"
  row "ask 20 brokers over TLS" "" "kt, at once" "$wall" "$cpu" "$peak" "$(echo "$wall $one" | awk '{printf "%.2f", $1 / $2 / 20}')"
  row "" "" "20 x one broker" "$(echo "$one" | awk '{print $1 * 20}')" "$(echo "$one_cpu" | awk '{print $1 * 20}')" "$one_peak"
}

# log_segment NAME LINE_BYTES FLAG...: a segment of lines that do not repeat; prints its path.
log_segment() {
  local segment=$scratch/log-$1/bench-0/00000000000000000000.log
  [ -e "$segment" ] || { base64 -w "$2" /dev/urandom || true; } 2>/dev/null | head -c $((mib << 20)) |
    if [ "$1" = lz4 ]; then sed 's/\(.\{340\}\).*/\1\1\1/'; else cat; fi |
    "$kt" sandbox --data-dir "$scratch/log-$1" --topic bench:1 --set log.segment.bytes=2147483647 -- \
      "$kt" produce bench -q "${@:3}" >/dev/null 2>&1
  echo "$segment"
}

# many_segments FILE: a log directory of ten partitions that have this segment, which lies on the disk once.
many_segments() {
  local partition
  for partition in $(seq 0 9); do
    mkdir -p "$scratch/many/bench-$partition"
    ln "$(dirname "$1")"/0* "$scratch/many/bench-$partition"
  done
}

# Segments in the page cache, beside DumpLogSegments with its JIT unbound; sizes are what its --deep-iteration prints.
log() {
  local large small packed dump=${java/-XX:TieredStopAtLevel=1 /}
  dump+=" org.apache.kafka.tools.DumpLogSegments --files"
  large=$(log_segment 1k 1023)
  small=$(log_segment 200b 199)
  packed=$(log_segment lz4 1023 -X compression.type=lz4)
  compare "log dump, $mib MiB, batches" 5 "<= 0.17, <= 64 MiB" kt "$kt log dump $large --batches" "Java" "$dump $large"
  compare "deep, 1 KiB" 3 "<= 0.125" kt "$kt log dump $large --sizes" "Java" "$dump $large --deep-iteration"
  compare "deep, 200 B" 3 "<= 0.1" kt "$kt log dump $small --sizes" "Java" "$dump $small --deep-iteration"
  compare "keys and values, 1 KiB" 3 "<= 0.125" kt "$kt log dump $large -o jsonl" "Java" "$dump $large --print-data-log"
  compare "keys and values, 200 B" 3 "<= 0.1" kt "$kt log dump $small -o jsonl" "Java" "$dump $small --print-data-log"
  compare "deep, lz4" 3 "<= 0.17" kt "$kt log dump $packed --sizes" "Java" "$dump $packed --deep-iteration"
  many_segments "$large"
  compare "$((mib * 10)) MiB, checked and summed up" 1 "<= 64 MiB" "kt log check" "$kt log check $scratch/many" \
    "kt log dump --stats" "$kt log dump $scratch/many --stats"
  compare "log check, 200 B" 3 "" kt "$kt log check $small" "Java, deep" "$dump $small --deep-iteration"
}

# lines BYTES MIB: so many lines of that length that do not compress, with the line feed.
lines() { base64 -w $(($1 - 1)) /dev/urandom 2>/dev/null | head -c $(($2 << 20)) || true; }

# Lines as applications log them, about half a KiB each, which compress.
log_lines() {
  awk -v most=$((mib << 20)) 'BEGIN {
    srand(1)
    for (i = 0; i < 2000; ++i) word[i] = sprintf("%x", rand() * 268435456)
    while (bytes < most) {
      line = "{\"id\":" ++id ",\"text\":\""
      for (i = 0; i < 60; ++i) line = line word[int(rand() * 2000)] " "
      print line "\"}"
      bytes += length(line) + 3
    }
  }'
}

# stream NAME CODEC: a topic of the lines on standard input, written by kcat.
stream() {
  cat >"$scratch/lines"
  "$kt" topic create "$1" -p 1 -b "$bootstrap" >/dev/null
  kcat -P -b "$bootstrap" -t "$1" -p 0 -z "$2" -l "$scratch/lines"
  rm "$scratch/lines"
}

# beside_kcat WORK WANTED TOPIC KT-FLAGS KCAT-FLAGS
beside_kcat() {
  compare "$1" 5 "$2" kt "$kt consume $3 --start earliest --exit -b $bootstrap $4" \
    kcat "kcat -C -b $bootstrap -t $3 -p 0 -o beginning -e -q $5"
}

# JSON from a quarter: kcat takes its time, and the ratio is the same.
formats() {
  broker
  lines 1024 $((mib / 4)) | stream kib none
  lines 200 $((mib / 4)) | stream short-quarter none
  lines 200 "$mib" | stream short none
  log_lines | stream packed-lz4 lz4
  log_lines | stream packed-zstd zstd
  beside_kcat "consume $mib MiB, 200 B records, raw" "wall <= 0.4" short "" ""
  beside_kcat "consume $((mib / 4)) MiB, JSON, 1 KiB" "wall <= 0.17" kib "-o jsonl" -J
  beside_kcat "consume $((mib / 4)) MiB, JSON, 200 B" "wall <= 0.1" short-quarter "-o jsonl" -J
  beside_kcat "consume $mib MiB, lz4" "wall <= 0.71" packed-lz4 "" ""
  beside_kcat "consume $mib MiB, zstd" "wall <= 0.56" packed-zstd "" ""
}

# A broker that has just started is slow, whoever writes to it: it has taken 6 GiB from each when the clock starts.
produce() {
  broker
  local size
  "$kt" topic create written -p 1 -b "$bootstrap" --set retention.bytes=1073741824 >/dev/null
  for size in 1024 100; do
    lines $size $((mib / 4)) >"$scratch/lines"
    for _ in $(seq 12); do
      kcat -P -b "$bootstrap" -t written -p 0 <"$scratch/lines"
      "$kt" produce written -q -b "$bootstrap" <"$scratch/lines"
    done
    compare "produce $((mib / 4)) MiB, $size B lines, acks=all" 5 \
      "$([ $size = 1024 ] && echo "wall <= 0.83, cpu <= 0.4" || echo "wall <= 0.5, cpu <= 0.2")" --stdin "$scratch/lines" \
      kt "$kt produce written -b $bootstrap" kcat "kcat -P -b $bootstrap -t written -p 0"
  done
}

# Files of 0.7 into a sandbox of its own each time, beside reading them: segments of a real 0.7.0 broker, again and again.
migrate() {
  local data=$scratch/kafka07/mix-0 segments=("$here"/../data/kafka07/mix-1/*.kafka)
  mkdir -p "$data"
  cat "${segments[@]}" >"$scratch/segments"
  for _ in $(seq $((mib * 1024 / 4 / 259))); do cat "$scratch/segments"; done >"$data/00000000000000000000.kafka"
  compare "$((mib / 4)) MiB of 0.7 files, 221 B messages" 3 "" "into a sandbox" "$kt sandbox -- $kt migrate run --from $data -q" \
    cat "cat $data/00000000000000000000.kafka"
}

# The sandbox runs around its own part of this script, which leaves its address and waits.
sandbox() {
  local embedded pid peak
  broker
  [ -e "$scratch/stream" ] || fill "$bootstrap"
  mkfifo "$scratch/hold"
  "$kt" sandbox --data-dir "$scratch/sandbox" --ready-file "$scratch/ready" >"$scratch/sandbox.log" 2>&1 <"$scratch/hold" &
  pid=$!
  exec 4>"$scratch/hold"
  until [ -s "$scratch/ready" ]; do kill -0 $pid && sleep 0.05; done
  embedded=$(cat "$scratch/ready")
  fill "$embedded"
  compare "kcat consumes $mib MiB from" 5 "<= 1" sandbox "kcat -C -b $embedded -t stream -p 0 -o beginning -e -q" \
    "Kafka 4.3.0" "kcat -C -b $bootstrap -t stream -p 0 -o beginning -e -q"
  head -c $((mib << 18)) "$scratch/stream" >"$scratch/quarter"
  compare "kcat produces $((mib / 4)) MiB to" 5 "<= 1" --stdin "$scratch/quarter" sandbox "kcat -P -b $embedded -t produced -p 0" \
    "Kafka 4.3.0" "kcat -P -b $bootstrap -t produced -p 0"
  peak=$(awk '/VmHWM/ { print $2 }' "/proc/$pid/status")
  row "resident, all of this done" "<= 64 MiB" sandbox 0 0 "$peak"
  kill $pid
  wait $pid 2>/dev/null || true
  exec 4>&-
}

# One attribute, and all that a broker has, beside JmxTool. Some attributes throw: then kt ends with 1.
jmx() {
  local address one tool
  KT_KAFKA_JMX=" " "$real/kafka.sh" start 4.3.0 "$scratch/jmx" >/dev/null
  address=127.0.0.1:$(cat "$scratch/jmx/broker-1/jmx-port")
  one=kafka.server:type=ReplicaManager,name=LeaderCount
  tool="$java org.apache.kafka.tools.JmxTool --one-time --jmx-url service:jmx:rmi:///jndi/rmi://$address/jmxrmi"
  # A JVM that has run a while, as above.
  for _ in $(seq 50); do "$kt" jmx get $one Value --jmx "$address" >/dev/null; done
  compare "jmx get, one attribute" 5 "<= 0.025" kt "$kt jmx get $one Value --jmx $address" "Java JmxTool" \
    "$tool --object-name $one --attributes Value"
  echo "$kt jmx get '*:*' -o csv --jmx $address 2>/dev/null || [ \$? = 1 ]" >"$scratch/jmx-all"
  compare "jmx get, all MBeans of a broker" 5 "< 1000 ms" kt "sh $scratch/jmx-all" "Java JmxTool" "$tool"
  "$real/kafka.sh" stop "$scratch/jmx"
}

# 50 clusters of 200 brokers and 200,000 replicas, held to their bar.
plan() {
  cmake --build "$build" --target plan-bench >/dev/null
  "$build/tests/plan-bench"
}

. "$here/mirror.sh"

for part in ${*:-startup topics offsets groups consume tls formats produce log migrate jmx sandbox plan mirror}; do $part; done

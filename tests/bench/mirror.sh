# The part `mirror` of bench.sh: copies between two local brokers of 4.3.0 by kt, MirrorMaker 2 (4.3.0), MirrorMaker 1
# (3.9.1, the last with one) and kcat | kcat, which loses keys, headers and times. Mirrors do not end: each is watched until
# all has arrived, and then ended. Rates are from the first sight of a record in the target, start-up stands beside them.

far_broker() {
  broker
  [ ! -e "$scratch/far" ] || return 0
  KT_KAFKA_JVM="-Xms1g -Xmx1g" "$real/kafka.sh" start 4.3.0 "$scratch/far" 1 log.retention.hours=24 >/dev/null
  far=$(cat "$scratch/far/bootstrap")
  old_jars=$("$real/install.sh" 3.9.1)
}

now_ms() { date +%s%3N; }
arrived() { { "$kt" offsets get "$1" -b "$far" -o csv 2>/dev/null || true; } | awk -F, 'NR > 1 { n += $3 } END { print n + 0 }'; }
# family PID: it and its children.
family() { echo "$1" && { ps -o pid= --ppid "$1" || true; }; }
# cpu_ms PID, peak_kib PID: of the whole family; of those that ended, the time only.
cpu_ms() { family "$1" | while read -r pid; do cat "/proc/$pid/stat" 2>/dev/null || true; done | awk '{ n += $14 + $15 + $16 + $17 } END { print n * 10 }'; }
peak_kib() { family "$1" | while read -r pid; do grep VmHWM "/proc/$pid/status" 2>/dev/null || true; done | awk '{ n += $2 } END { print n }'; }
end_family() { family "$1" | xargs -r kill 2>/dev/null; wait "$1" 2>/dev/null || true; }

# watch_copy NAME TARGET-TOPIC COUNT BYTES COMMAND...: leaves NAME's rate (MB/s), CPU (s/GB), peak (MiB) and start-up (s).
watch_copy() {
  local name=$1 topic=$2 all=$3 bytes=$4 began first= seen_first=0 seen=0 pid peak=0 deadline=$((SECONDS + 600))
  shift 4
  began=$(now_ms)
  "$@" >"$scratch/copy.log" 2>&1 &
  pid=$!
  while [ "$seen" -lt "$all" ]; do
    seen=$(arrived "$topic")
    [ "$seen" = 0 ] || [ -n "$first" ] || { first=$(now_ms) && seen_first=$seen; }
    # The programs of the pipe end.
    [ "$name" != pipe ] || peak=$(peak_kib $pid | awk -v most="$peak" '{ print ($1 > most ? $1 : most) }')
    { kill -0 $pid 2>/dev/null && [ $SECONDS -lt $deadline ]; } || { tail -5 "$scratch/copy.log" >&2 && echo "bench.sh: $name copied $seen of $all" >&2 && exit 1; }
    sleep 0.02
  done
  awk -v began="$began" -v first="$first" -v ended="$(now_ms)" -v seen="$seen_first" -v all="$all" -v bytes="$bytes" \
    -v cpu="$(cpu_ms $pid)" -v now="$(peak_kib $pid)" -v peak="$peak" 'BEGIN {
      if (now > peak) peak = now
      time = seen < all / 2 ? (ended - first) * all / (all - seen) : ended - began
      printf "%.1f %.2f %.0f %.2f\n", bytes / 1e3 / time, cpu / 1e3 / (bytes / 1e9), peak / 1024, (first - began) / 1e3
    }' >"$scratch/copied-$name"
  end_family $pid
}

# The rivals and kt as commands; each copies the topic $1 and is told what its copy is called.
by_kt() { watch_copy kt "kt-$run-$1" "$2" "$3" "$kt" mirror run "$1" --from "$bootstrap" --to "$far" --rename "(.*)=kt-$run-\$1" -q; }
by_pipe() {
  "$kt" topic create "pipe-$run-$1" -p "$4" -b "$far" -q >/dev/null
  watch_copy pipe "pipe-$run-$1" "$2" "$3" sh -c "kcat -C -b $bootstrap -t $1 -o beginning -e -q | kcat -P -b $far -t pipe-$run-$1 -z ${5:-none}; sleep 600"
}
by_mm1() {
  "$kt" topic create "$1" -p "$4" -b "$far" --if-not-exists -q >/dev/null
  printf '%s\n' "bootstrap.servers=$bootstrap" "group.id=mm1-$run" auto.offset.reset=earliest >"$scratch/mm1.in"
  printf '%s\n' "bootstrap.servers=$far" "compression.type=${5:-none}" >"$scratch/mm1.out"
  watch_copy mm1 "$1" "$2" "$3" java -cp "$real/conf/tools:$old_jars/libs/*" kafka.tools.MirrorMaker \
    --consumer.config "$scratch/mm1.in" --producer.config "$scratch/mm1.out" --whitelist "$1"
}
by_mm2() {
  printf '%s\n' "clusters=s$run,far" "s$run.bootstrap.servers=$bootstrap" "far.bootstrap.servers=$far" "s$run->far.enabled=true" \
    "s$run->far.topics=$1" "far->s$run.enabled=false" emit.heartbeats.enabled=false emit.checkpoints.enabled=false \
    refresh.topics.interval.seconds=5 replication.factor=1 offset-syncs.topic.replication.factor=1 \
    offset.storage.replication.factor=1 status.storage.replication.factor=1 config.storage.replication.factor=1 \
    "far.producer.compression.type=${5:-none}" >"$scratch/mm2"
  watch_copy mm2 "s$run.$1" "$2" "$3" java -cp "$real/conf/tools:$jars/libs/*" org.apache.kafka.connect.mirror.MirrorMaker "$scratch/mm2"
}

# versus WANTED RIVAL: kt's figures and the rival's, with ratios.
versus() {
  awk -v wanted="$1" -v name="$2" '
    NR == 1 { rate = $1; cpu = $2; next }
    { printf "%-34s %-22s %7.1f MB/s %8.2f s/GB %6.0f MiB %6.2f s to start   kt: x %.1f, cpu 1/%.1f  %s\n",
        "", name, $1, $2, $3, $4, rate / $1, $2 / (cpu > 0 ? cpu : 0.01), wanted }' "$scratch/copied-kt" "$scratch/copied-$3"
}
of_kt() { awk -v work="$1" -v wanted="$2" '{ printf "%-34s %-22s %7.1f MB/s %8.2f s/GB %6.0f MiB %6.2f s to start   %s\n", work, "kt", $1, $2, $3, $4, wanted }' "$scratch/copied-kt"; }

# copies WORK TOPIC COUNT BYTES PARTITIONS CODEC WANTED-OF-MM2 WANTED-OF-PIPE
copies() {
  # Brokers that have just started are slow, whoever writes to them first.
  if [ -z "${run:-}" ]; then
    run=0
    by_kt "$2" "$3" "$4"
    by_pipe "$2" "$3" "$4" "$5" "$6"
  fi
  run=$((run + 1))
  by_kt "$2" "$3" "$4"
  of_kt "$1" "<= 128 MiB, <= 1 s"
  by_mm2 "$2" "$3" "$4" "$5" "$6"
  versus "$7" "MirrorMaker 2" mm2
  by_mm1 "$2" "$3" "$4" "$5" "$6"
  versus "" "MirrorMaker 1" mm1
  by_pipe "$2" "$3" "$4" "$5" "$6"
  versus "$8" "kcat | kcat" pipe
}

# steady TOPIC: 1,000 records a second for 20 s, ten at a time.
steady() {
  for _ in $(seq 2000); do
    printf 'record\n%.0s' 0 1 2 3 4 5 6 7 8 9
    read -rt 0.0093 <>"$scratch/never" || true
  done | kcat -P -b "$bootstrap" -t "$1" -p 0 -X linger.ms=1
}

# Append times on either side: both topics have the brokers' own.
latency_of() {
  local name=$1 topic=$2
  paste <(kcat -C -b "$bootstrap" -t steady -o beginning -e -q -f '%T\n') <(kcat -C -b "$far" -t "$topic" -o beginning -e -q -f '%T\n') |
    tail -n +2001 | awk '{ print $2 - $1 }' | sort -n |
    awk -v name="$name" '{ all[NR] = $1 } END { printf "%-34s %-22s median %d ms, 99th %d ms, of %d records\n",
      name == "kt" ? "latency at 1,000 records/s" : "", name, all[int((NR + 1) / 2)], all[int(NR * 0.99)], NR }'
}

# Both mirrors at once, of the same records.
latency() {
  local pids topic
  mkfifo "$scratch/never"
  "$kt" topic create steady -p 1 -s message.timestamp.type=LogAppendTime -b "$bootstrap" -q >/dev/null
  for topic in kt.steady mm.steady; do "$kt" topic create $topic -p 1 -s message.timestamp.type=LogAppendTime -b "$far" -q >/dev/null; done
  "$kt" mirror run steady --from "$bootstrap" --to "$far" --rename '(.*)=kt.$1' -q >/dev/null 2>&1 &
  pids=$!
  printf '%s\n' clusters=mm,far "mm.bootstrap.servers=$bootstrap" "far.bootstrap.servers=$far" 'mm->far.enabled=true' 'mm->far.topics=steady' \
    'far->mm.enabled=false' emit.heartbeats.enabled=false emit.checkpoints.enabled=false sync.topic.configs.enabled=false replication.factor=1 \
    offset-syncs.topic.replication.factor=1 offset.storage.replication.factor=1 status.storage.replication.factor=1 \
    config.storage.replication.factor=1 >"$scratch/mm2"
  java -cp "$real/conf/tools:$jars/libs/*" org.apache.kafka.connect.mirror.MirrorMaker "$scratch/mm2" >"$scratch/copy.log" 2>&1 &
  pids+=" $!"
  echo first | kcat -P -b "$bootstrap" -t steady -p 0
  until [ "$(arrived mm.steady)" -gt 0 ]; do sleep 0.2; done
  steady steady
  for topic in kt.steady mm.steady; do until [ "$(arrived $topic)" -ge 20001 ]; do sleep 0.2; done; done
  latency_of kt kt.steady
  latency_of "MirrorMaker 2" mm.steady
  for pid in $pids; do end_family "$pid"; done
}

# What kt sends, in segments with data, on all its connections.
sent() { ss -tinpH 2>/dev/null | grep -A1 "pid=$1," | grep -o 'data_segs_out:[0-9]*' | awk -F: '{ n += $2 } END { print n + 0 }'; }

still_runs() { kill -0 "$1" 2>/dev/null || { grep ^kt: "$scratch/copy.log" >&2 && exit 1; }; }

idle() {
  local pid before cpu
  "$kt" topic create idle -p 5000 -b "$bootstrap" --timeout 3m -q >/dev/null
  "$kt" mirror run idle --from "$bootstrap" --to "$far" --rename '(.*)=kt.$1' -q >"$scratch/copy.log" 2>&1 &
  pid=$!
  until [ "$("$kt" topic describe kt.idle -b "$far" -o csv 2>/dev/null | wc -l)" -gt 5000 ]; do still_runs $pid && sleep 0.5; done
  seq 50000 | kcat -P -b "$bootstrap" -t idle
  until [ "$(arrived kt.idle)" -ge 50000 ]; do still_runs $pid && sleep 0.5; done
  sleep 5
  before=$(sent $pid) cpu=$(cpu_ms $pid)
  sleep 30
  awk -v sent="$(($(sent $pid) - before))" -v cpu="$(($(cpu_ms $pid) - cpu))" -v peak="$(peak_kib $pid)" 'BEGIN {
    printf "%-34s %-22s cpu %.1f%% of a core, peak %.0f MiB, %.1f requests/s to both brokers  a few per broker\n", "5,000 partitions, idle", "kt", cpu / 300, peak / 1024, sent / 30 }'
  end_family $pid
}

mirror_plain() {
  far_broker
  lines 1024 "$mib" | stream mirrored none
  copies "mirror $mib MiB, 1 KiB" mirrored $((mib * 1024)) $((mib << 20)) 1 none "x 8, cpu 1/25" "x 2, cpu 1/4"
}

mirror_lz4() {
  far_broker
  lines 1024 "$mib" | sed 's/\(.\{340\}\).*/\1\1\1abc/' | stream mirrored-lz4 lz4
  copies "mirror $mib MiB, 1 KiB, lz4" mirrored-lz4 $((mib * 1024)) $((mib << 20)) 1 lz4 "x 10, cpu 1/40" ""
}

mirror_small() {
  local codec
  far_broker
  for codec in none lz4; do
    "$kt" topic create "small-$codec" -p 64 -b "$bootstrap" -q >/dev/null
    seq -f "%.0f:$(printf '%0200d' 0)" $((mib * 1000)) | kcat -P -b "$bootstrap" -t "small-$codec" -K: -z $codec -X batch.num.messages=10 -X linger.ms=5
    copies "mirror 64 partitions, of 10, $codec" "small-$codec" $((mib * 1000)) $((mib * 207000)) 64 $codec "x 5" ""
  done
}

mirror_latency() {
  far_broker
  latency
}

mirror_idle() {
  far_broker
  idle
}

mirror() { for part in plain lz4 small latency idle; do "mirror_$part"; done; }

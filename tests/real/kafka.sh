#!/bin/bash
# Real Kafka clusters on 127.0.0.1, for tests and for trying things out.
#
#   kafka.sh start RELEASE DIR [BROKERS] [KEY=VALUE...]   start a cluster that lives in DIR, print its bootstrap list
#                                                         (ID:KEY=VALUE: a setting of that broker alone)
#   kafka.sh stop DIR                                     kill it and remove DIR (--keep as last word: keep the files)
#   kafka.sh stop-broker DIR ID                           end one broker in good order; start-broker DIR ID: again
#   kafka.sh run RELEASE [BROKERS] -- COMMAND...          run a command with KT_BOOTSTRAP_SERVER (and KT_ZOOKEEPER) set
#   kafka.sh authorizer RELEASE                           the settings of an authorizer that leaves open what no rule is about
#   kafka.sh tool RELEASE CLASS [ARGUMENT...]             run the main of one of that release's Java tools
#   kafka.sh tool-runner RELEASE                          run many in one JVM (java/ToolRunner.java); prints its port
#
# DIR: release, bootstrap, zookeeper (address with chroot; not under KRaft), broker-N/{server.properties,data,log,pid}.
# Up to 3.9 a cluster has a ZooKeeper server of its own (3.4.6, of 0.8.2.2) and lies under /kafka; 0.8.0, which creates no
# chroot, at the root. 4.x is KRaft, broker 1 being the controller. KT_KAFKA_JVM replaces the JVM's flags, KT_KAFKA_JAVA the
# JVM. With KT_KAFKA_JMX brokers have JMX on the port in broker-N/jmx-port; its words are further flags. With
# KT_KAFKA_TOKENS they hand out delegation tokens (from 1.1 on) to users of SASL: alice by PLAIN, at DIR/broker-N/sasl.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
jvm=${KT_KAFKA_JVM:--Xms64m -Xmx400m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto}
start_limit_s=90

die() { echo "kafka.sh: $*" >&2; exit 1; }

# java_for RELEASE CONF: the words that start that release's JVM, in the array `java`.
java_for() {
  local home
  home=$("$here/install.sh" "$1")
  # shellcheck disable=SC2206 # flags are words
  java=("${KT_KAFKA_JAVA:-java}" $jvm -cp "$here/conf/$2:$home/libs/*")
}

# A port that nobody has, from below the range of outgoing connections.
free_port() {
  local port
  while port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000)); do
    grep -qi "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$port") " /proc/net/tcp /proc/net/tcp6 2>/dev/null || break
  done
  echo "$port"
}

# launch NAME COMMAND...: in the background, detached from us, its output in NAME/log and its pid in NAME/pid.
launch() {
  local name=$1
  shift
  : >>"$name/log"
  # Nothing else stays open: a caller may wait for the end of a pipe of its own.
  (for fd in /proc/self/fd/*; do [ "${fd##*/}" -le 2 ] || eval "exec ${fd##*/}>&-"; done 2>/dev/null
   exec setsid "$@" >>"$name/log" 2>&1 </dev/null) &
  echo $! >"$name/pid"
}

# A process that ended but that nobody has waited for yet is not alive.
alive() { grep -qs '^State:.[^Z]' "/proc/$(cat "$1/pid")/status"; }

# await NAME PATTERN COUNT: until the log has that many lines that match; fails when the process ends first.
await() {
  local deadline=$((SECONDS + start_limit_s))
  until [ "$(grep -cE "$2" "$1/log")" -ge "$3" ]; do
    if ! alive "$1" || [ $SECONDS -ge $deadline ]; then
      tail -20 "$1/log" >&2
      echo "kafka.sh: $1 did not start" >&2
      return 1
    fi
    sleep 0.1
  done
}

start_zookeeper() {
  local dir=$1 port chroot=/kafka
  port=$(free_port)
  [ "$release" != 0.8.0 ] || chroot=/
  mkdir -p "$dir/zookeeper-server/data"
  printf '%s\n' "dataDir=$dir/zookeeper-server/data" "clientPort=$port" clientPortAddress=127.0.0.1 \
    maxClientCnxns=0 tickTime=1000 >"$dir/zookeeper-server/zk.properties"
  java_for 0.8.2.2 server
  launch "$dir/zookeeper-server" "${java[@]}" -Dlog4j.logger.org.apache.zookeeper=INFO \
    org.apache.zookeeper.server.quorum.QuorumPeerMain "$dir/zookeeper-server/zk.properties"
  local deadline=$((SECONDS + start_limit_s))
  until (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    alive "$dir/zookeeper-server" && [ $SECONDS -lt $deadline ] || die "ZooKeeper did not start: $(tail -5 "$dir/zookeeper-server/log")"
    sleep 0.1
  done
  echo "127.0.0.1:$port$chroot" >"$dir/zookeeper"
}

# The settings of a broker that hands out tokens, but for its listener.
token_settings() {
  local user=org.apache.kafka.common.security.plain.PlainLoginModule key=secret
  case $release in [1-3].*) key=master ;; esac
  printf '%s\n' "delegation.token.$key.key=of-the-tests" sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256 \
    "listener.name.sasl_plaintext.plain.sasl.jaas.config=$user required user_alice=\"alice-secret\";" \
    "listener.name.sasl_plaintext.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;"
}

# The settings of broker ID at PORT: what all releases share, then what only some know.
settings() {
  local dir=$1 id=$2 port=$3 brokers=$4 replication=$4 listeners=PLAINTEXT://127.0.0.1:$3
  [ "$replication" -le 3 ] || replication=3
  printf '%s\n' "log.dirs=$dir/broker-$id/data" offsets.topic.num.partitions=4 \
    "offsets.topic.replication.factor=$replication" delete.topic.enable=true num.io.threads=4 num.network.threads=2 \
    log.retention.check.interval.ms=1000 \
    log.cleaner.enable=true log.cleaner.dedupe.buffer.size=8388608
  case ${KT_KAFKA_TOKENS:+$release} in
    "" | 0.*) ;;
    *)
      echo "127.0.0.1:$(free_port)" >"$dir/broker-$id/sasl"
      listeners+=,SASL_PLAINTEXT://$(cat "$dir/broker-$id/sasl")
      token_settings
      ;;
  esac
  case $release in
    0.8.*) printf '%s\n' "port=$port" host.name=127.0.0.1 advertised.host.name=127.0.0.1 ;;
    4.*) ;;
    *) echo "listeners=$listeners" ;;
  esac
  case $release in
    0.8.* | 0.9.* | 0.10.*) ;;
    *) printf '%s\n' transaction.state.log.num.partitions=4 "transaction.state.log.replication.factor=$replication" \
      transaction.state.log.min.isr=1 group.initial.rebalance.delay.ms=0 log.cleaner.backoff.ms=1000 ;;
  esac
  case $release in
    4.*)
      printf '%s\n' "node.id=$id" "controller.quorum.voters=1@127.0.0.1:$controller_port" \
        controller.listener.names=CONTROLLER inter.broker.listener.name=PLAINTEXT \
        listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT \
        share.coordinator.state.topic.num.partitions=4 "share.coordinator.state.topic.replication.factor=$replication" \
        share.coordinator.state.topic.min.isr=1 initial.broker.registration.timeout.ms=90000
      if [ "$id" = 1 ]; then
        printf '%s\n' process.roles=broker,controller \
          "listeners=$listeners,CONTROLLER://127.0.0.1:$controller_port"
      else
        printf '%s\n' process.roles=broker "listeners=$listeners"
      fi
      ;;
    *) printf '%s\n' "broker.id=$id" "zookeeper.connect=$(cat "$dir/zookeeper")" \
      zookeeper.connection.timeout.ms=30000 zookeeper.session.timeout.ms=6000 ;;
  esac
}

launch_broker() {
  local dir=$1 id=$2
  release=$(cat "$dir/release")
  java_for "$release" server
  case $release in
    4.*)
      [ -e "$dir/broker-$id/data/meta.properties" ] || {
        set -- "${java[@]}" kafka.tools.StorageTool format -t "$(cat "$dir/cluster-id")" -c "$dir/broker-$id/server.properties"
        "$@" >"$dir/broker-$id/format.log" 2>&1 || die "$(cat "$dir/broker-$id/format.log")"
      }
      ;;
  esac
  if [ -n "${KT_KAFKA_JMX:-}" ]; then
    local jmx=com.sun.management.jmxremote jmx_port=$dir/broker-$id/jmx-port
    [ -e "$jmx_port" ] || free_port >"$jmx_port"
    # shellcheck disable=SC2206 # flags are words
    java+=("-D$jmx.port=$(cat "$jmx_port")" "-D$jmx.rmi.port=$(cat "$jmx_port")" "-D$jmx.host=127.0.0.1"
      -Djava.rmi.server.hostname=127.0.0.1 "-D$jmx.authenticate=false" "-D$jmx.ssl=false" $KT_KAFKA_JMX)
  fi
  launch "$dir/broker-$id" "${java[@]}" kafka.Kafka "$dir/broker-$id/server.properties"
}

await_broker() { await "$1/broker-$2" 'Kafka(Raft)? ?Server.* [sS]tarted' "${3:-1}"; }

start() {
  release=$1
  local dir=$2 brokers=1 id bootstrap=""
  shift 2
  case ${1:-} in [0-9]*) brokers=$1 && shift ;; esac
  "$here/install.sh" "$release" 0.8.2.2 >/dev/null
  mkdir -p "$dir"
  dir=$(cd "$dir" && pwd)
  echo "$release" >"$dir/release"
  case $release in
    4.*) controller_port=$(free_port) && head -c 16 /dev/urandom | base64 | tr '+/' '-_' | cut -c 1-22 | sed 's/^-/A/' >"$dir/cluster-id" ;;
    *) start_zookeeper "$dir" ;;
  esac
  for id in $(seq "$brokers"); do
    local port
    port=$(free_port)
    bootstrap+=${bootstrap:+,}127.0.0.1:$port
    mkdir -p "$dir/broker-$id/data"
    {
      settings "$dir" "$id" "$port" "$brokers"
      printf '%s\n' "$@" | sed -n "s/^$id://p; /^[0-9]*:/!p"
    } >"$dir/broker-$id/server.properties"
    launch_broker "$dir" "$id"
  done
  for id in $(seq "$brokers"); do await_broker "$dir" "$id"; done
  echo "$bootstrap" | tee "$dir/bootstrap"
}

stop() {
  local dir=$1 pid
  for pid in "$dir"/*/pid; do
    [ ! -e "$pid" ] || kill -KILL "$(cat "$pid")" 2>/dev/null || true
    rm -f "$pid"
  done
  [ "${2:-}" = --keep ] || rm -rf "$dir"
}

run() {
  local release=$1 brokers=1 dir status=0
  shift
  case ${1:-} in [0-9]*) brokers=$1 && shift ;; esac
  [ "${1:-}" = -- ] || die "run RELEASE [BROKERS] -- COMMAND..."
  shift
  dir=$(mktemp -d)
  # shellcheck disable=SC2064 # this directory, now
  trap "'$here/kafka.sh' stop '$dir'" EXIT
  KT_BOOTSTRAP_SERVER=$("$here/kafka.sh" start "$release" "$dir" "$brokers")
  export KT_BOOTSTRAP_SERVER
  if [ -e "$dir/zookeeper" ]; then
    KT_ZOOKEEPER=$(cat "$dir/zookeeper")
    export KT_ZOOKEEPER
  fi
  "$@" || status=$?
  return $status
}

command=${1:-}
shift || true
case $command in
  start)
    [ ! -e "$2/release" ] || die "$2 is a cluster already"
    # Somebody may take a port between its choice and its use: once more then, with others.
    for try in 1 2 3; do
      "$0" start-once "$@" && exit
      stop "$2" --keep
      [ $try -lt 3 ] && grep -qs 'Address already in use' "$2"/*/log || exit 1
      rm -rf "$2"
    done
    ;;
  start-once) start "$@" ;;
  stop) stop "$@" ;;
  stop-broker)
    kill "$(cat "$1/broker-$2/pid")"
    deadline=$((SECONDS + start_limit_s))
    while alive "$1/broker-$2"; do [ $SECONDS -lt $deadline ] || die "broker $2 does not end"; sleep 0.1; done
    ;;
  start-broker)
    started=$(grep -cE 'Kafka(Raft)? ?Server.* [sS]tarted' "$1/broker-$2/log" || true)
    launch_broker "$1" "$2"
    await_broker "$1" "$2" $((started + 1))
    ;;
  run) run "$@" ;;
  authorizer)
    case $1 in
      0.8.*) exit ;;
      0.* | 1.* | 2.[0-3].*) class=kafka.security.auth.SimpleAclAuthorizer ;;
      2.* | 3.*) class=kafka.security.authorizer.AclAuthorizer ;;
      *) class=org.apache.kafka.metadata.authorizer.StandardAuthorizer ;;
    esac
    printf '%s\n' "authorizer.class.name=$class" allow.everyone.if.no.acl.found=true
    ;;
  tool) java_for "$1" tools && shift && exec "${java[@]}" "$@" ;;
  tool-runner) java_for "$1" tools && exec "${java[@]}" -Djava.security.manager=allow \
    --add-opens java.base/java.lang=ALL-UNNAMED "$here/java/ToolRunner.java" ;;
  *) sed -n '2,18s/^# \{0,1\}//p' "$0" && exit 2 ;;
esac

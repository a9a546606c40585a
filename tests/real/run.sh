#!/bin/bash
# What `make test-kafka` runs: on each release the cases, on real brokers and on the sandbox as that release, held
# against that release's own tools; what faults leave behind; racks; rights; Kafka's message converters; mirrors between
# releases; then clients that others wrote, against the sandbox.
#
#   tests/real/run.sh [RELEASE... | all]     nothing: the seven of every day
#
# BUILD is the build directory. Seconds per suite are printed; logs of what failed stay in $BUILD/real.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
build=$(cd "${BUILD:-$source/build}" && pwd)
everyday=(0.8.0 0.8.2.2 0.10.2.2 1.1.1 2.8.2 3.9.1 4.3.0)
releases=("$@")
case "$*" in
  "") releases=("${everyday[@]}") ;;
  all) releases=("${everyday[@]}" 0.9.0.1 0.11.0.3) ;;
esac

export BUILD=$build KT=$build/cmd/kt
logs=$build/real
rm -rf "$logs"
mkdir -p "$logs"
scratch=$(mktemp -d)
tool_runner=
passed=0 failed=0 skipped=0 second=0
closing=()

cleanup() {
  for cluster in "$scratch"/*/release; do
    [ ! -e "$cluster" ] || "$here/kafka.sh" stop "$(dirname "$cluster")"
  done
  [ -z "$tool_runner" ] || kill "$tool_runner" 2>/dev/null
  rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# suite NAME COMMAND...: runs one, shows what it says where it failed or skipped, and its seconds. One that fails is run
# once more, with `again` set to the log of the first time: a machine that was slow for a moment is told from a failure,
# and both are told at the end.
suite() {
  local name=$1 log status=0 started=$SECONDS
  shift
  log=$logs/${name//[ \/]/-}.log
  again='' "$@" >"$log" 2>&1 </dev/null || status=$?
  grep '^skipped ' "$log" | sed 's/^/    /'
  skipped=$((skipped + $(grep -c '^skipped ' "$log")))
  if [ $status != 0 ]; then
    tell_failure "$name" $status $((SECONDS - started)) ', once more'
    mv "$log" "$log.first"
    started=$SECONDS status=0
    again=$log.first "$@" >"$log" 2>&1 </dev/null && second=$((second + 1)) || status=$?
    closing+=("$name failed$([ $status != 0 ] && echo " twice" || echo " the first time"): $(cause "$log.first")")
  fi
  if [ $status = 0 ]; then
    passed=$((passed + 1))
    printf '  %-38s ok %5d s   %s\n' "$name" $((SECONDS - started)) "$(tail -1 "$log" | cut -c 1-100)"
  else
    failed=$((failed + 1))
    tell_failure "$name" $status $((SECONDS - started))
  fi
  return $status
}

# tell_failure NAME STATUS SECONDS [MORE]: of the suite whose log is $log.
tell_failure() {
  printf '  %-38s FAILED (exit %d) %5d s%s\n' "$1" "$2" "$3" "${4:-}"
  grep -v '^skipped ' "$log" | tail -200 | sed 's/^/    /'
}

# The lines of a log that say best what failed.
cause() {
  grep -A 4 '^FAILED ' "$1" | head -20 | grep . || tail -5 "$1"
}

# What all brokers of a cluster know of each other; the oldest tell that only once they hold partitions.
await_members() {
  local bootstrap=$1 brokers=$2 deadline=$((SECONDS + 30))
  case $release in 0.8.* | 0.9.*) return 0 ;; esac
  for address in ${bootstrap//,/ }; do
    until [ "$(kcat -L -b "$address" -m 5 2>/dev/null | grep -c '^  broker ')" = "$brokers" ]; do
      [ $SECONDS -lt $deadline ] || { echo "$address does not see $brokers brokers" && return 1; }
      sleep 0.1
    done
  done
}

start_clusters() {
  local brokers bootstrap
  [ -z "$again" ] || stop_clusters 1 first-
  clusters=()
  for brokers in 1 3; do
    # shellcheck disable=SC2046 # settings are words
    bootstrap=$("$here/kafka.sh" start "$release" "$scratch/$release-$brokers" $brokers \
      $("$here/kafka.sh" authorizer "$release")) || return 1
    await_members "$bootstrap" $brokers || return 1
    [ ! -e "$scratch/$release-$brokers/zookeeper" ] || bootstrap+=@$(cat "$scratch/$release-$brokers/zookeeper")
    clusters+=(--cluster "$brokers=$bootstrap")
  done
  printf '%s\n' "${clusters[@]}" >"$scratch/clusters"
}

# One JVM for this release's tools, for as long as we hold its standard input.
start_tool_runner() {
  local deadline=$((SECONDS + 60))
  rm -f "$scratch/tools.in" "$scratch/tools.port"
  mkfifo "$scratch/tools.in"
  "$here/kafka.sh" tool-runner "$release" <"$scratch/tools.in" >"$scratch/tools.port" 2>"$logs/$release-tools.log" &
  tool_runner=$!
  exec 5>"$scratch/tools.in"
  until [ -s "$scratch/tools.port" ]; do
    [ $SECONDS -lt $deadline ] && kill -0 $tool_runner 2>/dev/null || { cat "$logs/$release-tools.log" && return 1; }
    sleep 0.1
  done
}

# stop_clusters STATUS [PREFIX]: what brokers said is kept where something failed.
stop_clusters() {
  local cluster
  for cluster in "$release-1" "$release-3"; do
    [ "$1" = 0 ] || { mkdir -p "$logs/${2:-}$cluster" && cp --parents -t "$logs/${2:-}$cluster" \
      "$scratch/$cluster"/*/{log,server.properties} 2>/dev/null; }
    "$here/kafka.sh" stop "$scratch/$cluster" 2>/dev/null
  done
}

stop_release() {
  exec 5>&-
  [ -z "$tool_runner" ] || wait "$tool_runner" 2>/dev/null
  tool_runner=
  unset KT_JAVA_TOOLS
  stop_clusters "$1"
}

# The second time: those that failed, and on new clusters, since cases leave topics behind.
cases() {
  local files=("$source/tests/cmd")
  if [ -n "$again" ]; then
    mapfile -t files < <(sed -n "s|^FAILED \([a-z0-9.-]*\.case\):.*|$source/tests/cmd/\1|p" "$again" | sort -u)
    [ ${#files[@]} -gt 0 ] || return 1
    [ $# = 0 ] || { start_clusters && mapfile -t clusters <"$scratch/clusters" && set -- "${clusters[@]}"; } || return 1
  fi
  run_cases "$@" "${files[@]}"
}

run_cases() { "$build/tests/test-cmd" --kt "$KT" --release "$release" --ways "$logs/ways" "$@"; }

# Cases that stop brokers or move what is on them, on a cluster for them alone.
cases_apart() {
  local bootstrap status=0
  export KT_CLUSTER=$scratch/$release-apart
  bootstrap=$(KT_KAFKA_TOKENS=yes "$here/kafka.sh" start "$release" "$KT_CLUSTER" 3) || return 1
  await_members "$bootstrap" 3 || return 1
  [ ! -e "$KT_CLUSTER/zookeeper" ] || bootstrap+=@$(cat "$KT_CLUSTER/zookeeper")
  run_cases --apart --cluster "3=$bootstrap" "$source/tests/cmd" || status=1
  [ $status = 0 ] || cp --parents -t "$logs" "$KT_CLUSTER"/*/{log,server.properties} 2>/dev/null
  "$here/kafka.sh" stop "$KT_CLUSTER"
  return $status
}

test_release() {
  local status=0
  echo "Kafka $release"
  suite "$release clusters" start_clusters || return 1
  mapfile -t clusters <"$scratch/clusters"
  if start_tool_runner; then
    KT_JAVA_TOOLS=$(cat "$scratch/tools.port")
    export KT_JAVA_TOOLS
  else
    echo "  the JVM for Java's tools did not start" && failed=$((failed + 1)) && status=1
  fi
  suite "$release cases" cases "${clusters[@]}" || status=1
  suite "$release cases on the sandbox" cases || status=1
  suite "$release cases apart" cases_apart || status=1
  return $status
}

# on_each RELEASES NAME SECONDS [ARGUMENT...]: NAME.sh on those of the releases that were asked for.
on_each() {
  local release name=$2 limit=$3 all=$1
  shift 3
  for release in $all; do
    case " ${releases[*]} " in *" $release "*) suite "$name $release" timeout -k 20 "$limit" bash "$here/$name.sh" "$release" "$@" ;; esac
  done
}

"$here/deps.sh" || exit 1
"$here/install.sh" "${releases[@]}" 0.8.2.2 0.10.2.2 1.1.1 2.8.2 4.3.0 >/dev/null || exit 1
KT_KAFKA_CACHE=$(dirname "$("$here/install.sh" 0.8.2.2 | tail -1)")
export KT_KAFKA_CACHE PATH=$here:$here/answers:$PATH
for release in "${releases[@]}"; do
  test_release
  stop_release $?
done

# It has a column for each release of every day.
of_table=$(IFS='|' && echo "${everyday[*]}")
if grep -E "^($of_table)"$'\t' "$logs/ways" >"$logs/ways-of-table"; then
  suite "the table of the README" "$here/matrix.sh" check "$logs/ways-of-table"
fi

echo "MBeans beside what Java reads"
on_each "0.8.0 0.8.2.2 1.1.1 2.8.2 4.3.0" jmx 300
case " ${releases[*]} " in *" 4.3.0 "*)
  for java in $(readlink -e /usr/lib/jvm/*/bin/java | sort -u); do
    [ "$java" = "$(readlink -e "$(command -v java)")" ] || ! "$java" -version 2>&1 | grep -E 'version "(1[7-9]|[2-9])' >/dev/null ||
      suite "jmx 4.3.0, $(basename "${java%/bin/java}")" timeout -k 20 300 bash "$here/jmx.sh" 4.3.0 "$java"
  done ;;
esac

# One release whose moves and elections go through ZooKeeper, and the newest.
echo "Faults on clusters of three brokers"
on_each "1.1.1 4.3.0" faults 600 1

# One that kt places replicas for, one whose moves go through ZooKeeper, and the newest.
echo "Racks and log directories, on clusters of three brokers"
on_each "0.10.2.2 1.1.1 4.3.0" racks 300

echo "Secured listeners"
on_each "0.10.2.2 2.8.2 4.3.0" secure 300

echo "Kerberos"
on_each "0.10.2.2 2.8.2 4.3.0" kerberos 300

echo "Bearer tokens"
on_each "0.10.2.2 2.8.2 4.3.0" oauth 300

echo "Rights, on a cluster of one broker"
on_each "0.10.2.2 2.8.2 4.3.0" rights 300

# What does not depend on the release asked for.
if [ $# = 0 ] || [ "$*" = all ]; then
  echo "Kafka's converters, 4.3.0 and 3.9.1"
  for oracle in "$here"/oracle/*.sh; do
    suite "oracle $(basename "$oracle" .sh)" timeout -k 5 900 bash "$oracle"
  done

  echo "Mirrors between releases"
  suite "mirror pairs" timeout -k 5 600 bash "$here/mirror/pairs.sh"
  suite "mirror moving in" timeout -k 5 600 bash "$here/mirror/moving_in.sh"
  suite "mirror refused" timeout -k 5 120 bash "$here/mirror/refused.sh"

  echo "Clients of others on the sandbox"
  for client in "$here"/clients/*.sh; do
    suite "client $(basename "$client" .sh)" timeout -k 5 600 "$KT" sandbox --brokers 3 -- bash "$client"
  done
fi

for line in "${closing[@]}"; do echo "$line"; done
echo "suites of make test-kafka, $SECONDS s; logs in $logs"
echo "$passed passed, of these $second the second time, $failed failed, $skipped skipped"
[ $failed = 0 ]

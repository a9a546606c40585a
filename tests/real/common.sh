# What the scripts on real clusters begin with; sourced, with $1 the release and KT the executable. A cluster, if it is
# started in $cluster, ends with the script.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
release=$1
kt=$(realpath "${KT:-$here/../../build/cmd/kt}")
scratch=$(mktemp -d)
cluster=$scratch/cluster
trap '"$here/kafka.sh" stop "$cluster" 2>/dev/null; rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
  echo "$(basename "$0") $release: $*"
  exit 1
}

# is WANTED COMMAND...: what it prints, in the end, with its lines joined.
is() {
  local wanted=$1 told deadline=$((SECONDS + 60))
  shift
  until told=$("$@" 2>&1 | tr '\n' ' ') && [ "$told" = "$wanted" ]; do
    [ $SECONDS -lt $deadline ] || fail "$*: $told, wanted: $wanted"
    sleep 0.2
  done
}
run() { timeout -k 5 120 "$kt" "$@" >last.log 2>&1 || fail "kt $* ends with $?: $(cat last.log)"; }
at_least() { [ "$(printf '%s\n' "$1" "$release" | sort -V | head -1)" = "$1" ]; }

# start BROKERS SETTING...: a cluster, and the addresses of its brokers and its ZooKeeper for kt.
start() {
  KT_BOOTSTRAP_SERVER=$("$here/kafka.sh" start "$release" "$cluster" "$@") || exit 1
  export KT_BOOTSTRAP_SERVER
  unset KT_ZOOKEEPER
  [ ! -e "$cluster/zookeeper" ] || export KT_ZOOKEEPER="$(cat "$cluster/zookeeper")"
}

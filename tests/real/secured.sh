# What secure.sh, kerberos.sh and oauth.sh share (sourced): a scratch directory and a broker in it, properties files, and
# checks that are counted. `release` and `kt` are set after it, `cluster` is where a broker is to be started.
# shellcheck shell=bash

set -uo pipefail
umask 077 # files with secrets
here=$(cd "$(dirname "$0")" && pwd)
release=$1
kt=$(realpath "${KT:-$here/../../build/cmd/kt}")
scratch=$(mktemp -d)
cluster=$scratch/cluster
started=()
cleanup() {
  "$here/kafka.sh" stop "$cluster" 2>/dev/null
  [ ${#started[@]} = 0 ] || kill "${started[@]}" 2>/dev/null
  rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$scratch" || exit 1
unset KT_BOOTSTRAP_SERVER KT_CLIENT_CONFIG KT_CONTEXT KT_ZOOKEEPER
failed=0 checked=0
# shellcheck source=tests/real/keys.sh
. "$here/keys.sh"

trust_java() { # trust_java KIND
  local type=JKS
  [ "$1" = jks ] || type=PKCS12
  printf '%s\n' ssl.truststore.type=$type "ssl.truststore.location=$scratch/trust.$1" ssl.truststore.password=changeit
}

# start_broker PLAIN JVM_FLAGS SETTING...: the first setting is its listeners, to which KRaft's own is added.
start_broker() {
  local plain=$1 flags=$2 settings=("${@:3}")
  case $release in
    4.*)
      ports controller
      settings[0]+=",CONTROLLER://127.0.0.1:$controller"
      settings+=("controller.quorum.voters=1@127.0.0.1:$controller" connections.max.reauth.ms=2000
        listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL)
      ;;
    2.*) settings+=(connections.max.reauth.ms=2000) ;;
  esac
  KT_KAFKA_JVM="-Xms64m -Xmx400m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto $flags" \
    "$here/kafka.sh" start "$release" "$cluster" "${settings[@]}" >/dev/null || return 1
  "$kt" -b "127.0.0.1:$plain" topic create secured late -q >/dev/null
}

file() { { echo "security.protocol=$2" && cat; } >"$1.properties"; } # file NAME PROTOCOL: the rest on stdin

wrong() { echo "wrong: $*" && failed=$((failed + 1)); }
takes() { # takes PORT NAME [FLAG...]: kt lists the topic with that file
  checked=$((checked + 1))
  "$kt" -b "localhost:$1" --config "$2.properties" topic list -q -o tsv "${@:3}" 2>err | grep '^secured' >/dev/null ||
    { wrong "$2 on port $1" && cat err; }
}
takes_flags() { # takes_flags PORT FLAG...: the same without a file
  checked=$((checked + 1))
  "$kt" -b "localhost:$1" topic list -q -o tsv "${@:2}" 2>err | grep '^secured' >/dev/null || { wrong "${*:2}" && cat err; }
}
java_takes() { # java_takes PORT NAME: Java's own tool is content with that file
  local words=(kafka.admin.TopicCommand --list)
  case $release in
    0.*) words=(kafka.admin.ConsumerGroupCommand --new-consumer --list) ;;
    4.*) words=(org.apache.kafka.tools.TopicCommand --list) ;;
  esac
  checked=$((checked + 1))
  timeout 60 "$here/kafka.sh" tool "$release" "${words[@]}" --bootstrap-server "localhost:$1" --command-config "$2.properties" \
    >java.log 2>&1 && ! grep -qE 'Exception|^Error' java.log || { wrong "Java's tool does not take $2.properties" && tail -5 java.log; }
}
says() { # says PATTERN ARGUMENT...: exit code 4 within the deadline, and that sentence; EXIT is another code, CLOCK another time
  local pattern=$1 status begun=$SECONDS
  shift
  checked=$((checked + 1))
  ${CLOCK:+faketime -f "$CLOCK"} "$kt" topic list --timeout 15s "$@" >out 2>err
  status=$?
  [ $status = "${EXIT:-4}" ] && grep -qE "$pattern" err && [ $((SECONDS - begun)) -le 16 ] ||
    { wrong "exit $status, not the sentence /$pattern/ from: kt topic list $*" && cat err; }
  ! grep -q 'alice-secret\|changeit' err out || wrong "a secret is shown"
}
streams() { # streams PLAIN PORT NAME: both directions, also where a broker's term of 2 s passes, which 0.x have not
  local term=3 late
  case $release in 0.*) term=1 ;; esac
  checked=$((checked + 4))
  timeout 30 "$kt" -b "localhost:$2" --config "$3.properties" consume late -n 3 -q >late 2>late.err &
  late=$!
  seq 1 20000 | "$kt" -b "localhost:$2" --config "$3.properties" produce secured -q || wrong "produce"
  (seq 20001 20005 && sleep $term && seq 20006 20010) | "$kt" -b "localhost:$2" --config "$3.properties" produce secured -q ||
    wrong "a produce that outlives a term"
  seq 1 3 | "$kt" -b "127.0.0.1:$1" produce late -q
  "$kt" -b "localhost:$2" --config "$3.properties" consume secured --start earliest --exit -q >read 2>err
  sort -n read | cmp - <(seq 1 20010) || { wrong "consume" && cat err; }
  wait $late
  seq 1 3 | cmp late - || { wrong "a consume that outlives a term" && cat late.err; }
}
report() { echo "$checked ways in and out, $failed wrong" && [ $failed = 0 ]; }

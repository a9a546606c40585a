#!/bin/bash
# The MBeans of real brokers as kt reads them, held against a small Java client that reads before and after.
#
#   tests/real/jmx.sh RELEASE [JAVA]     JAVA: the JVM of the broker, the one on PATH unless said
#
# Needs KT (the executable), java, python3.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
release=$1
[ -z "${2:-}" ] || export KT_KAFKA_JAVA=$2
scratch=$(mktemp -d)
trap '"$here/kafka.sh" stop "$scratch/cluster" 2>/dev/null; rm -rf "$scratch"' EXIT

fail() { echo "jmx.sh: $*"; exit 1; }

# A password file, which Java wants to itself.
printf 'admin secret\n' >"$scratch/password" && printf 'admin readonly\n' >"$scratch/access"
chmod 600 "$scratch/password" "$scratch/access"
printf secret >"$scratch/mine"
secured="-Dcom.sun.management.jmxremote.authenticate=true -Dcom.sun.management.jmxremote.password.file=$scratch/password"
secured+=" -Dcom.sun.management.jmxremote.access.file=$scratch/access"

# Beside it an agent of Jolokia, with the same password.
agent=$(echo "$("$here/install.sh" jolokia)"/libs/*.jar)
export KT_KAFKA_JMX="$secured -javaagent:$agent=port=0,host=127.0.0.1,discoveryEnabled=false,user=admin,password=secret"
bootstrap=$("$here/kafka.sh" start "$release" "$scratch/cluster")
address=127.0.0.1:$(cat "$scratch/cluster/broker-1/jmx-port")
where=(-b "$bootstrap")
[ ! -e "$scratch/cluster/zookeeper" ] || where+=(-z "$(cat "$scratch/cluster/zookeeper")")
"$KT" topic create orders payments -p 3 -r 1 -q "${where[@]}" >/dev/null
seq 1000 | "$KT" produce orders -q "${where[@]}"
"$KT" consume orders --start earliest --exit -q "${where[@]}" >/dev/null

java_read() {
  java -XX:TieredStopAtLevel=1 -cp "$("$here/install.sh" "$release")/libs/*" "$here/oracle/Mbeans.java" "$address" admin secret >"$1"
}
who=(-X jmx.user=admin -X "jmx.password=file:$scratch/mine")
kt_read() { "$KT" jmx "$@" --jmx "$address" "${who[@]}" -q -o json 2>"$scratch/said" || [ $? = 1 ] || fail "$(cat "$scratch/said")"; }

# compared READ ORACLE FILE...: reads, and has the oracle compare the files. A value may be another one for a moment, and then
# again what was read before and after: a fault comes every time.
compared() {
  local read=$1 faults= found status try
  shift
  for try in 1 2 3; do
    $read
    status=0
    result=$(cd "$scratch" && python3 "$here/oracle/$1" "${@:2}") || status=$?
    found=$(sed -n 's/^FAULT \(([^)]*)\).*/\1/p' <<<"$result" | sort)
    [ $status = 0 ] || [ -n "$found" ] || fail "$release: $result"
    [ $try = 1 ] || found=$(comm -12 <(echo "$faults") <(echo "$found"))
    faults=$found
    [ -n "$faults" ] || return 0
  done
  fail "$release: $result"
}
beside_java() {
  java_read "$scratch/before"
  kt_read get '*:*' >"$scratch/kt"
  kt_read list --attributes >"$scratch/list"
  java_read "$scratch/after"
}
compared beside_java mbeans.py before kt list after
by_rmi=$(tail -1 <<<"$result")

# Its short names find what this release calls them.
[ "$("$KT" jmx get messages-in Count --jmx "$address" "${who[@]}" -o tsv | tail -1 | cut -f 4)" = 1000 ] || fail "messages-in is not 1000"

# Without the password, and with a wrong one: exit 4 and Java's own words.
for wrong in "" "-X jmx.user=admin -X jmx.password=env:PATH"; do
  status=0
  # shellcheck disable=SC2086 # words
  said=$("$KT" jmx get messages-in --jmx "$address" $wrong 2>&1) || status=$?
  [ $status = 4 ] && [[ $said == *SecurityException* ]] || fail "without the right password: exit $status, $said"
done

# By Jolokia the same MBeans, attributes and values, where RMI reads the same before and after; a wrong password is told.
jolokia=$(sed -n 's/.*Agent started with URL //p' "$scratch/cluster/broker-1/log" | head -1)
[ -n "$jolokia" ] || fail "no agent of Jolokia in the broker"
by_jolokia() {
  kt_read get '*:*' >"$scratch/kt"
  "$KT" jmx get '*:*' --jolokia "$jolokia" "${who[@]}" -q -o json >"$scratch/jolokia" 2>"$scratch/said" || [ $? = 1 ] || fail "$(cat "$scratch/said")"
  kt_read get '*:*' >"$scratch/kt-after"
}
compared by_jolokia jolokia.py kt jolokia kt-after
by_jolokia=$(tail -1 <<<"$result")
status=0
said=$("$KT" jmx get messages-in --jolokia "$jolokia" 2>&1) || status=$?
[ $status = 4 ] && [[ $said == *"HTTP 401"* ]] || fail "Jolokia without the password: exit $status, $said"

# All brokers: ports from ZooKeeper where it has them.
all=(--jmx-port "${address#*:}" "${where[@]}")
[ ! -e "$scratch/cluster/zookeeper" ] || all=("${where[@]}")
[ "$("$KT" jmx get leaders "${all[@]}" "${who[@]}" -o tsv | tail -1 | cut -f 4,7)" = "$(printf '6\t1')" ] || fail "broker 1 does not lead six partitions"

# The columns of JmxTool, from the release whose JmxTool takes a password.
if [ "$release" = 4.3.0 ]; then
  mbean=kafka.server:type=ReplicaManager,name=IsrShrinksPerSec
  "$here/kafka.sh" tool "$release" org.apache.kafka.tools.JmxTool --jmx-auth-prop admin=secret --one-time \
    --jmx-url "service:jmx:rmi:///jndi/rmi://$address/jmxrmi" --object-name "$mbean" \
    --attributes Count,OneMinuteRate,EventType --date-format yyyy-MM-dd 2>/dev/null >"$scratch/tool"
  "$KT" jmx watch "$mbean" EventType OneMinuteRate Count --count 1 -o csv --date-format yyyy-MM-dd --jmx "$address" "${who[@]}" \
    >"$scratch/watch"
  # 0.0 is Java's way to write nought.
  diff <(sed -n '/^"time"/,$s/\b0\.0\b/0/p;/^"time"/p' "$scratch/tool" | sort -u) <(sort -u "$scratch/watch") ||
    fail "watch and JmxTool differ"
fi

# await WHAT COMMAND...: until it holds.
await() {
  local deadline=$((SECONDS + 90)) what=$1
  shift
  until "$@"; do [ $SECONDS -lt $deadline ] || fail "$what did not come: $(tail -3 "$scratch"/told*)"; sleep 0.1; done
}
told() { grep -q "$1" "$scratch/told"; }
lines() { [ "$(wc -l <"$scratch/watched")" -gt "$1" ]; }

# A watch lives on over a restart of the broker, and one that waits sees it come.
"$KT" jmx watch leaders --jmx "$address" "${who[@]}" --interval 200ms --timeout 2m -o jsonl >"$scratch/watched" 2>"$scratch/told" &
watch=$!
await "the first value" lines 2
"$here/kafka.sh" stop-broker "$scratch/cluster" 1
await "the loss" told 'is lost'
"$KT" jmx watch leaders --wait --count 1 --jmx "$address" "${who[@]}" --interval 200ms --timeout 2m -o csv >"$scratch/waited" 2>"$scratch/told-waiting" &
waiting=$!
"$here/kafka.sh" start-broker "$scratch/cluster" 1
await "the broker" told 'is back'
before=$(wc -l <"$scratch/watched")
await "a value after the restart" lines "$before"
# A shell in the background has its children ignore SIGINT.
kill $watch
wait $watch || [ $? = 143 ] || fail "the watch ended with $?"
wait $waiting || fail "the waiting watch ended with $?"
[ "$(wc -l <"$scratch/waited")" = 2 ] || fail "the waiting watch said: $(cat "$scratch/waited")"

# The same by TLS, of the registry and of what it names, with certificates on both sides.
if [ "$release" = 4.3.0 ] && [ -z "${2:-}" ]; then
  "$here/kafka.sh" stop "$scratch/cluster"
  store() { keytool -genkeypair -alias "$1" -dname "CN=$1" -keyalg RSA -validity 30 -ext san=ip:127.0.0.1 "${to[@]}" "$scratch/$1.p12" 2>/dev/null; }
  to=(-storetype PKCS12 -storepass changeit -keystore)
  store broker && store admin
  for one in broker admin; do
    keytool -exportcert -rfc -alias $one "${to[@]}" "$scratch/$one.p12" -file "$scratch/$one.crt" 2>/dev/null
    keytool -importcert -noprompt -alias $one -file "$scratch/$one.crt" "${to[@]}" "$scratch/trust-$one.p12" 2>/dev/null
  done
  # java_tls WHO WHOM: who a JVM is, and whom it trusts.
  java_tls() { printf '%s ' -Djavax.net.ssl.{key,trust}StorePassword=changeit "-Djavax.net.ssl.keyStore=$scratch/$1.p12" "-Djavax.net.ssl.trustStore=$scratch/trust-$2.p12"; }
  export KT_KAFKA_JMX
  KT_KAFKA_JMX="$secured $(java_tls broker admin) $(printf -- '-Dcom.sun.management.jmxremote.%s=true ' ssl registry.ssl ssl.need.client.auth)"
  KT_KAFKA_JMX+=" -javaagent:$agent=port=0,host=127.0.0.1,discoveryEnabled=false,protocol=https,keystore=$scratch/broker.p12,keystorePassword=changeit"
  "$here/kafka.sh" start "$release" "$scratch/cluster" >/dev/null
  address=127.0.0.1:$(cat "$scratch/cluster/broker-1/jmx-port")
  printf '%s\n' "ssl.truststore.location=$scratch/trust-broker.p12" ssl.truststore.type=PKCS12 ssl.truststore.password=changeit \
    "ssl.keystore.location=$scratch/admin.p12" ssl.keystore.type=PKCS12 ssl.keystore.password=changeit >"$scratch/tls"
  chmod 600 "$scratch/tls"
  plain=("${who[@]}")
  who+=(--config "$scratch/tls" -X jmx.ssl=true)
  # shellcheck disable=SC2046 # flags
  java_read() {
    java -XX:TieredStopAtLevel=1 $(java_tls admin broker) -cp "$("$here/install.sh" "$release")/libs/*" "$here/oracle/Mbeans.java" \
      "$address" admin secret tls >"$1"
  }
  compared beside_java mbeans.py before kt list after
  status=0
  said=$("$KT" jmx get messages-in --jmx "$address" "${plain[@]}" 2>&1) || status=$?
  [ $status = 4 ] && [[ $said == *"certificate"* ]] || fail "a stranger's certificate: exit $status, $said"
  jolokia=$(sed -n 's/.*Agent started with URL //p' "$scratch/cluster/broker-1/log" | head -1)
  [[ $jolokia == https* ]] && "$KT" jmx get leaders --jolokia "$jolokia" -X "ssl.ca.location=$scratch/broker.crt" >/dev/null ||
    fail "Jolokia by HTTPS at $jolokia"
  status=0
  said=$("$KT" jmx get leaders --jolokia "$jolokia" 2>&1) || status=$?
  [ $status = 4 ] && [[ $said == *certificate* ]] || fail "Jolokia with a stranger's certificate: exit $status, $said"
fi

echo "$release: $by_rmi; $by_jolokia"

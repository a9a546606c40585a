#!/bin/bash
# Secured listeners of a real broker: TLS with a client certificate, SASL in plain text and in TLS, by PLAIN and SCRAM. The
# same properties file serves Java's tool and kt; librdkafka's keys serve kt; whatever is wrong has a sentence of
# its own, and exit code 4.
#
#   tests/real/secure.sh RELEASE     KT is the executable
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
release=$1
kt=$(realpath "${KT:-$here/../../build/cmd/kt}")
scratch=$(mktemp -d)
cluster=$scratch/cluster
cleanup() {
  "$here/kafka.sh" stop "$cluster" 2>/dev/null
  rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$scratch" || exit 1
unset KT_BOOTSTRAP_SERVER KT_CLIENT_CONFIG KT_CONTEXT KT_ZOOKEEPER
failed=0 checked=0

# --- Keys: a CA that signs the broker and alice, one that nobody trusts, stores of every kind.
make_ca() {
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=$2" -keyout "$1.key" -out "$1.pem" 2>/dev/null
}
sign() { # sign NAME CA [SUBJECT_ALT_NAMES]
  openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days 3650 -out "$1.crt" \
    -extfile <(echo "basicConstraints=CA:FALSE${3:+
subjectAltName=$3}") 2>/dev/null
  openssl pkcs12 -export -in "$1.crt" -inkey "$1.key" -passout pass:changeit -name "$1" -out "$1.p12"
  keytool -importkeystore -noprompt -srckeystore "$1.p12" -srcstoretype PKCS12 -srcstorepass changeit \
    -destkeystore "$1.jks" -deststoretype JKS -deststorepass changeit 2>/dev/null
  openssl pkcs8 -topk8 -nocrypt -in "$1.key" >"$1.pem" && cat "$1.crt" >>"$1.pem"
}
make_ca ca "Shop CA" && make_ca stranger "A stranger's CA"
sign broker ca "IP:127.0.0.1,DNS:localhost" && sign alice ca && sign eve stranger
keytool -importcert -noprompt -alias ca -file ca.pem -storetype JKS -keystore trust.jks -storepass changeit 2>/dev/null
keytool -importcert -noprompt -alias ca -file ca.pem -storetype PKCS12 -keystore trust.p12 -storepass changeit 2>/dev/null

cat >jaas.conf <<'END'
KafkaServer {
  org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="alice-secret";
  org.apache.kafka.common.security.scram.ScramLoginModule required;
};
END
for name in plain ssl sasl sasl_ssl controller; do
  while declare "$name=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))"; do
    (echo >"/dev/tcp/127.0.0.1/${!name}") 2>/dev/null || break
  done
done
settings=("listeners=PLAINTEXT://127.0.0.1:$plain,SSL://127.0.0.1:$ssl,SASL_PLAINTEXT://127.0.0.1:$sasl,SASL_SSL://127.0.0.1:$sasl_ssl"
  ssl.keystore.type=JKS "ssl.keystore.location=$scratch/broker.jks" ssl.keystore.password=changeit ssl.key.password=changeit
  ssl.truststore.type=JKS "ssl.truststore.location=$scratch/trust.jks" ssl.truststore.password=changeit
  ssl.client.auth=required sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512)
case $release in
  4.*)
    settings[0]+=",CONTROLLER://127.0.0.1:$controller"
    settings+=("controller.quorum.voters=1@127.0.0.1:$controller" connections.max.reauth.ms=2000
      listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL)
    ;;
  2.*) settings+=(connections.max.reauth.ms=2000) ;;
esac
KT_KAFKA_JVM="-Xms64m -Xmx400m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -Djava.security.auth.login.config=$scratch/jaas.conf" \
  "$here/kafka.sh" start "$release" "$cluster" "${settings[@]}" >/dev/null || exit 1

scram_user() { # by the way that the release has, which takes one credential at a time
  local by mechanism
  case $release in 0.*) by="--zookeeper $(cat "$cluster/zookeeper")" ;; *) by="--bootstrap-server 127.0.0.1:$plain" ;; esac
  for mechanism in SCRAM-SHA-256 SCRAM-SHA-512; do
    # shellcheck disable=SC2086 -- words
    "$here/kafka.sh" tool "$release" kafka.admin.ConfigCommand $by --alter --entity-type users --entity-name alice \
      --add-config "$mechanism=[iterations=4096,password=alice-secret]" >scram.log 2>&1 || return 1
  done
}
scram_user || { cat scram.log && exit 1; }
"$kt" -b "127.0.0.1:$plain" topic create secured -q || exit 1

# --- Properties as Java has them.
tls_java() { # tls_java KIND
  local type=JKS
  [ "$1" = jks ] || type=PKCS12
  if [ "$1" = pem ]; then
    printf '%s\n' ssl.truststore.type=PEM "ssl.truststore.location=$scratch/ca.pem" ssl.keystore.type=PEM \
      "ssl.keystore.location=$scratch/alice.pem"
  else
    printf '%s\n' ssl.truststore.type=$type "ssl.truststore.location=$scratch/trust.$1" ssl.truststore.password=changeit \
      ssl.keystore.type=$type "ssl.keystore.location=$scratch/alice.$1" ssl.keystore.password=changeit ssl.key.password=changeit
  fi
}
sasl_java() { # sasl_java MECHANISM [PASSWORD]
  local module=org.apache.kafka.common.security.scram.ScramLoginModule
  [ "$1" != PLAIN ] || module=org.apache.kafka.common.security.plain.PlainLoginModule
  printf '%s\n' "sasl.mechanism=$1" "sasl.jaas.config=$module required username=\"alice\" password=\"${2:-alice-secret}\";"
}
file() { { echo "security.protocol=$2" && cat; } >"$1.properties"; } # file NAME PROTOCOL: the rest on stdin
for kind in jks p12 pem; do tls_java $kind | file $kind SSL; done
for mechanism in PLAIN SCRAM-SHA-256 SCRAM-SHA-512; do
  sasl_java $mechanism | file "plain-$mechanism" SASL_PLAINTEXT
  { tls_java jks && sasl_java $mechanism; } | file "tls-$mechanism" SASL_SSL
done

# java_takes PORT NAME: Java's own tool is content with that file.
java_takes() {
  local words=(kafka.admin.TopicCommand --list)
  case $release in
    0.*) words=(kafka.admin.ConsumerGroupCommand --new-consumer --list) ;;
    4.*) words=(org.apache.kafka.tools.TopicCommand --list) ;;
  esac
  checked=$((checked + 1))
  timeout 60 "$here/kafka.sh" tool "$release" "${words[@]}" --bootstrap-server "127.0.0.1:$1" --command-config "$2.properties" >java.log 2>&1 &&
    ! grep -qE 'Exception|^Error' java.log || { wrong "Java's tool does not take $2.properties" && tail -5 java.log; }
}

wrong() { echo "wrong: $*" && failed=$((failed + 1)); }
takes() { # takes PORT NAME: kt lists the topic with that file
  checked=$((checked + 1))
  "$kt" -b "127.0.0.1:$1" --config "$2.properties" topic list -q -o tsv 2>err | grep -q '^secured' || { wrong "$2 on port $1" && cat err; }
}
says() { # says PATTERN ARGUMENT...: exit code 4 within the deadline, and that sentence
  local pattern=$1 status started=$SECONDS
  shift
  checked=$((checked + 1))
  "$kt" topic list --timeout 15s "$@" >out 2>err
  status=$?
  [ $status = 4 ] && grep -qE "$pattern" err && [ $((SECONDS - started)) -le 16 ] ||
    { wrong "exit $status, not the sentence /$pattern/ from: kt topic list $*" && cat err; }
  ! grep -q 'alice-secret\|changeit' err out || wrong "a secret is shown"
}

for kind in jks p12 pem; do takes "$ssl" $kind; done
for mechanism in PLAIN SCRAM-SHA-256 SCRAM-SHA-512; do
  takes "$sasl" "plain-$mechanism"
  takes "$sasl_ssl" "tls-$mechanism"
done
java_takes "$ssl" jks
java_takes "$sasl_ssl" tls-SCRAM-SHA-512

# librdkafka's keys.
rdkafka=(-X security.protocol=SASL_SSL -X "ssl.ca.location=$scratch/ca.pem" -X sasl.mechanisms=SCRAM-SHA-256 -X sasl.username=alice)
checked=$((checked + 1))
ALICE=alice-secret "$kt" -b "127.0.0.1:$sasl_ssl" topic list -q -o tsv "${rdkafka[@]}" -X sasl.password=env:ALICE 2>err | grep -q '^secured' ||
  { wrong "librdkafka's keys" && cat err; }
"$kt" -b "127.0.0.1:$ssl" topic list -q -o tsv -X security.protocol=ssl -X "ssl.ca.location=$scratch/ca.pem" \
  -X "ssl.certificate.location=$scratch/alice.crt" -X "ssl.key.location=$scratch/alice.key" 2>err | grep -q '^secured' ||
  { wrong "librdkafka's client certificate" && cat err; }

# Streams; a broker's term of 2 s passes while they run.
checked=$((checked + 4))
seq 1 20000 | "$kt" -b "127.0.0.1:$sasl_ssl" --config tls-SCRAM-SHA-256.properties produce secured -q || wrong "produce"
(seq 20001 20005 && sleep 3 && seq 20006 20010) | "$kt" -b "127.0.0.1:$sasl_ssl" --config tls-SCRAM-SHA-512.properties produce secured -q ||
  wrong "a produce that outlives a term"
"$kt" -b "127.0.0.1:$sasl_ssl" --config tls-PLAIN.properties consume secured --start earliest --exit -q >read 2>err
sort -n read | cmp - <(seq 1 20010) || { wrong "consume" && cat err; }
(sleep 4 && seq 1 3 | "$kt" -b "127.0.0.1:$plain" produce secured -q) &
[ "$(timeout 30 "$kt" -b "127.0.0.1:$sasl_ssl" --config tls-PLAIN.properties consume secured -n 3 -q 2>err)" = "$(seq 1 3)" ] ||
  { wrong "a consume that outlives a term" && cat err; }
wait

# What is wrong, and said.
sasl_java PLAIN wrong | file wrong-PLAIN SASL_PLAINTEXT
sasl_java SCRAM-SHA-256 wrong | file wrong-SCRAM SASL_PLAINTEXT
one_way=(-b "127.0.0.1:$ssl" -X security.protocol=SSL -X "ssl.ca.location=$scratch/ca.pem")
says 'which is not trusted: the system' -b "127.0.0.1:$sasl_ssl" -X security.protocol=SSL
says "signed by \"CN=Shop CA\", which is not trusted: what is in $scratch/stranger.pem" \
  -b "127.0.0.1:$ssl" -X security.protocol=SSL -X "ssl.ca.location=$scratch/stranger.pem"
says 'is for .*localhost.*, and not for "broker-1.example"' \
  -b broker-1.example:9093 --map "broker-1.example:9093=127.0.0.1:$ssl" --config pem.properties
says 'asks for a client certificate, and none is set' "${one_way[@]}"
says 'refused the client certificate "CN=eve"' "${one_way[@]}" -X "ssl.keystore.location=$scratch/eve.pem"
says 'speaks plain text, and was spoken to in TLS' -b "127.0.0.1:$plain" --config pem.properties
says 'speaks TLS, and was spoken to in plain text' -b "127.0.0.1:$ssl"
says 'does not accept user "alice" by PLAIN' -b "127.0.0.1:$sasl" --config wrong-PLAIN.properties
says 'does not accept user "alice" by SCRAM-SHA-256' -b "127.0.0.1:$sasl" --config wrong-SCRAM.properties
says 'wants to know who we are, by .*SCRAM-SHA-256' -b "127.0.0.1:$sasl"
says 'has no SASL on this port' -b "127.0.0.1:$plain" --config plain-PLAIN.properties
says 'nothing in common' "${one_way[@]}" -X ssl.cipher.suites=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
echo "$checked ways in and out, $failed wrong"
[ $failed = 0 ]

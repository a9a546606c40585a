#!/bin/bash
# Secured listeners of a real broker: TLS with a client certificate, SASL in plain text and in TLS, by PLAIN and SCRAM. The
# same properties file serves Java's tool and kt; librdkafka's keys serve kt; whatever is wrong has a sentence of
# its own, and exit code 4.
#
#   tests/real/secure.sh RELEASE     KT is the executable
# shellcheck source=tests/real/secured.sh
. "$(dirname "$0")/secured.sh"

# A CA that signs the broker and alice, and one that nobody trusts.
make_ca ca "Shop CA" && make_ca stranger "A stranger's CA" && make_trust
sign broker ca "IP:127.0.0.1,DNS:localhost" && sign alice ca && sign eve stranger

cat >jaas.conf <<'END'
KafkaServer {
  org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="alice-secret";
  org.apache.kafka.common.security.scram.ScramLoginModule required;
};
END
ports plain ssl sasl sasl_ssl
tokens=()
case $release in
  0.*) ;;
  2.*) tokens=(delegation.token.master.key=of-the-test) ;;
  *) tokens=(delegation.token.secret.key=of-the-test) ;;
esac
start_broker "$plain" "-Djava.security.auth.login.config=$scratch/jaas.conf" \
  "listeners=PLAINTEXT://127.0.0.1:$plain,SSL://127.0.0.1:$ssl,SASL_PLAINTEXT://127.0.0.1:$sasl,SASL_SSL://127.0.0.1:$sasl_ssl" \
  ssl.keystore.type=JKS "ssl.keystore.location=$scratch/broker.jks" ssl.keystore.password=changeit ssl.key.password=changeit \
  ssl.truststore.type=JKS "ssl.truststore.location=$scratch/trust.jks" ssl.truststore.password=changeit \
  ssl.client.auth=required sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512 "${tokens[@]}" || exit 1

scram_user() { # by the way that the release has, which takes one credential at a time
  local by mechanism
  case $release in 0.*) by="--zookeeper $(cat "$cluster/zookeeper")" ;; *) by="--bootstrap-server 127.0.0.1:$plain" ;; esac
  for mechanism in SCRAM-SHA-256 SCRAM-SHA-512; do
    # shellcheck disable=SC2086 # words
    "$here/kafka.sh" tool "$release" kafka.admin.ConfigCommand $by --alter --entity-type users --entity-name alice \
      --add-config "$mechanism=[iterations=4096,password=alice-secret]" >scram.log 2>&1 || return 1
  done
}
scram_user || { cat scram.log && exit 1; }

# --- Properties as Java has them.
tls_java() { # tls_java KIND
  local type=JKS
  [ "$1" = jks ] || type=PKCS12
  if [ "$1" = pem ]; then
    printf '%s\n' ssl.truststore.type=PEM "ssl.truststore.location=$scratch/ca.pem" ssl.keystore.type=PEM \
      "ssl.keystore.location=$scratch/alice.pem"
  else
    trust_java "$1"
    printf '%s\n' ssl.keystore.type=$type "ssl.keystore.location=$scratch/alice.$1" ssl.keystore.password=changeit ssl.key.password=changeit
  fi
}
sasl_java() { # sasl_java MECHANISM [PASSWORD [USER [OPTION]]]
  local module=org.apache.kafka.common.security.scram.ScramLoginModule
  [ "$1" != PLAIN ] || module=org.apache.kafka.common.security.plain.PlainLoginModule
  printf '%s\n' "sasl.mechanism=$1" \
    "sasl.jaas.config=$module required username=\"${3:-alice}\" password=\"${2:-alice-secret}\" ${4:-};"
}
for kind in jks p12 pem; do tls_java $kind | file $kind SSL; done
for mechanism in PLAIN SCRAM-SHA-256 SCRAM-SHA-512; do
  sasl_java $mechanism | file "plain-$mechanism" SASL_PLAINTEXT
  { tls_java jks && sasl_java $mechanism; } | file "tls-$mechanism" SASL_SSL
done

for kind in jks p12 pem; do takes "$ssl" $kind; done
for mechanism in PLAIN SCRAM-SHA-256 SCRAM-SHA-512; do
  takes "$sasl" "plain-$mechanism"
  takes "$sasl_ssl" "tls-$mechanism"
done
java_takes "$ssl" jks
case $release in 4.*) java_takes "$ssl" pem ;; esac # 2.8 wants a password for the key
java_takes "$sasl_ssl" tls-SCRAM-SHA-512

# librdkafka's keys.
export ALICE=alice-secret
takes_flags "$sasl_ssl" -X security.protocol=SASL_SSL -X "ssl.ca.location=$scratch/ca.pem" -X sasl.mechanisms=SCRAM-SHA-256 \
  -X sasl.username=alice -X sasl.password=env:ALICE
takes_flags "$ssl" -X security.protocol=ssl -X "ssl.ca.location=$scratch/ca.pem" \
  -X "ssl.certificate.location=$scratch/alice.crt" -X "ssl.key.location=$scratch/alice.key"

# The same files as text, a directory of CAs, a key with a password of its own, and a store as old JDKs made it.
in_text() { awk '{ printf "%s\\n", $0 }' "$1"; }
{
  printf '%s\n' ssl.truststore.type=PEM "ssl.truststore.certificates=$(in_text ca.pem)" ssl.keystore.type=PEM
  printf '%s\n' "ssl.keystore.certificate.chain=$(in_text alice.crt)" "ssl.keystore.key=$(openssl pkcs8 -topk8 -nocrypt -in alice.key | in_text -)"
} | file text SSL
takes "$ssl" text
mkdir cas && cp ca.pem cas && openssl rehash cas
openssl pkcs8 -topk8 -in alice.key -passout pass:key-secret -out locked.key
export KEY_SECRET=key-secret STORE_SECRET=changeit
takes_flags "$ssl" -X security.protocol=ssl -X ssl.ca.location=cas -X ssl.certificate.location=alice.crt -X ssl.key.location=locked.key \
  -X ssl.key.password=env:KEY_SECRET
openssl pkcs12 -legacy -export -in alice.crt -inkey alice.key -passout pass:changeit -out old.p12
takes_flags "$ssl" -X security.protocol=ssl -X ssl.ca.location=ca.pem -X ssl.keystore.location=old.p12 -X ssl.keystore.password=env:STORE_SECRET

# A delegation token, by its id and its HMAC.
case $release in
  0.*) ;;
  *)
    "$kt" token create -b "localhost:$sasl" --config plain-PLAIN.properties -q -o csv | sed 1d >token
    for ((i = 0; i < 100; i++)); do "$kt" token list -b "localhost:$sasl" --config plain-PLAIN.properties -q | grep -q User:alice && break || sleep 0.1; done
    sasl_java SCRAM-SHA-256 "$(cut -d, -f8 token)" "$(cut -d, -f1 token)" 'tokenauth="true"' | file token SASL_PLAINTEXT
    takes "$sasl" token
    java_takes "$sasl" token
    ;;
esac

streams "$plain" "$sasl_ssl" tls-SCRAM-SHA-256

# What is wrong, and said.
sasl_java PLAIN wrong | file wrong-PLAIN SASL_PLAINTEXT
sasl_java SCRAM-SHA-256 wrong | file wrong-SCRAM SASL_PLAINTEXT
one_way=(-b "127.0.0.1:$ssl" -X security.protocol=SSL -X "ssl.ca.location=$scratch/ca.pem")
says 'which is not trusted: the system' -b "127.0.0.1:$sasl_ssl" -X security.protocol=SSL
says "signed by \"CN=Shop CA\", which is not trusted: what is in $scratch/stranger.pem" \
  -b "127.0.0.1:$ssl" -X security.protocol=SSL -X "ssl.ca.location=$scratch/stranger.pem"
says 'is for .*localhost.*, and not for "broker-1.example"' \
  -b broker-1.example:9093 --map "broker-1.example:9093=127.0.0.1:$ssl" --config pem.properties
CLOCK=+3200d says 'certificate "CN=broker" of 127.0.0.1:[0-9]* has expired on 20' -b "127.0.0.1:$ssl" --config pem.properties
CLOCK=-3200d says 'certificate .* of 127.0.0.1:[0-9]* is valid from 20[0-9-]* on only' -b "127.0.0.1:$ssl" --config pem.properties
checked=$((checked + 1))
faketime -f +2990d "$kt" topic list -b "127.0.0.1:$ssl" --config pem.properties >out 2>err
[ $? = 0 ] && grep -q 'warning: the certificate "CN=broker" of 127.0.0.1 expires on 20[0-9-]*, in 9 days' err &&
  grep -q 'warning: the client certificate "CN=alice" expires on' err || { wrong "certificates about to expire" && cat err; }
says 'asks for a client certificate, and none is set' "${one_way[@]}"
says 'refused the client certificate "CN=eve"' "${one_way[@]}" -X "ssl.keystore.location=$scratch/eve.pem"
says 'speaks plain text, and was spoken to in TLS' -b "127.0.0.1:$plain" --config pem.properties
says 'speaks TLS, and was spoken to in plain text' -b "127.0.0.1:$ssl"
says 'does not accept user "alice" by PLAIN' -b "127.0.0.1:$sasl" --config wrong-PLAIN.properties
says 'does not accept user "alice" by SCRAM-SHA-256' -b "127.0.0.1:$sasl" --config wrong-SCRAM.properties
says 'wants to know who we are, by .*SCRAM-SHA-256' -b "127.0.0.1:$sasl"
says 'has no SASL on this port' -b "127.0.0.1:$plain" --config plain-PLAIN.properties
says 'nothing in common' "${one_way[@]}" -X ssl.cipher.suites=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
report

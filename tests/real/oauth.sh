#!/bin/bash
# OAUTHBEARER on a real broker: from 3.1 on tokens of an HTTPS endpoint that the test runs (token_endpoint.py), whose
# signature the broker checks; from 2.0 on those that nobody signed; before that a clear error. The same properties file
# serves Java's tool and kt.
#
#   tests/real/oauth.sh RELEASE     KT is the executable
# shellcheck source=tests/real/secured.sh
. "$(dirname "$0")/secured.sh"

ports plain sasl endpoint
listeners="listeners=PLAINTEXT://127.0.0.1:$plain,SASL_PLAINTEXT://localhost:$sasl"
module=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule
server_jaas() { echo "KafkaServer { $1 };" >jaas.conf; }
jvm=-Djava.security.auth.login.config=$scratch/jaas.conf
login() { printf '%s\n' sasl.mechanism=OAUTHBEARER "sasl.jaas.config=$module required $1;"; }

case $release in
  0.*)
    server_jaas 'org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="alice-secret";'
    start_broker "$plain" "$jvm" "$listeners" sasl.enabled.mechanisms=PLAIN || exit 1
    login 'unsecuredLoginStringClaim_sub="alice"' | file unsecured SASL_PLAINTEXT
    says 'takes no "OAUTHBEARER" to say who we are, but PLAIN' -b "localhost:$sasl" --config unsecured.properties
    report
    exit
    ;;
  2.*)
    server_jaas "$module required unsecuredLoginStringClaim_sub=\"kafka\";"
    start_broker "$plain" "$jvm" "$listeners" sasl.enabled.mechanisms=OAUTHBEARER || exit 1
    login 'unsecuredLoginStringClaim_sub="alice"' | file unsecured SASL_PLAINTEXT
    takes "$sasl" unsecured
    java_takes "$sasl" unsecured
    streams "$plain" "$sasl" unsecured
    login 'unsecuredLoginStringClaim_sub="alice" unsecuredLoginLifetimeSeconds="-60"' | file expired SASL_PLAINTEXT
    says 'does not accept the bearer token by OAUTHBEARER' -b "localhost:$sasl" --config expired.properties
    report
    exit
    ;;
esac

make_ca ca "Shop CA" && make_ca stranger "A stranger's CA" && sign endpoint ca "DNS:localhost" && make_trust
openssl genrsa -out signing.key 2048 2>/dev/null
python3 "$here/token_endpoint.py" "$endpoint" endpoint.pem signing.key >>asked 2>endpoint.log &
started+=($!)
for ((i = 0; i < 100; i++)); do (echo >"/dev/tcp/127.0.0.1/$endpoint") 2>/dev/null && break || sleep 0.1; done
url=https://localhost:$endpoint
allowed="-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=$url/jwks,$url/token"
trust="ssl.truststore.type=\"JKS\" ssl.truststore.location=\"$scratch/trust.jks\" ssl.truststore.password=\"changeit\""
# The broker has a token of its own, which it shows nobody.
server_jaas "$module required unsecuredLoginStringClaim_sub=\"kafka\" $trust;"
start_broker "$plain" "$jvm $allowed" "$listeners" sasl.enabled.mechanisms=OAUTHBEARER \
  "sasl.oauthbearer.jwks.endpoint.url=$url/jwks" sasl.oauthbearer.expected.audience=kafka sasl.oauthbearer.expected.issuer=kt-test \
  listener.name.sasl_plaintext.oauthbearer.sasl.server.callback.handler.class=org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler ||
  exit 1

by_endpoint() { # by_endpoint JAAS_OPTIONS [PATH]
  login "$1"
  echo "sasl.oauthbearer.token.endpoint.url=$url/${2:-token}"
  echo "sasl.login.callback.handler.class=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler"
}
client='clientId="alice" clientSecret="alice-secret" scope="kafka"'
by_endpoint "$client extension_tier=\"gold\" $trust" | file jaas SASL_PLAINTEXT
{
  by_endpoint "$trust"
  printf '%s\n' sasl.oauthbearer.client.credentials.client.id=alice \
    sasl.oauthbearer.client.credentials.client.secret=alice-secret sasl.oauthbearer.scope=kafka
} | file keys SASL_PLAINTEXT
export KT_KAFKA_JVM="-Xmx200m -XX:TieredStopAtLevel=1 -Xshare:auto $allowed"
for name in jaas keys; do
  takes "$sasl" $name
  java_takes "$sasl" $name
done
rdkafka=(-X security.protocol=sasl_plaintext -X sasl.mechanisms=OAUTHBEARER -X sasl.oauthbearer.method=oidc
  -X "sasl.oauthbearer.token.endpoint.url=$url/token" -X sasl.oauthbearer.client.id=alice -X sasl.oauthbearer.scope=kafka
  -X sasl.oauthbearer.extensions=tier=gold)
export SECRET=alice-secret
takes_flags "$sasl" "${rdkafka[@]}" -X sasl.oauthbearer.client.secret=env:SECRET -X "https.ca.location=$scratch/ca.pem"
takes_flags "$sasl" "${rdkafka[@]}" -X sasl.oauthbearer.client.secret=env:SECRET -X "ssl.ca.location=$scratch/ca.pem"
streams "$plain" "$sasl" jaas
checked=$((checked + 1))
: >asked
(seq 1 5 && sleep 7 && seq 6 10) | "$kt" -b "localhost:$sasl" --config jaas.properties produce secured -q &&
  [ "$(grep -c /token asked)" -ge 2 ] || { wrong "a produce that outlives its token of 5 s" && cat asked; }

# What is wrong, and said.
at=(-b "localhost:$sasl" --config wrong.properties)
by_endpoint "${client/alice-secret/wrong} $trust" | file wrong SASL_PLAINTEXT
says "the token endpoint $url/token gives no token, but 401, \"invalid_client\": \"who is that\\?\"" "${at[@]}"
by_endpoint "${client/kafka/all} $trust" | file wrong SASL_PLAINTEXT
says 'gives no token, but 400, "invalid_scope"' "${at[@]}"
by_endpoint "$client" | file wrong SASL_PLAINTEXT
says "there is no token: $url: its certificate is not of that name, or nobody trusted signed it" "${at[@]}"
says 'nobody trusted signed it' "${at[@]}" -X "ssl.ca.location=$scratch/stranger.pem"
by_endpoint "$client $trust" huge | file wrong SASL_PLAINTEXT
says 'there is no token: .* more than 1048576 bytes' "${at[@]}"
by_endpoint "$client $trust" elsewhere | file wrong SASL_PLAINTEXT
says 'does not accept the bearer token by OAUTHBEARER' "${at[@]}"
says 'there is no token: https://localhost:1 cannot be reached' -b "localhost:$sasl" --config jaas.properties \
  -X sasl.oauthbearer.token.endpoint.url=https://localhost:1/token
says 'wants to know who we are, by OAUTHBEARER' -b "localhost:$sasl"
report

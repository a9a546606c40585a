#!/bin/bash
# Kerberos on a real broker: a realm of the test's own, from Debian's krb5-kdc on a port and with files of its own. The
# same properties file serves Java's tool and kt, by keytab and by ticket; librdkafka's keys serve kt; whatever is wrong
# has a sentence of its own.
#
#   tests/real/kerberos.sh RELEASE     KT is the executable
# shellcheck source=tests/real/secured.sh
. "$(dirname "$0")/secured.sh"

ports plain sasl sasl_ssl kdc silent
export KRB5_CONFIG=$scratch/krb5.conf KRB5_KDC_PROFILE=$scratch/kdc.conf KRB5CCNAME=FILE:$scratch/tickets PATH=$PATH:/usr/sbin
realm=KT.TEST
krb5_conf() { # krb5_conf PORT [LINE]
  cat <<END
[libdefaults]
  default_realm = $realm
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
  ${2:-}
[realms]
  $realm = { 
    kdc = 127.0.0.1:$1
  }
END
}
krb5_conf "$kdc" >krb5.conf
krb5_conf 1 >nobody.conf
krb5_conf "$silent" >silent.conf
krb5_conf "$kdc" 'kdc_timesync = 0' >skewed.conf
cat >kdc.conf <<END
[kdcdefaults]
  kdc_listen = 127.0.0.1:$kdc
  kdc_tcp_listen = 127.0.0.1:$kdc
[realms]
  $realm = {
    database_name = $scratch/principals
    key_stash_file = $scratch/stash
    default_principal_flags = +preauth
  }
END
kadmin() { kadmin.local -r $realm "$@" >>kadmin.log 2>&1 || { cat kadmin.log && exit 1; }; }
kdb5_util create -s -r $realm -P of-the-test >kadmin.log 2>&1 || { cat kadmin.log && exit 1; }
for principal in kafka/localhost alice bob; do
  kadmin addprinc -randkey "$principal"
  kadmin ktadd -k "${principal%%/*}.keytab" "$principal"
done
cp bob.keytab old.keytab && kadmin ktadd -k bob.keytab bob # which makes a new key
krb5kdc -n -r $realm >kdc.log 2>&1 &
started+=($!)
# One that takes all questions and answers none.
python3 -c "
import socket, time
at = ('127.0.0.1', $silent)
udp, tcp = socket.socket(type=socket.SOCK_DGRAM), socket.create_server(at)
udp.bind(at)
time.sleep(600)" &
started+=($!)
for ((i = 0; i < 100; i++)); do (echo >"/dev/tcp/127.0.0.1/$kdc") 2>/dev/null && break || sleep 0.1; done

make_ca ca "Shop CA" && sign broker ca "IP:127.0.0.1,DNS:localhost" && make_trust
module=com.sun.security.auth.module.Krb5LoginModule
cat >jaas.conf <<END
KafkaServer {
  $module required useKeyTab=true storeKey=true keyTab="$scratch/kafka.keytab" principal="kafka/localhost@$realm";
};
END
jvm="-Djava.security.auth.login.config=$scratch/jaas.conf -Djava.security.krb5.conf=$KRB5_CONFIG"
start_broker "$plain" "$jvm" \
  "listeners=PLAINTEXT://127.0.0.1:$plain,SASL_PLAINTEXT://localhost:$sasl,SASL_SSL://localhost:$sasl_ssl" \
  ssl.keystore.type=PKCS12 "ssl.keystore.location=$scratch/broker.p12" ssl.keystore.password=changeit ssl.key.password=changeit \
  sasl.enabled.mechanisms=GSSAPI sasl.kerberos.service.name=kafka || exit 1

login() { # login OPTIONS [SERVICE]
  printf '%s\n' sasl.mechanism=GSSAPI "sasl.kerberos.service.name=${2:-kafka}" "sasl.jaas.config=$module required $1;"
}
by_keytab="useKeyTab=true storeKey=true doNotPrompt=true keyTab=\"$scratch/alice.keytab\" principal=\"alice@$realm\""
login "$by_keytab" | file keytab SASL_PLAINTEXT
{ trust_java p12 && login "$by_keytab"; } | file keytab-tls SASL_SSL
login "useTicketCache=true doNotPrompt=true" | file ticket SASL_PLAINTEXT
login "useTicketCache=true ticketCache=\"$scratch/elsewhere\" doNotPrompt=true" | file elsewhere SASL_PLAINTEXT

export KT_KAFKA_JVM="-Xmx200m -XX:TieredStopAtLevel=1 -Xshare:auto -Djava.security.krb5.conf=$KRB5_CONFIG"
takes "$sasl" keytab
takes "$sasl_ssl" keytab-tls
java_takes "$sasl" keytab
java_takes "$sasl_ssl" keytab-tls
rdkafka=(-X security.protocol=sasl_plaintext -X sasl.mechanisms=GSSAPI -X sasl.kerberos.service.name=kafka)
takes_flags "$sasl" "${rdkafka[@]}" -X "sasl.kerberos.keytab=$scratch/alice.keytab" -X "sasl.kerberos.principal=alice@$realm"
takes_flags "$sasl" "${rdkafka[@]}" -X "sasl.kerberos.keytab=$scratch/alice.keytab"
says 'there is no Kerberos ticket in the cache of tickets .*kinit' -b "localhost:$sasl" --config ticket.properties
kinit -k -t alice.keytab alice && kinit -c elsewhere -k -t alice.keytab alice
takes "$sasl" ticket
takes "$sasl" elsewhere
java_takes "$sasl" ticket
takes_flags "$sasl" "${rdkafka[@]}" -X sasl.kerberos.principal=alice
streams "$plain" "$sasl_ssl" keytab-tls

# What is wrong, and said.
here_as() { login "${by_keytab/$1/$2}" "${3:-}" | file wrong SASL_PLAINTEXT; }
at=(-b "localhost:$sasl" --config wrong.properties)
here_as alice.keytab none.keytab
EXIT=2 says "the keytab $scratch/none.keytab cannot be read: No such file" "${at[@]}"
here_as alice@ nobody@
says "alice.keytab has no key of principal \"nobody@$realm\"" "${at[@]}"
here_as '' '' brokers
says 'the Kerberos server knows no service brokers@localhost .*sasl.kerberos.service.name' "${at[@]}"
login "useKeyTab=true keyTab=\"$scratch/old.keytab\" principal=\"bob@$realm\"" | file wrong SASL_PLAINTEXT
says "the Kerberos server does not take the key in the keytab $scratch/old.keytab" "${at[@]}"
kadmin addprinc -randkey eve && kadmin ktadd -k eve.keytab eve && kadmin delprinc -force eve
login "useKeyTab=true keyTab=\"$scratch/eve.keytab\" principal=\"eve@$realm\"" | file wrong SASL_PLAINTEXT
says "the Kerberos server does not know principal \"eve@$realm\"" "${at[@]}"
says 'the Kerberos server does not know the principal of .*eve.keytab' -b "localhost:$sasl" "${rdkafka[@]}" \
  -X "sasl.kerberos.keytab=$scratch/eve.keytab"
KRB5_CONFIG=$scratch/nobody.conf says 'no Kerberos server can be reached .*KRB5_CONFIG' -b "localhost:$sasl" --config keytab.properties
checked=$((checked + 1)) begun=$SECONDS
KRB5_CONFIG=$scratch/silent.conf "$kt" -b "localhost:$sasl" --config keytab.properties topic list --timeout 3s >out 2>err
[ $? = 4 ] && grep -q 'no Kerberos server has answered in time' err && [ $((SECONDS - begun)) -le 5 ] ||
  { wrong "a Kerberos server that does not answer" && cat err; }
kinit -c elsewhere -l 1s -k -t alice.keytab alice && sleep 2
says "the Kerberos ticket in the cache $scratch/elsewhere has expired .*kinit" -b "localhost:$sasl" --config elsewhere.properties
KRB5_CONFIG=$scratch/skewed.conf CLOCK=+1h says 'the clock here .* differ too much' -b "localhost:$sasl" --config keytab.properties
says 'wants to know who we are, by GSSAPI' -b "localhost:$sasl"
says 'has no SASL on this port' -b "127.0.0.1:$plain" --config keytab.properties
report

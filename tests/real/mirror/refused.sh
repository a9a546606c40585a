#!/bin/bash
# What kt mirror does where real rights and quotas stop it: one 4.3.0 broker with Kafka's own authorizer, everybody being
# User:ANONYMOUS; rights and quotas are set by Java's tools. Topics are copied within the cluster, under other names. A
# missing right stops its own partition or topic, with its error, and the others go on; a quota slows down, nothing more.
#
#   KT=build/cmd/kt tests/real/mirror/refused.sh
set -uo pipefail

real=$(cd "$(dirname "$0")/.." && pwd)
kt=${KT:-$real/../../build/cmd/kt}
scratch=$(mktemp -d)
trap '"$real/kafka.sh" stop "$scratch/broker"; rm -rf "$scratch"' EXIT
failed=0
fail() { echo "FAILED $*" && failed=$((failed + 1)); }

"$real/kafka.sh" start 4.3.0 "$scratch/broker" 1 allow.everyone.if.no.acl.found=true \
  authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer >/dev/null || exit 1
b=$(cat "$scratch/broker/bootstrap")

# java_tool NAME CLASS ARGUMENT...
java_tool() { "$real/kafka.sh" tool 4.3.0 "$2" --bootstrap-server "$b" "${@:3}" >"$scratch/tool-$1" 2>&1 || fail "$2: $(tail -3 "$scratch/tool-$1")"; }
right() { java_tool "$1" org.apache.kafka.tools.AclCommand --add "${@:2}"; }
right all --allow-principal User:ANONYMOUS --operation All --topic '*' &
right write --deny-principal User:ANONYMOUS --operation Write --topic copy.unwritable &
right read --deny-principal User:ANONYMOUS --operation Read --topic unreadable &
right describe --deny-principal User:ANONYMOUS --operation Describe --topic hidden &
java_tool quota kafka.admin.ConfigCommand --alter --entity-type clients --entity-name paced --add-config producer_byte_rate=300000 &
"$kt" topic create open unwritable unreadable hidden large -p 1 -b "$b" -q >/dev/null || fail "topics are not created"
for topic in open unwritable unreadable hidden; do seq 100 | kcat -P -b "$b" -t $topic -p 0 2>/dev/null; done
head -c 4500000 /dev/urandom | base64 -w 1000 | kcat -P -b "$b" -t large -p 0
wait

# mirror FLAGS...: leaves rows, errors and exit code.
mirror() {
  "$kt" mirror run --from "$b" --to "$b" --rename '(.*)=copy.$1' --exit -o csv "$@" >"$scratch/rows" 2>"$scratch/errors"
  code=$?
}
# expect WHAT CODE WORDS...
expect() {
  [ $code = "$2" ] || fail "$1: exit code $code: $(cat "$scratch/errors")"
  local words
  for words in "${@:3}"; do grep -qF -e "$words" "$scratch/rows" "$scratch/errors" || fail "$1: \"$words\" is not said: $(cat "$scratch/rows" "$scratch/errors")"; done
}
mirror open unwritable unreadable
expect "rights to write and to read" 1 copy.open,done,100 unwritable,0,copy.unwritable,stopped "the target needs Write and Describe on the topic" \
  unreadable,0,copy.unreadable,stopped "unreadable-0 cannot be read: TOPIC_AUTHORIZATION_FAILED"
mirror hidden
expect "a right to see" 1 'topic "hidden"' TOPIC_AUTHORIZATION_FAILED
# Brokers count the bytes of ten seconds: three million pass at once, the rest waits.
began=$(date +%s)
mirror large -X client.id=paced
expect "a quota" 0 copy.large,done
[ $(($(date +%s) - began)) -ge 3 ] || fail "the quota slowed nothing down"
[ "$(kcat -C -b "$b" -t copy.large -o beginning -e -q | md5sum)" = "$(kcat -C -b "$b" -t large -o beginning -e -q | md5sum)" ] || fail "what was slowed down is not equal"
[ $failed = 0 ] && echo "rights and quotas are named or kept"

#!/bin/bash
# Rights on brokers that enforce them: what kt explains is what happens, beside what Kafka's own tools say; users and
# quotas of either side are found by the other.
#
#   tests/real/rights.sh RELEASE     KT is the executable
#
# First we are no super user and a resource without rules is open; then we are one, and all else is closed.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

start_ruled() {
  local settings
  mapfile -t settings < <("$here/kafka.sh" authorizer "$release")
  start 1 "${settings[@]}" "$@"
}

# What we may do: done means done, and a refusal is one of the topic or the group. attempt OPERATION prints yes or no.
attempt() {
  local status=0
  case $1 in
    Read) timeout -k 5 40 "$kt" consume orders --start earliest --exit -q ;;
    Write) echo x | timeout -k 5 40 "$kt" produce orders -q ;;
    Describe) "$kt" topic describe orders -q ;;
    Alter) "$kt" topic add-partitions orders -p 2 --dry-run -q ;;
    DescribeConfigs) "$kt" config get topic/orders -q ;;
    AlterConfigs) "$kt" config set topic/orders retention.ms=86400000 -q ;;
  esac >attempt.log 2>&1 || status=$?
  if [ $status = 0 ]; then
    echo yes
  elif grep -q 'TOPIC_AUTHORIZATION_FAILED\|not found on cluster' attempt.log; then  # 0.10 hides what may not be seen
    echo no
  else
    cat attempt.log
  fi
}
explain() {
  "$kt" acl list --explain topic/orders --operation "$1" --principal User:ANONYMOUS --host 127.0.0.1 -o csv -q |
    sed 1d | cut -d, -f3 | sed 's/true/yes/; s/false/no/'
}
operations=(Read Write Describe)
at_least 0.11 && operations+=(Alter DescribeConfigs AlterConfigs)
# agree WANTED...: of each operation in turn, what is explained and what happens.
agree() {
  local operation wanted
  for operation in "${operations[@]}"; do
    wanted=$1
    shift || fail "too few answers"
    [ "$wanted" != - ] || continue
    is "$wanted " explain "$operation"
    is "$wanted " attempt "$operation"
  done
}
clear_rules() { run acl delete --principal User:ANONYMOUS --yes; }

start_ruled
cd "$scratch" || exit 1
run topic create orders -p 1 -r 1
is "yes " attempt Write

# One rule at a time, the implied ones too. A rule for somebody else closes what was open.
run acl create topic/orders --allow User:alice --operation All
agree no no no no no no
run acl create topic/orders --allow User:ANONYMOUS --operation Read
agree yes no yes no no no
clear_rules
run acl create topic/orders --allow User:ANONYMOUS --operation Write --host 127.0.0.1
agree no yes yes no no no
clear_rules
if at_least 0.11; then
  run acl create topic/orders --allow User:ANONYMOUS --operation Alter,AlterConfigs
  agree no no yes yes yes yes
  clear_rules
else
  run acl create topic/orders --allow User:ANONYMOUS --operation Alter
  agree no no no
  clear_rules
  run acl create topic/orders --allow User:ANONYMOUS --operation Delete
  agree no no "$(at_least 0.10.1 && echo yes || echo no)"
  clear_rules
fi
if at_least 2.0; then
  run acl create topic/ord --prefixed --allow User:ANONYMOUS --operation All
  agree yes yes yes yes yes yes
  run acl create topic/orders --deny User:ANONYMOUS --operation Write --host 127.0.0.1
  agree yes no yes yes yes yes
  clear_rules
fi
run acl create 'topic/*' --allow 'User:*' --operation All
agree yes yes yes yes yes yes
run acl create topic/orders --deny User:ANONYMOUS --operation Read --host 10.255.255.255
is "yes " attempt Read
run acl create topic/orders --deny User:ANONYMOUS --operation All
agree no no no no no no
"$here/kafka.sh" stop "$cluster"

# A super user may do everything, and nobody else anything: rules are those that Kafka's own tools made.
start_ruled super.users=User:ANONYMOUS allow.everyone.if.no.acl.found=false
acls=(--bootstrap-server "$KT_BOOTSTRAP_SERVER") configs=(--bootstrap-server "$KT_BOOTSTRAP_SERVER")
at_least 2.1 || acls=(--authorizer-properties "zookeeper.connect=$KT_ZOOKEEPER")
at_least 2.7 || configs=(--zookeeper "$KT_ZOOKEEPER")
class=kafka.admin.AclCommand
! at_least 4.0 || class=org.apache.kafka.tools.AclCommand
tool() { "$here/kafka.sh" tool "$release" "$@" >tool.log 2>&1 || fail "$*: $(cat tool.log)"; }
tool $class "${acls[@]}" --add --allow-principal User:java --operation Read --operation Write --topic orders
is "Read,User:java,* Write,User:java,* " sh -c "'$kt' acl list topic/orders -q -o csv | sed 1d | cut -d, -f5-"
is "Java may: true " sh -c "echo \"Java may: \$('$kt' acl list --explain topic/orders --operation Describe \
  --principal User:java -q -o csv | sed 1d | cut -d, -f3)\""
run topic create orders -p 1 -r 1
is "yes " attempt Write
run acl delete topic/orders --principal User:java --operation Write --yes
tool $class "${acls[@]}" --list --topic orders
grep -iq 'read' tool.log && ! grep -iq 'write' tool.log || fail "Kafka's tool tells: $(cat tool.log)"
run quota set user/alice produce-rate=1MiB
echo secret | "$kt" user set alice --mechanism SCRAM-SHA-512 --iterations 4096 >last.log 2>&1 || fail "$(cat last.log)"
tool kafka.admin.ConfigCommand "${configs[@]}" --describe --entity-type users --entity-name alice
grep -q 'producer_byte_rate=1048576' tool.log && grep -q 'SCRAM-SHA-512=.*iterations=4096' tool.log ||
  fail "Kafka's tool tells: $(cat tool.log)"
tool kafka.admin.ConfigCommand "${configs[@]}" --alter --entity-type users --entity-name bob \
  --add-config 'SCRAM-SHA-256=[iterations=8192,password=secret]'
is "alice,SCRAM-SHA-512,4096 bob,SCRAM-SHA-256,8192 " sh -c "'$kt' user list -q -o csv | sed 1d"

# Tokens are handed out to who is known alone, and releases without them are named.
"$kt" token create >last.log 2>&1 && fail "a token was made in plain text"
if at_least 1.1; then
  grep -q 'DELEGATION_TOKEN' last.log || fail "no token: $(cat last.log)"
else
  grep -q 'takes Kafka 1.1 or later' last.log || fail "no token: $(cat last.log)"
fi
echo "rules, users and quotas agree with brokers and Kafka's tools"

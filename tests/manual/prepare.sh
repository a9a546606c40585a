# Sourced before each example, inside a sandbox of three brokers and an empty directory: what the manual's examples
# speak of. WORDS are the command's. An example that the sandbox cannot serve says why and ends with 77.
case $EXAMPLE in
*/run/secrets/alice* | *password*)
  EXAMPLE=$(echo "$EXAMPLE" | sed 's|/run/secrets/alice|password|')
  echo secret >password
  ;;
esac
case $WORDS in
acl\ delete)
  kt acl create topic/orders --allow User:alice --allow User:bob --operation Read -q >/dev/null || exit 99
  kt acl create topic/app. --prefixed --deny User:bob --operation Write -q >/dev/null || exit 99
  ;;
user\ delete) echo secret | kt user set alice -q >/dev/null || exit 99 ;;
token\ renew | token\ expire)
  TOKEN=$(kt token create -q -o tsv | sed -n 2p | cut -f1) && [ -n "$TOKEN" ] || exit 99
  export TOKEN
  ;;
esac
case $WORDS in
jmx*) echo 'the sandbox has no JMX' && exit 77 ;;
log\ dump | log\ check)
  kt sandbox --data-dir logs --topic orders:1 -- sh -c 'seq 100 | kt produce orders' >/dev/null || exit 99
  ln -s logs/orders-0 orders-0
  kt topic create orders -p 1 -r 1 -q >/dev/null || exit 99
  ;;
log\ merge-state-changes)
  mkdir broker-1
  echo '[2026-11-22 10:00:00,003] TRACE Broker 1 completed become-leader transition for partition [orders,0] (state.change.logger)' |
    tee b1.log b2.log >broker-1/state-change.log
  ;;
topic\ create | sandbox | protocol* | context* | completion | schema | help | version) ;;
*) kt topic create orders payments app-a test-a -p 6 -r 2 -q >/dev/null || exit 99 ;;
esac
case $EXAMPLE in
*--undo*) kt broker shutdown 1 -q >/dev/null || exit 99 ;;
esac
case $WORDS in
topic\ alter | topic\ delete) kt topic create app-log test-log tmp-log -p 1 -r 1 -q >/dev/null ;;
group*)
  for group in billing app-one test-one; do
    kt consume orders --group $group --start earliest --exit >/dev/null 2>&1
  done
  ;;
context*) kt context set local bootstrap-server="$KT_BOOTSTRAP_SERVER" -q ;;
sandbox) printf 'check:\n\tkt topic describe orders\n' >Makefile ;;
protocol\ decode) echo '{"header":{"correlationId":7},"body":{"topics":null}}' | kt protocol encode Metadata 9 --frame >request.bin ;;
consume) seq 100 | kt produce orders || exit 99 ;;
replay)
  kt topic create copy restored -p 6 -r 1 -q >/dev/null && seq 100 | kt produce orders || exit 99
  EXAMPLE=$(echo "$EXAMPLE" | sed "s|--to 127.0.0.1:9093 --create|orders-there --create|; s|/var/lib/kafka/orders-0|$PWD/orders-0|")
  mkdir orders-0 && : >orders-0/00000000000000000000.log
  ;;
migrate*)
  EXAMPLE=$(echo "$EXAMPLE" | sed "s|--to 127.0.0.1:9092||; s|/var/kafka07/logs|$HERE/../data/kafka07|; s|/backup/b.|$HERE/../data/kafka07|g; s|clicks|mix|")
  [ "$WORDS" != migrate\ verify ] || kt migrate run --from "$HERE/../data/kafka07" -q >/dev/null || exit 99
  ;;
produce)
  kt topic create copy -p 6 -r 1 -q >/dev/null || exit 99
  printf 'one\ntwo\n' | tee orders.txt | kt produce orders || exit 99
  printf 'a\t1\nb\t2\n' >orders.tsv
  ;;
offsets*)
  seq 100 | kt produce orders || exit 99
  for group in billing app-a test-a; do
    kt consume orders --group "$group" --start earliest --exit >consumed || exit 99
  done
  ;;
esac
case $WORDS in
mirror*)
  timeout 15 kt sandbox --ready-file ready >/dev/null 2>&1 &
  seq 100 | kt produce orders || exit 99
  while [ ! -s ready ]; do sleep 0.05; done
  for name in east old; do kt context set $name bootstrap-server="$KT_BOOTSTRAP_SERVER" -q; done
  for name in west new; do kt context set $name bootstrap-server="$(cat ready)" -q; done
  printf '%s\n' 'clusters=A,B' "A.bootstrap.servers=$KT_BOOTSTRAP_SERVER" "B.bootstrap.servers=$(cat ready)" 'A->B.enabled=true' >mm2.properties
  case $WORDS in
  mirror\ verify | mirror\ status) kt mirror run --from east --to west --exit -q >copied || exit 99 ;;
  mirror\ translate)
    kt consume orders --group billing --start earliest --exit >consumed || exit 99
    kt mirror run --from east --to west --exit -q >copied || exit 99
    ;;
  esac
  ;;
esac
case $WORDS in
reassign\ execute | reassign\ verify | reassign\ cancel)
  kt reassign plan orders --drain 3 --into plan.json -q >/dev/null && cp plan.json plan.rollback.json || exit 99
  [ "$WORDS" != reassign\ verify ] || kt reassign execute plan.json --overwrite --wait -q >/dev/null || exit 99
  case $EXAMPLE in *plan.json*--wait*) rm plan.rollback.json ;; esac
  ;;
offsets\ import)
  kt offsets export billing >positions.json || exit 99
  kt offsets export billing --format zk >zk-offsets.txt || exit 99
  ;;
esac

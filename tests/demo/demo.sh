#!/bin/sh
# `make demo`: the main job on real data, on a three-broker sandbox that this script starts and ends.
# Shows each command before it runs; the first one that fails ends the demo with its exit code.
set -eu
kt=${KT:-kt}
here=$(cd "$(dirname "$0")" && pwd)
case $kt in /*) ;; *) kt=$(pwd)/$kt ;; esac

if [ "${KT_DEMO_INSIDE:-}" = "" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  KT_DEMO_INSIDE=$work "$kt" sandbox --brokers 3 -- sh "$here/demo.sh"
  exit 0
fi

PATH=$(dirname "$kt"):$PATH
export PATH
work=$KT_DEMO_INSIDE
data=$here/broker.log
lines=$(wc -l <"$data")
if [ -t 1 ]; then bold=$(printf '\033[1m') dim=$(printf '\033[2m') plain=$(printf '\033[0m'); else bold= dim= plain=; fi

say() { printf '\n%s# %s%s\n' "$dim" "$1" "$plain"; }
run() {
  printf '%s$ %s%s\n' "$bold" "$1" "$plain"
  sh -c "$1"
}

printf '%s\n' "A three-broker sandbox is up at" "$KT_BOOTSTRAP_SERVER;" \
  "the data is a real broker's log, $lines lines."

say "A topic, then more partitions for it"
run "kt topic create broker-log --partitions 4 --replication-factor 3"
run "kt topic add-partitions broker-log --partitions 6"

say "Every line of the log becomes a record, keyed by its line number"
cd "$work"
awk '{ printf "%d\t%s\n", NR, $0 }' "$data" >keyed.tsv
run "kt produce broker-log --key-separator '\\t' <keyed.tsv"

say "What is there now"
run "kt topic list"
run "kt topic describe broker-log"
run "kt offsets get broker-log"
run "kt offsets get broker-log --at @-1m"

say "All partitions read back, put in order by the key, compared byte for byte"
run "kt consume broker-log --start earliest --exit -f '%k\\t%v\\n' |
    sort -n -k1,1 | cut -f2- >back.log"
cmp "$data" back.log
printf '%s\n' "The same $lines lines, byte for byte."

say "A consumer group reads a part, commits, and shows where it stands"
run "kt consume broker-log --group readers --start earliest -n 1000 >/dev/null"
run "kt group list"
run "kt group describe readers"

say "Every answer also comes as JSON, for scripts"
run "kt offsets get broker-log -o json"

cat <<TEXT

${bold}Next${plain}
  kt sandbox --brokers 3          keep a sandbox running, and in another shell:
  export KT_BOOTSTRAP_SERVER=...  the address it prints, or your own cluster's
  kt topic list                   the commands above, on your data
  kt help                         all commands;  kt topic create --help  for one
TEXT

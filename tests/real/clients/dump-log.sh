# Kafka's DumpLogSegments on the files of a sandbox of our own: records and indexes as the real tool reads them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

produce='
  for codec in none gzip snappy lz4 zstd; do
    seq 3000 | sed "s/.*/& some text that goes on for a while/" |
      kcat -P -b "$KT_BOOTSTRAP_SERVER" -t segments -p 0 -z $codec -X batch.num.messages=100
  done
  seq 10 | kcat -P -b "$KT_BOOTSTRAP_SERVER" -t segments -p 0 -X transactional.id=dump-log 2>/dev/null'
"$KT" sandbox --data-dir "$scratch/data" --topic segments:1 --set log.segment.bytes=65536 -- sh -c "$produce"

segments=$(find "$scratch/data" -path '*segments-0/*.log' | sort)
[ "$(echo "$segments" | wc -l)" -gt 1 ] || { echo "dump-log: no second segment was begun"; exit 1; }
files=$(find "$scratch/data" -path '*segments-0/*' \( -name '*.log' -o -name '*index' \) | sort | paste -sd ,)
for tool in 4.3.0/org.apache.kafka.tools.DumpLogSegments 3.9.1/kafka.tools.DumpLogSegments; do
  "$here/../kafka.sh" tool "${tool%/*}" "${tool#*/}" --deep-iteration --print-data-log --files "$files" >"$scratch/dump" 2>&1
  if grep -iE 'mismatch|invalid|exception|corrupt|isvalid: false|missing' "$scratch/dump"; then
    echo "dump-log: the segments do not please ${tool%/*}"
    exit 1
  fi
  { for codec in none gzip snappy lz4 zstd; do seq 3000; done; seq 10; } >"$scratch/expected"
  sed -n 's/.* payload: \([0-9]*\).*/\1/p' "$scratch/dump" >"$scratch/seen"
  cmp "$scratch/expected" "$scratch/seen" || { echo "dump-log: ${tool%/*} reads other records than were produced"; exit 1; }
  grep -q 'endTxnMarker: COMMIT' "$scratch/dump" || { echo "dump-log: no transaction marker"; exit 1; }
done
echo "dump-log: $(echo "$segments" | wc -l) segments and their indexes read by 4.3.0 and 3.9.1"

#!/bin/bash
# Batches and message sets that kt writes, every format and codec, read by the DumpLogSegments of a release of their day.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
oracle=${BUILD:-$here/../../../build}/tests/kt-records-oracle
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 judged=0

# judge RELEASE MAGIC CLASS
judge() {
  local segment
  rm -rf "$work/segments"
  "$oracle" "$work/segments" "$2"
  for segment in "$work"/segments/*/*.log; do
    local codec
    codec=$(basename "$(dirname "$segment")")
    [ "$1/$codec" != 1.1.1/zstd ] || continue
    "$here/../kafka.sh" tool "$1" "$3" --deep-iteration --print-data-log --files "$segment" >"$work/dump" 2>&1 || true
    sed -n 's/.*payload: record-\([0-9]*\) .*/\1/p' "$work/dump" >"$work/seen"
    if ! seq 0 1199 | cmp -s - "$work/seen" || grep -iE 'mismatch|isvalid: false|exception|corrupt' "$work/dump"; then
      echo "records: Kafka $1 does not read format v$2 with codec $codec as it was written"
      tail -3 "$work/dump" | cut -c 1-200
      failed=1
    fi
    judged=$((judged + 1))
  done
}

judge 0.8.2.2 0 kafka.tools.DumpLogSegments
judge 0.10.2.2 1 kafka.tools.DumpLogSegments
judge 1.1.1 2 kafka.tools.DumpLogSegments
judge 4.3.0 2 org.apache.kafka.tools.DumpLogSegments
echo "records: $judged segments judged by 0.8.2.2, 0.10.2.2, 1.1.1 and 4.3.0"
exit $failed

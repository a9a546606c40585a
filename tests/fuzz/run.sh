#!/bin/sh
# run.sh [NAME...]: builds and runs fuzz targets, all unless some are named. tests/fuzz/corpus/NAME.tar.gz is where each
# begins; what reaches new code is added to it. A crash stops the run and leaves its input in BUILD.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build-fuzz}
names=${*:-$(ls tests/fuzz/*_fuzz.cpp | sed 's|.*/||; s|_fuzz.cpp||')}
mkdir -p tests/fuzz/corpus
# Targets that make files make them in memory: thirty times as many inputs a second.
[ ! -d /dev/shm ] || export TMPDIR=/dev/shm
for name in $names; do
  cmake --build "$build" -j "${JOBS:-2}" --target "fuzz-$name" >"$build/fuzz.log" || { cat "$build/fuzz.log"; exit 1; }
  fuzz=$build/tests/fuzz/fuzz-$name corpus=tests/fuzz/corpus/$name.tar.gz found=$build/found-$name smallest=$build/smallest-$name
  mkdir -p "$found"
  [ ! -f "$corpus" ] || tar -xzf "$corpus" -C "$found"
  echo "fuzzing $name for ${FUZZ_SECONDS:-60} s"
  "$fuzz" -max_total_time="${FUZZ_SECONDS:-60}" -rss_limit_mb=1024 -timeout=10 -print_final_stats=1 \
    -artifact_prefix="$build/crash-$name-" "$found" >"$build/fuzz.log" 2>&1 || { tail -60 "$build/fuzz.log"; exit 1; }
  grep -E 'number_of_executed_units|new_units_added' "$build/fuzz.log" | sed 's/^/  /'
  rm -rf "$smallest" && mkdir "$smallest"
  "$fuzz" -merge=1 -max_len=4096 "$smallest" "$found" >/dev/null 2>&1
  tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$smallest" -cf - . | gzip -9n >"$corpus"
done

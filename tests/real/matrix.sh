#!/bin/bash
# The README's table of commands and releases: made from what the cases showed on real brokers (lines
# "release<tab>way<tab>command" of `test-cmd --ways`), and held against it.
#
#   matrix.sh table WAYS           the table, for the README
#   matrix.sh check WAYS           fails where the README says something else of the releases in WAYS
#   matrix.sh write WAYS           puts the table into the README
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
readme=$here/../../README.md
begin='<!-- made by tests/real/matrix.sh -->'

# One line for each command and release, with all ways that were shown.
merged() {
  sort -u "$1" | sort -t $'\t' -k3,3 -k1,1 -k2,2 | awk -F'\t' -v OFS='\t' '
    { if ($3 == command && $1 == release) { ways = ways ", " $2; next } }
    NR > 1 { print release, ways, command }
    { release = $1; ways = $2; command = $3 }
    END { print release, ways, command }'
}

table() {
  merged "$1" | sort -t $'\t' -k3,3 -k1,1V | awk -F'\t' '
    { cells[$3, $1] = $2 }
    !($1 in known) { known[$1]; releases[++count] = $1 }
    !($3 in rows) { rows[$3]; order[++commands] = $3 }
    END {
      for (i = 2; i <= count; ++i)  # in the order of versions, few as they are
        for (j = i; j > 1 && older(releases[j], releases[j - 1]); --j) {
          held = releases[j]; releases[j] = releases[j - 1]; releases[j - 1] = held
        }
      printf "| command |"; for (i = 1; i <= count; ++i) printf " %s |", releases[i]
      printf "\n|---|"; for (i = 1; i <= count; ++i) printf "---|"
      for (c = 1; c <= commands; ++c) {
        printf "\n| `%s` |", order[c]
        for (i = 1; i <= count; ++i) printf " %s |", cells[order[c], releases[i]]
      }
      print ""
    }
    function older(a, b,   x, y, i) {
      split(a, x, "."); split(b, y, ".")
      for (i = 1; i <= 4; ++i) if (x[i] + 0 != y[i] + 0) return x[i] + 0 < y[i] + 0
      return 0
    }'
}

# The lines of the README's table, as merged() has them.
told() {
  awk -F' *[|] *' -v OFS='\t' -v begin="$begin" '
    $0 == begin { row = 1; next }
    row && !/^[|]/ { exit }
    row == 1 { for (n = 3; n < NF; ++n) releases[n] = $n }
    row > 2 { for (n = 3; n < NF; ++n) if ($n != "") { gsub("`", "", $2); print releases[n], $n, $2 } }
    row { ++row }' "$readme"
}

case ${1:-} in
  table) table "$2" ;;
  check)
    cut -f1 "$2" | sort -u >"$2.releases"
    told | awk -F'\t' 'NR == FNR { ran[$1]; next } $1 in ran' "$2.releases" - | sort >"$2.told"
    merged "$2" | sort | diff --label README.md --label 'these runs' "$2.told" - ||
      { echo "README.md and these runs differ; with all releases: tests/real/matrix.sh write $2" && exit 1; }
    echo "the table of README.md holds: $(wc -l <"$2.told") cells"
    ;;
  write)
    table "$2" >"$2.table"
    awk -v begin="$begin" -v table="$2.table" '
      index($0, begin) == 1 { print; while ((getline line < table) > 0) print line; skip = 1; next }
      skip && !/^[|]/ { skip = 0 }
      !skip' "$readme" >"$2.readme"
    cp "$2.readme" "$readme"
    ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$0" && exit 2 ;;
esac

#!/bin/sh
# in_step.sh KT: man/ and completions/ hold exactly what the commands say now, and no page that mandoc finds wrong.
set -u
here=$(cd "$(dirname "$0")/../.." && pwd)
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
"$1" __manual "$fresh" || exit 1
mkdir "$fresh/kept" && cp "$here"/man/*.1 "$fresh/kept/" || exit 1
diff -r "$fresh/kept" "$fresh/man" && diff -r "$here/completions" "$fresh/completions" || {
  echo 'stale: run "make man" and commit what it changed'
  exit 1
}
command -v mandoc >/dev/null || exit 0
for page in "$here"/man/*.[17]; do mandoc -Tlint -W warning "$page"; done | grep -v 'missing date' && exit 1
exit 0

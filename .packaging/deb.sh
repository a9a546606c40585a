#!/bin/sh
# deb.sh KT DIRECTORY: makes DIRECTORY/kt_VERSION_ARCH.deb with dpkg-deb alone. It depends on the packages whose shared
# libraries the binary is linked with, at the versions it was linked against.
set -eu
kt=$1 directory=$2
here=$(cd "$(dirname "$0")/.." && pwd)
version=$("$kt" --version | cut -d' ' -f2)
architecture=$(dpkg --print-architecture)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

ZSH_DIR=vendor-completions "$here/.packaging/install.sh" "$kt" "$stage/usr"
strip "$stage/usr/bin/kt"
gzip -9n "$stage"/usr/share/man/man*/*
install -Dm644 "$here/LICENSE" "$stage/usr/share/doc/kt/copyright"

# ldd may print /lib/... for what dpkg knows as /usr/lib/...
owner() { dpkg -S "$1" 2>/dev/null || dpkg -S "/usr$1" 2>/dev/null; }
# What is loaded when it is first used, for HTTP, is no line of ldd.
late=$(ldconfig -p | awk '/libcpp-httplib/ {print $NF; exit}')
depends=$({ ldd "$kt" | awk '$3 ~ /^\// {print $3}'; echo "$late"; } | while read -r library; do
  package=$(owner "$library" | head -1 | cut -d: -f1)
  dpkg-query -W -f='${Package} ${Version}\n' "$package" | head -1
done | sort -u | sed -E 's/^([^ ]+) ([0-9]+:)?([0-9]+(\.[0-9]+)?).*/\1 (>= \2\3)/' | paste -sd, | sed 's/,/, /g')

mkdir -p "$stage/DEBIAN"
cat >"$stage/DEBIAN/control" <<CONTROL
Package: kt
Version: $version
Architecture: $architecture
Maintainer: The kt authors <kt@localhost>
Installed-Size: $(du -sk "$stage/usr" | cut -f1)
Depends: $depends
Section: admin
Priority: optional
Description: operate Apache Kafka from a shell
 One program for clusters of any release from 0.8.0 to 4.3.0: topics, settings,
 brokers, offsets, groups, streams, and an embedded Kafka for demos and tests.
CONTROL
mkdir -p "$directory"
dpkg-deb --root-owner-group --build "$stage" "$directory/kt_${version}_$architecture.deb"

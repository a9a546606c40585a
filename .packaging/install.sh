#!/bin/sh
# install.sh KT ROOT: puts binary, manual and completions under ROOT (DESTDIR and PREFIX in one).
# ZSH_DIR says where zsh looks: site-functions below /usr/local, vendor-completions in Debian's own packages.
set -eu
kt=$1 root=$2
here=$(cd "$(dirname "$0")/.." && pwd)

install -Dm755 "$kt" "$root/bin/kt"
for page in "$here"/man/*.[17]; do
  install -Dm644 "$page" "$root/share/man/man${page##*.}/$(basename "$page")"
done
install -Dm644 "$here/completions/kt.bash" "$root/share/bash-completion/completions/kt"
install -Dm644 "$here/completions/_kt" "$root/share/zsh/${ZSH_DIR:-site-functions}/_kt"
install -Dm644 "$here/completions/kt.fish" "$root/share/fish/vendor_completions.d/kt.fish"
unit=$root/lib/systemd/system/kt-mirror@.service
install -d "$(dirname "$unit")"
sed "s|@BIN@|${PREFIX:-/usr}/bin|" "$here/.packaging/kt-mirror@.service" >"$unit"
chmod 644 "$unit"

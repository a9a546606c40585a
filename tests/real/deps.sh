#!/bin/bash
# Installs what tests on real Kafka need and the machine lacks: a JDK and Maven, and for the independent clients
# kcat, Python, Node and Go, and a Kerberos server that the tests run themselves. Debian's packages; root or sudo; asks nothing.
set -euo pipefail

missing=()
need() { command -v "$1" >/dev/null || missing+=("$2"); }
need javac default-jdk-headless
need mvn maven
need kcat kcat
need flock util-linux
need node nodejs
need npm npm
need go golang-go
need kinit krb5-user
need faketime faketime
[ -x /usr/sbin/krb5kdc ] || missing+=(krb5-kdc)
[ -x /usr/sbin/kadmin.local ] || missing+=(krb5-admin-server)
dpkg-query -W -f='${Status}' python3-venv 2>/dev/null | grep -q 'ok installed' || missing+=(python3-venv)
dpkg-query -W -f='${Status}' time 2>/dev/null | grep -q 'ok installed' || missing+=(time)
[ ${#missing[@]} -gt 0 ] || exit 0
echo "installing: ${missing[*]}"
root=()
[ "$(id -u)" = 0 ] || root=(sudo)
"${root[@]}" apt-get update -qq
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null

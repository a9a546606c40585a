#!/bin/bash
# Installs real Kafka releases, as jars from Maven, into a cache outside the checkout.
#
#   tests/real/install.sh RELEASE...     prints the directory of each; installs only what is missing
#   tests/real/install.sh kafkajs | python     the same for clients that others wrote (npm, PyPI)
#   tests/real/install.sh jolokia                the agent that answers JMX over HTTP
#   tests/real/install.sh tiered-RELEASE       Kafka's own store of tiered segments in a directory, for tests (from 3.9)
#
# Layout: $KT_KAFKA_CACHE/RELEASE/libs/*.jar. A release appears whole or not at all: it is fetched into a
# directory beside and renamed. Needs java and mvn; works without HOME.
set -euo pipefail

cache=${KT_KAFKA_CACHE:-${XDG_CACHE_HOME:-${HOME:-${TMPDIR:-/tmp}/kt-$(id -u)}/.cache}/kt-kafka}

# The artifacts of a release: group:artifact:version, and what 2026's registries no longer hold as exclusions.
# Up to 3.9 all of a broker's logging goes through reload4j, so that every release writes Kafka's own layout.
artifacts() {
  local reload4j=org.slf4j:slf4j-reload4j:1.7.36 jaxb=javax.xml.bind:jaxb-api:2.3.1
  case $1 in
    0.8.0) echo org.apache.kafka:kafka_2.9.2:$1 ;;
    0.8.2.2) echo org.apache.kafka:kafka_2.10:$1 $reload4j ;;
    0.9.0.1) echo org.apache.kafka:kafka_2.11:$1 $reload4j ;;
    0.10.2.2 | 0.11.0.3) echo org.apache.kafka:kafka_2.11:$1 $reload4j $jaxb ;;
    1.1.1) echo org.apache.kafka:kafka_2.12:$1 $reload4j ;;
    2.8.2) echo org.apache.kafka:{kafka_2.13,connect-mirror}:$1 $reload4j ;;
    3.9.1) echo org.apache.kafka:{kafka_2.13,kafka-tools,connect-mirror}:$1 $reload4j ;;
    4.3.0) echo org.apache.kafka:{kafka_2.13,kafka-tools,connect-mirror,connect-runtime}:$1 \
      org.apache.logging.log4j:log4j-slf4j-impl:2.24.3 ;;
    *) echo "install.sh: no release \"$1\" is known here" >&2 && return 2 ;;
  esac
}

# pom GROUP:ARTIFACT:VERSION[:CLASSIFIER]...
pom() {
  local exclusions="" excluded artifact group name version classifier
  for excluded in com.sun.jmx:jmxri com.sun.jdmk:jmxtools javax.jms:jms org.slf4j:slf4j-log4j12 org.slf4j:slf4j-simple; do
    exclusions+="<exclusion><groupId>${excluded%:*}</groupId><artifactId>${excluded#*:}</artifactId></exclusion>"
  done
  echo '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
  echo '<groupId>kt</groupId><artifactId>kafka</artifactId><version>1</version><dependencies>'
  for artifact in "$@"; do
    IFS=: read -r group name version classifier <<<"$artifact"
    echo "<dependency><groupId>$group</groupId><artifactId>$name</artifactId><version>$version</version>"
    echo "${classifier:+<classifier>$classifier</classifier>}"
    echo "<exclusions>$exclusions</exclusions></dependency>"
  done
  echo '</dependencies></project>'
}

# copy_jars POM DIRECTORY FLAG...
copy_jars() {
  mvn -B -q -f "$1" -Dmaven.repo.local="$cache/m2" org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies \
    -DoutputDirectory="$2" -DincludeScope=runtime "${@:3}"
}

install_release() {
  local release=$1 fresh wanted
  wanted=$(artifacts "$release")
  fresh=$(mktemp -d "$cache/.$release.XXXXXX")
  # shellcheck disable=SC2086 # a list of artifacts
  pom $wanted >"$fresh/pom.xml"
  if ! copy_jars "$fresh/pom.xml" "$fresh/libs" >"$fresh/log" 2>&1; then
    tail -5 "$fresh/log" >&2
    rm -rf "$fresh"
    echo "install.sh: Kafka $release could not be fetched" >&2
    return 1
  fi
  chmod 755 "$fresh"
  mv -T "$fresh" "$cache/$release"
}

# install_in_place NAME COMMAND...: what the command makes in the cache's NAME. Python's environments hold their own path,
# so it is made in place and marked when whole.
install_in_place() {
  local name=$1
  shift
  [ ! -e "$cache/$name/.complete" ] || return 0
  rm -rf "${cache:?}/$name"
  mkdir "$cache/$name"
  if ! "$@" >"$cache/$name.log" 2>&1; then
    tail -5 "$cache/$name.log" >&2
    echo "install.sh: $name could not be fetched" >&2
    return 1
  fi
  touch "$cache/$name/.complete"
}

kafkajs() { npm install --no-package-lock --no-audit --no-fund --prefix "$cache/kafkajs" kafkajs@2.2.4; }

python() {
  /usr/bin/python3 -m venv "$cache/python"
  "$cache/python/bin/pip" install -q 'kafka-python[snappy,lz4,zstd]==3.0.12' confluent-kafka==2.16.1
}

jolokia() {
  pom org.jolokia:jolokia-agent-jvm:2.2.9:javaagent >"$cache/jolokia/pom.xml"
  copy_jars "$cache/jolokia/pom.xml" "$cache/jolokia/libs" -DexcludeTransitive=true
}

tiered() {
  pom "org.apache.kafka:kafka-storage:${1#tiered-}:test" >"$cache/$1/pom.xml"
  copy_jars "$cache/$1/pom.xml" "$cache/$1/libs" -DexcludeTransitive=true
}

[ $# -gt 0 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2; }
mkdir -p "$cache"
for release in "$@"; do
  case $release in
    jolokia | kafkajs | python | tiered-*)
      (flock 9 && install_in_place "$release" "${release%%-*}" "$release") 9>"$cache/.lock"
      echo "$cache/$release"
      continue
      ;;
  esac
  artifacts "$release" >/dev/null
  if [ ! -d "$cache/$release" ]; then
    (flock 9 && { [ -d "$cache/$release" ] || install_release "$release"; }) 9>"$cache/.lock"
  fi
  echo "$cache/$release"
done

# What a broker with TLS takes (sourced): free ports, and in the directory where we are a CA and what it signs, in stores of
# every kind.
# shellcheck shell=bash

# ports NAME...: sets each to one that nobody has.
ports() {
  local name
  for name in "$@"; do
    while declare -g "$name=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))"; do
      (echo >"/dev/tcp/127.0.0.1/${!name}") 2>/dev/null || break
    done
  done
}

make_ca() {
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=$2" -keyout "$1.key" -out "$1.pem" 2>/dev/null
}
sign() { # sign NAME CA [SUBJECT_ALT_NAMES]: it expires before the CA does
  openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days 3000 -out "$1.crt" \
    -extfile <(echo "basicConstraints=CA:FALSE${3:+
subjectAltName=$3}") 2>/dev/null
  openssl pkcs12 -export -in "$1.crt" -inkey "$1.key" -passout pass:changeit -name "$1" -out "$1.p12"
  keytool -importkeystore -noprompt -srckeystore "$1.p12" -srcstoretype PKCS12 -srcstorepass changeit \
    -destkeystore "$1.jks" -deststoretype JKS -deststorepass changeit 2>/dev/null
  openssl pkcs8 -topk8 -nocrypt -in "$1.key" >"$1.pem" && cat "$1.crt" >>"$1.pem"
}
make_trust() { # of the CA ca
  keytool -importcert -noprompt -alias ca -file ca.pem -storetype JKS -keystore trust.jks -storepass changeit 2>/dev/null
  keytool -importcert -noprompt -alias ca -file ca.pem -storetype PKCS12 -keystore trust.p12 -storepass changeit 2>/dev/null
}

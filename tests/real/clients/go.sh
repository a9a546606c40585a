# franz-go on the cluster in $KT_BOOTSTRAP_SERVER: a program of our own, then kgo's own tests of groups (classic and
# KIP-848, all its balancers) and transactions.
set -eu
cd "$(dirname "$0")/go"
version=$(go env GOVERSION 2>/dev/null | sed 's/^go//')
if [ "$(printf '%s\n' 1.26 "$version" | sort -V | head -1)" != 1.26 ]; then
  echo "skipped franz-go: it needs Go 1.26 or newer, here is ${version:-none}"
  exit 0
fi
export GOFLAGS=-mod=readonly
go run .
KGO_SEEDS=$KT_BOOTSTRAP_SERVER KGO_TEST_RECORDS=${KGO_TEST_RECORDS:-50000} KGO_TEST_RF=3 \
  go test -count=1 -timeout 300s -run 'TestGroupETL|TestTxnEtl' github.com/twmb/franz-go/pkg/kgo

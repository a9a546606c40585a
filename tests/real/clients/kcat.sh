# kcat (librdkafka) on the cluster in $KT_BOOTSTRAP_SERVER: codecs, keys, headers, nulls, positions, times, groups,
# a transaction.
set -eu
b="-b $KT_BOOTSTRAP_SERVER"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
same() { cmp "$scratch/expected" "$scratch/seen" || { echo "kcat: $1: not what was produced"; exit 1; }; }
seq 2000 | sed 's/.*/key-&\tvalue & of some length, so that compression has something to do/' >"$scratch/expected"

for codec in none gzip snappy lz4 zstd; do
  kcat -P $b -t "kcat-$codec" -z $codec -K '\t' -p 0 <"$scratch/expected"
  kcat -C $b -t "kcat-$codec" -p 0 -e -q -K '\t' >"$scratch/seen"
  same "$codec"
done

printf 'k1,one\nk2,\n,three\n' | kcat -P $b -t kcat-headers -H a=1 -H a=2 -H b= -K , -Z -p 0
printf 'k1,one,a=1,a=2,b=\nk2,NULL,a=1,a=2,b=\nNULL,three,a=1,a=2,b=\n' >"$scratch/expected"
kcat -C $b -t kcat-headers -e -q -Z -f '%k,%s,%h\n' >"$scratch/seen"
same headers

printf 'kcat-none [0] offset 2000\n' >"$scratch/expected"
kcat -Q $b -t kcat-none:0:-1 >"$scratch/seen"
same "the end's offset"
kcat -C $b -t kcat-none -p 0 -o -1 -e -q -f '%o\n' >"$scratch/seen"
echo 1999 >"$scratch/expected"
same "one from the end"
kcat -C $b -t kcat-none -p 0 -o s@1000 -c 1 -e -q -f '%o\n' >"$scratch/seen"
echo 0 >"$scratch/expected"
same "a start by time"

# A group: what the first member read and committed, the second does not see again.
kcat $b -G kcat-group -X auto.offset.reset=earliest -c 3 -q kcat-headers >/dev/null 2>&1
printf 'four\n' | kcat -P $b -t kcat-headers -p 0
kcat $b -G kcat-group -X auto.offset.reset=earliest -c 1 -q -f '%s\n' kcat-headers >"$scratch/seen" 2>/dev/null
echo four >"$scratch/expected"
same "a group that goes on"

seq 10 >"$scratch/expected"
kcat -P $b -t kcat-transaction -p 0 -X transactional.id=kcat <"$scratch/expected" 2>/dev/null
kcat -C $b -t kcat-transaction -p 0 -e -q -X isolation.level=read_committed >"$scratch/seen"
same "a transaction"
kcat -L $b | grep '^  topic "kcat-transaction" with' >/dev/null
echo "kcat: five codecs, headers, positions, a group, a transaction"

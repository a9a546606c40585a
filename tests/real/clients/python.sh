# kafka-python and confluent-kafka (librdkafka of today) on the cluster in $KT_BOOTSTRAP_SERVER.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=$("$here/../install.sh" python)/bin/python
"$python" "$here/kafka_python.py"
"$python" "$here/confluent.py"

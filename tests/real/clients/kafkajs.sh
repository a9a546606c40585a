# kafkajs on the cluster in $KT_BOOTSTRAP_SERVER.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
NODE_PATH=$("$here/../install.sh" kafkajs)/node_modules node "$here/kafkajs.js"

"""confluent-kafka, which brings its own librdkafka: groups of both protocols, a transaction with offsets."""
import os
import sys
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic

BOOTSTRAP = {"bootstrap.servers": os.environ["KT_BOOTSTRAP_SERVER"]}
TOPIC = "confluent"


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"confluent-kafka: {what}: {got!r}, expected {wanted!r}")


def read(count, **settings):
    consumer = Consumer({**BOOTSTRAP, "auto.offset.reset": "earliest", "enable.auto.commit": False, **settings})
    consumer.subscribe([TOPIC])
    seen = []
    deadline = time.monotonic() + 60
    while len(seen) < count and time.monotonic() < deadline:
        message = consumer.poll(1)
        if message and not message.error():
            seen.append(message)
    return consumer, sorted(int(message.value()) for message in seen)


admin = AdminClient(BOOTSTRAP)
for future in admin.create_topics([NewTopic(TOPIC, 3, 1, config={"retention.ms": "86400000"})]).values():
    future.result(30)
resource = ConfigResource(ConfigResource.Type.TOPIC, TOPIC)
settings = admin.describe_configs([resource])[resource].result(30)
expect("retention.ms", settings["retention.ms"].value, "86400000")

producer = Producer({**BOOTSTRAP, "enable.idempotence": True, "compression.type": "zstd"})
for number in range(1000):
    producer.produce(TOPIC, str(number), partition=number % 3)
expect("records that were not delivered", producer.flush(30), 0)

for protocol in ("classic", "consumer"):
    consumer, seen = read(1000, **{"group.id": "confluent-" + protocol, "group.protocol": protocol})
    expect(f"records by the {protocol} protocol", len(seen), 1000)
    expect(f"they are those sent, by the {protocol} protocol", seen == list(range(1000)), True)
    # Consumed and committed in one transaction, whose producer is transactional.
    transactional = Producer({**BOOTSTRAP, "transactional.id": "confluent-" + protocol})
    transactional.init_transactions(30)
    transactional.begin_transaction()
    transactional.send_offsets_to_transaction(
        consumer.position(consumer.assignment()), consumer.consumer_group_metadata(), 30)
    transactional.commit_transaction(30)
    committed = consumer.committed([TopicPartition(TOPIC, number) for number in range(3)], 30)
    expect("sum of the committed offsets", sum(position.offset for position in committed), 1000)
    consumer.close()

groups = {group.group_id for group in admin.list_consumer_groups().result(30).valid}
expect("groups", {"confluent-classic", "confluent-consumer"} <= groups, True)
described = admin.describe_consumer_groups(["confluent-classic"])["confluent-classic"].result(30)
expect("state", described.state.name, "EMPTY")
print("confluent-kafka: groups of both protocols, their offsets in transactions")

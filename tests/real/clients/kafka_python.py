"""kafka-python: admin, every codec it has, a group that goes on where it was, a transaction."""
import os
import sys
import time

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.errors import TopicAlreadyExistsError

BOOTSTRAP = os.environ["KT_BOOTSTRAP_SERVER"].split(",")
TOPIC = "kafka-python"


def fail(sentence):
    sys.exit("kafka-python: " + sentence)


def expect(what, got, wanted):
    if got != wanted:
        fail(f"{what}: {got!r}, expected {wanted!r}")


def admin():
    client = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
    client.create_topics([NewTopic(TOPIC, 3, 1), NewTopic(TOPIC + "-transaction", 1, 1)])
    try:
        client.create_topics([NewTopic(TOPIC, 3, 1)])
        fail("a topic could be created twice")
    except TopicAlreadyExistsError:
        pass
    expect("topics", TOPIC in client.list_topics(), True)
    expect("brokers", len(client.describe_cluster()["brokers"]), len(BOOTSTRAP))
    client.close()


def produce():
    sent = {}
    for codec in (None, "gzip", "snappy", "lz4", "zstd"):
        producer = KafkaProducer(bootstrap_servers=BOOTSTRAP, compression_type=codec, linger_ms=5)
        for number in range(300):
            key = f"{codec}-{number}".encode()
            value = None if number == 7 else b"value " * (number % 40)
            producer.send(TOPIC, key=key, value=value, headers=[("codec", str(codec).encode())])
            sent[key] = value
        producer.flush()
        producer.close()
    return sent


def consume(count):
    consumer = KafkaConsumer(TOPIC, bootstrap_servers=BOOTSTRAP, group_id=TOPIC, auto_offset_reset="earliest",
                             enable_auto_commit=False)
    seen = {}
    deadline = time.monotonic() + 60
    while len(seen) < count and time.monotonic() < deadline:
        for records in consumer.poll(timeout_ms=500).values():
            for record in records:
                expect("header", record.headers[0][0], "codec")
                seen[record.key] = record.value
    consumer.commit()
    consumer.close()
    return seen


def groups():
    sent = produce()
    seen = consume(len(sent))
    expect("number of records", len(seen), len(sent))
    expect("records", seen == sent, True)
    producer = KafkaProducer(bootstrap_servers=BOOTSTRAP)
    producer.send(TOPIC, key=b"later", value=b"", headers=[("codec", b"")]).get(30)
    producer.close()
    expect("records after the commit", consume(1), {b"later": b""})


def transaction():
    topic = TOPIC + "-transaction"
    producer = KafkaProducer(bootstrap_servers=BOOTSTRAP, transactional_id=TOPIC)
    producer.init_transactions()
    for value, commit in ((b"aborted", False), (b"committed", True)):
        producer.begin_transaction()
        producer.send(topic, value).get(30)
        producer.commit_transaction() if commit else producer.abort_transaction()
    producer.close()
    consumer = KafkaConsumer(bootstrap_servers=BOOTSTRAP, isolation_level="read_committed")
    consumer.assign([TopicPartition(topic, 0)])
    consumer.seek_to_beginning()
    seen = []
    deadline = time.monotonic() + 30
    while not seen and time.monotonic() < deadline:
        for records in consumer.poll(timeout_ms=500).values():
            seen += [record.value for record in records]
    consumer.close()
    expect("what was committed", seen, [b"committed"])


admin()
groups()
transaction()
print("kafka-python: five codecs, a group, two transactions")

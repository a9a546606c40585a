# Two transactions on a topic: one aborted, one committed.    aborted.py BOOTSTRAP TOPIC
import sys

from confluent_kafka import Producer

producer = Producer({"bootstrap.servers": sys.argv[1], "transactional.id": "log-dump-aborted", "linger.ms": 50})
producer.init_transactions()
for number, commit in enumerate([False, True]):
    producer.begin_transaction()
    for record in range(3):
        producer.produce(sys.argv[2], key=f"t{number}", value=f"r{record}")
    producer.flush()
    producer.commit_transaction() if commit else producer.abort_transaction()

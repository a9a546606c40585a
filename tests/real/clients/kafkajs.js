// kafkajs: admin, a group of two members that share the partitions and go on where they were, transactions.
const { Kafka, logLevel, CompressionTypes } = require("kafkajs");

const kafka = new Kafka({
  clientId: "kafkajs",
  brokers: process.env.KT_BOOTSTRAP_SERVER.split(","),
  logLevel: logLevel.NOTHING,
});
const topic = "kafkajs";
const admin = kafka.admin();

function expect(what, got, wanted) {
  if (JSON.stringify(got) !== JSON.stringify(wanted))
    throw new Error(`${what}: ${JSON.stringify(got)}, expected ${JSON.stringify(wanted)}`);
}

async function eventually(what, wanted, ask) {
  const limit = Date.now() + 30000;
  let got;
  do {
    got = await ask();
    if (JSON.stringify(got) === JSON.stringify(wanted)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  } while (Date.now() < limit);
  expect(what, got, wanted);
}

const describe = async (groupId) => (await admin.describeGroups([groupId])).groups[0];

// The values that `members` consumers of one group see until there are `count`.
async function consume(groupId, count, members) {
  const seen = [];
  const consumers = [];
  const joined = [];
  const done = new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`${seen.length} records of ${count} in a minute`)), 60000);
    const add = (value) => {
      seen.push(value);
      if (seen.length >= count) clearTimeout(limit), resolve();
    };
    for (let member = 0; member < members; ++member) {
      const consumer = kafka.consumer({ groupId, sessionTimeout: 10000 });
      consumers.push(consumer);
      joined.push(new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve)));
      consumer
        .connect()
        .then(() => consumer.subscribe({ topics: [topic], fromBeginning: true }))
        .then(() => consumer.run({ eachMessage: async ({ message }) => add(message.value.toString()) }))
        .catch(reject);
    }
  });
  await done;
  // A consumer told to go while it joins, or joins again, stays behind and takes the records of those that come later.
  await Promise.all(joined);
  await eventually(`members of ${groupId}`, { state: "Stable", members }, async () => {
    const group = await describe(groupId);
    return { state: group.state, members: group.members.length };
  });
  await Promise.all(consumers.map((consumer) => consumer.disconnect()));
  return seen.sort((a, b) => a - b);
}

async function main() {
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 4, replicationFactor: 1 }] });
  expect("topics", (await admin.listTopics()).includes(topic), true);

  const producer = kafka.producer({ idempotent: true });
  await producer.connect();
  const numbers = (from, to) => Array.from({ length: to - from }, (_, n) => String(from + n));
  for (const [from, compression] of [[0, CompressionTypes.None], [500, CompressionTypes.GZIP]])
    await producer.send({
      topic,
      compression,
      messages: numbers(from, from + 500).map((value) => ({ key: value, value, headers: { a: ["1", "2"] } })),
    });
  expect("records", await consume("kafkajs", 1000, 2), numbers(0, 1000));
  await producer.send({ topic, messages: [{ value: "1000" }] });
  expect("records after the commit", await consume("kafkajs", 1, 1), ["1000"]);
  await producer.disconnect();

  const transactional = kafka.producer({ transactionalId: "kafkajs", idempotent: true, maxInFlightRequests: 1 });
  await transactional.connect();
  for (const [value, end] of [["-1", "abort"], ["1001", "commit"]]) {
    const transaction = await transactional.transaction();
    await transaction.send({ topic, messages: [{ value, partition: 0 }] });
    await transaction.sendOffsets({
      consumerGroupId: "kafkajs-positions",
      topics: [{ topic, partitions: [{ partition: 0, offset: value === "-1" ? "3" : "5" }] }],
    });
    await transaction[end]();
  }
  await transactional.disconnect();
  const [positions] = await admin.fetchOffsets({ groupId: "kafkajs-positions", topics: [topic] });
  expect("offset of the transaction", positions.partitions.find(({ partition }) => partition === 0).offset, "5");
  expect("what was committed", await consume("kafkajs-committed", 1002, 1), numbers(0, 1002));

  await eventually("state of the group", "Empty", async () => (await describe("kafkajs")).state);
  await admin.deleteGroups(["kafkajs"]);
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
  console.log("kafkajs: a group of two, its positions, two transactions");
}

main().catch((error) => {
  console.log(`kafkajs: ${error.message}`);
  process.exit(1);
});

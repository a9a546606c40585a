// franz-go against the cluster in $KT_BOOTSTRAP_SERVER: admin requests, every codec, a group that commits and goes on
// where it was, and a transaction of which one half is aborted. Prints one line, exits 1 where something is off.
package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const recordsPerCodec = 500

var (
	ctx, cancel = context.WithTimeout(context.Background(), 60*time.Second)
	seeds       = kgo.SeedBrokers(strings.Split(os.Getenv("KT_BOOTSTRAP_SERVER"), ",")...)
)

func check(err error, doing string) {
	if err != nil {
		fmt.Printf("franz-go: %s: %v\n", doing, err)
		os.Exit(1)
	}
}

func client(options ...kgo.Opt) *kgo.Client {
	cl, err := kgo.NewClient(append(options, seeds)...)
	check(err, "making a client")
	return cl
}

func createTopic(cl *kgo.Client, name string, partitions int32) {
	request := kmsg.NewPtrCreateTopicsRequest()
	topic := kmsg.NewCreateTopicsRequestTopic()
	topic.Topic, topic.NumPartitions, topic.ReplicationFactor = name, partitions, 1
	request.Topics = append(request.Topics, topic)
	reply, err := request.RequestWith(ctx, cl)
	check(err, "creating a topic")
	check(kerr.ErrorForCode(reply.Topics[0].ErrorCode), "creating "+name)
	reply, err = request.RequestWith(ctx, cl)
	check(err, "creating a topic twice")
	if code := reply.Topics[0].ErrorCode; code != kerr.TopicAlreadyExists.Code {
		check(fmt.Errorf("error code %d, expected TOPIC_ALREADY_EXISTS", code), "creating "+name+" twice")
	}
}

func produce(topic string) int {
	codecs := []kgo.CompressionCodec{
		kgo.NoCompression(), kgo.GzipCompression(), kgo.SnappyCompression(), kgo.Lz4Compression(), kgo.ZstdCompression(),
	}
	for n, codec := range codecs {
		cl := client(kgo.ProducerBatchCompression(codec), kgo.DefaultProduceTopic(topic))
		for i := 0; i < recordsPerCodec; i++ {
			cl.Produce(ctx, &kgo.Record{
				Key: []byte(fmt.Sprintf("%d-%d", n, i)), Value: []byte(strings.Repeat("value ", i%50)),
				Headers: []kgo.RecordHeader{{Key: "codec", Value: []byte{byte(n)}}},
			}, func(_ *kgo.Record, err error) { check(err, "producing") })
		}
		check(cl.Flush(ctx), "flushing")
		cl.Close()
	}
	return len(codecs) * recordsPerCodec
}

// consume reads at least `count` records as a member of the group and commits them.
func consume(topic, group string, count int) map[string]bool {
	cl := client(kgo.ConsumeTopics(topic), kgo.ConsumerGroup(group), kgo.DisableAutoCommit(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchMaxWait(500*time.Millisecond))
	defer cl.Close()
	seen := map[string]bool{}
	for len(seen) < count {
		fetches := cl.PollFetches(ctx)
		check(fetches.Err(), "consuming")
		fetches.EachRecord(func(record *kgo.Record) { seen[string(record.Key)] = true })
	}
	check(cl.CommitUncommittedOffsets(ctx), "committing")
	return seen
}

func transactions(topic string) {
	cl := client(kgo.TransactionalID("franz-go-transactions"), kgo.DefaultProduceTopic(topic))
	for _, part := range []struct {
		key string
		end kgo.TransactionEndTry
	}{{"aborted", kgo.TryAbort}, {"committed", kgo.TryCommit}} {
		check(cl.BeginTransaction(), "beginning")
		check(cl.ProduceSync(ctx, kgo.KeySliceRecord([]byte(part.key), nil)).FirstErr(), "producing in a transaction")
		check(cl.EndTransaction(ctx, part.end), "ending a transaction")
	}
	cl.Close()
	reader := client(kgo.ConsumeTopics(topic), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	defer reader.Close()
	fetches := reader.PollFetches(ctx)
	check(fetches.Err(), "reading what was committed")
	fetches.EachRecord(func(record *kgo.Record) {
		if string(record.Key) != "committed" {
			check(fmt.Errorf("saw %q", record.Key), "reading what was committed")
		}
	})
}

func main() {
	defer cancel()
	admin := client()
	check(admin.Ping(ctx), "asking a broker")
	createTopic(admin, "franz-go", 5)
	createTopic(admin, "franz-go-transactions", 1)
	count := produce("franz-go")
	if seen := consume("franz-go", "franz-go", count); len(seen) != count {
		check(fmt.Errorf("%d records of %d", len(seen), count), "consuming")
	}
	// A second member of the same group starts after what was committed, and sees only what comes later.
	check(admin.ProduceSync(ctx, &kgo.Record{Topic: "franz-go", Key: []byte("later")}).FirstErr(), "producing later")
	if seen := consume("franz-go", "franz-go", 1); len(seen) != 1 || !seen["later"] {
		check(fmt.Errorf("%d records", len(seen)), "going on where the group was")
	}
	transactions("franz-go-transactions")
	fmt.Printf("franz-go: %d records in five codecs, a group, two transactions\n", count)
}

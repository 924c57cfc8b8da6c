"""The ceiling for Heed's design: the toy state, its changelog and the offsets in one transaction.

Batches as in Heed (one changelog record per touched customer), but without signals, identity,
deadlines, alerts, group membership, or anything that survives a restart.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.producer.message_accumulator import BatchBuilder

from benchmarks.peers.job import Seen, decode, encode
from benchmarks.peers.measure import Measure, arguments

PARTITIONS = 4
MAX_RECORDS = 20_000


class Job:
    def __init__(self, producer: AIOKafkaProducer, changelog: str) -> None:
        self.producer = producer
        self.changelog = changelog
        self.customers: dict[bytes, Seen] = {}

    def apply(self, records: Iterable[ConsumerRecord]) -> set[bytes]:
        """Count the records; the customers that they touched."""
        touched = set()
        for record in records:
            event = decode(record.value)
            seen = self.customers.get(record.key)
            if seen is None:
                seen = self.customers[record.key] = Seen()
            seen.count_one(event)
            touched.add(record.key)
        return touched

    async def write(self, keys: Iterable[bytes], partition: int) -> None:
        """Send the states of `keys` to the changelog, in as few batches as they fit into."""
        now = int(time.time() * 1000)
        batch = self.producer.create_batch()
        for key in keys:
            value = encode(self.customers[key])
            if batch.append(key=key, value=value, timestamp=now) is None:
                await self.send(batch, partition)
                batch = self.producer.create_batch()
                batch.append(key=key, value=value, timestamp=now)
        await self.send(batch, partition)

    async def send(self, batch: BatchBuilder, partition: int) -> None:
        batch.close()
        await self.producer.send_batch(batch, self.changelog, partition=partition)


async def main(args: argparse.Namespace) -> None:
    name = f"toy-{time.time_ns()}"
    admin = AIOKafkaAdminClient(bootstrap_servers=args.bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(name, PARTITIONS, 1)])
    await admin.close()
    consumer = AIOKafkaConsumer(
        bootstrap_servers=args.bootstrap,
        group_id=name,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_partition_fetch_bytes=4 << 20,
        isolation_level="read_committed",
    )
    await consumer.start()
    producer = AIOKafkaProducer(
        bootstrap_servers=args.bootstrap,
        transactional_id=name,
        max_batch_size=1 << 20,
        retry_backoff_ms=20,
    )
    await producer.start()
    consumer.assign([TopicPartition(args.topic, n) for n in range(PARTITIONS)])
    job, measure, done = Job(producer, name), Measure(args.events), False
    while not done:
        fetched = await consumer.getmany(timeout_ms=1000, max_records=MAX_RECORDS)
        if not fetched:
            continue
        measure.begin()
        await producer.begin_transaction()
        offsets = {}
        for place, records in fetched.items():
            await job.write(job.apply(records), place.partition)
            offsets[place] = records[-1].offset + 1
            done = measure.add(len(records))
        await producer.send_offsets_to_transaction(offsets, name)
        await producer.commit_transaction()
    measure.report()
    await producer.stop()
    await consumer.stop()


if __name__ == "__main__":
    uvloop.run(main(arguments()))

"""Before a partition goes on: is the input still the one that its state has read?"""

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.errors import Unusable
from streams.settings import Settings

log = structlog.get_logger("heed.partition")


async def verify(settings: Settings, number: int, next_offset: int, told_offset: int) -> None:
    """Compare the partition's own record with the input's end and with the committed offset.

    What was last committed for the group is in the record, by the same transaction, so they agree;
    where they do not, the record is trusted and the difference told. Raises Unusable where the
    input ends before what has been read of it: it was made anew, and going on would leave out its
    first records without a word. (Where it begins after that, the transport tells what is missing.)
    """
    if not next_offset or settings.embedded:  # the embedded broker keeps no such offsets
        return
    tp = TopicPartition(settings.input_topic, number)
    consumer = AIOKafkaConsumer(
        **settings.kafka(), group_id=settings.app_id, enable_auto_commit=False
    )
    await consumer.start()
    try:
        consumer.assign([tp])
        end = int((await consumer.end_offsets([tp]))[tp])
        committed = await consumer.committed(tp)
    finally:
        await consumer.stop()
    if next_offset > end:
        raise Unusable(
            f"partition {number} of {settings.input_topic} ends at {end}, but the state in "
            f"{settings.changelog_topic} has read it up to {next_offset}: the topic was made anew, "
            f"so begin anew with another HEED_APP_ID and HEED_CHANGELOG_TOPIC"
        )
    if (committed or 0) != told_offset:
        log.warning(
            "the committed offset is another one than the state's, which is trusted",
            partition=number,
            committed=committed,
            told_offset=told_offset,
            next_offset=next_offset,
        )

"""Why a worker ended, in one sentence."""

from aiokafka.errors import (
    AuthenticationFailedError,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)

from streams.errors import Unusable

NOT_PERMITTED = (
    AuthenticationFailedError,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)


def sentence(why: BaseException) -> BaseException:
    """Why a worker ended: one sentence where it is Kafka's doing, else as it is (our own bug)."""
    if isinstance(why, NOT_PERMITTED):
        return Unusable(f"the broker does not permit it ({why}): grant it to this user")
    if isinstance(why, KafkaError):
        return Unusable(f"Kafka failed ({why!r}): exiting to be restarted")
    return why

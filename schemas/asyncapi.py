"""What lies on which Kafka topic: the AsyncAPI document, as seen from Heed."""

from typing import Any, get_args

from schemas.interaction import Reason
from schemas.seals import SEALS

Schema = dict[str, Any]

CONTRACT = "1.0.0"
"""The version of what users rely on: it changes with the contracts, not with the code."""
JSON_SCHEMA = "application/schema+json;version=draft-2020-12"


def asyncapi() -> Schema:
    """AsyncAPI document of the topics, as seen from Heed: it receives interactions."""
    channels = {
        "interactions": _channel(
            "interactions",
            "What platforms publish. In order for each customer, since the key is the customer"
            " (customer_id, else the strongest alias) and its murmur2 chooses the partition.",
            ["delete"],
        ),
        "customers": _channel(
            "customers",
            "State by customer, the changelog from which a worker restores. As many partitions as"
            " interactions. Its values are internal and versioned.",
            ["compact"],
        ),
        "alerts": _channel(
            "alerts",
            "Every alert; the last record of an alert_id is its present state. Read committed"
            " records only.",
            ["compact"],
        ),
        "teamAlerts": {
            **_channel(
                "alerts.{team}",
                "The alerts that a team is told of: capped for each customer, not at night. The"
                " last record of an alert_id is its present state. Read committed records only.",
                ["compact"],
                message="alerts",
            ),
            "parameters": {
                "team": {
                    "description": "A team of the signals, or one that the house has declared.",
                    "examples": ["sales", "support", "retention"],
                }
            },
        },
        "service_levels": _channel(
            "service_levels",
            "Service levels of queues, branches and groups of employees by interval, day and month;"
            " the last record of a span is its present state.",
            ["compact"],
        ),
        "observations": _channel(
            "observations",
            "What customers' partitions tell those of groups. Its values are internal.",
            ["delete"],
        ),
        "groups": _channel(
            "groups",
            "State by group, the changelog from which a worker restores. As many partitions as"
            " observations. Its values are internal and versioned.",
            ["compact"],
        ),
        "lifecycle": _channel(
            "lifecycle",
            "Every change of a customer's stage of life, in order for each customer.",
            ["delete"],
        ),
        "profiles": _channel(
            "profiles",
            "The public view of each customer, with what has changed of who they are; the last"
            " record of a customer is the present view.",
            ["compact"],
        ),
        "rejected": _channel(
            "rejected",
            "What could not be taken: key, value and headers as they came, and why in further"
            " headers.",
            ["delete"],
        ),
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Heed",
            "version": CONTRACT,
            "description": "Hears every interaction of every customer and says who is about to be"
            " lost, and why.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": {
            "takeInteractions": _operation("receive", "interactions", "Decide about them."),
            "forwardInteractions": _operation(
                "send", "interactions", "Send one to the partition that its customer lives in."
            ),
            "keepCustomers": _operation("send", "customers", "Keep what changed."),
            "restoreCustomers": _operation("receive", "customers", "Read it back at start."),
            "tellAlerts": _operation("send", "alerts", "Tell each new state of an alert."),
            "tellTeams": _operation(
                "send", "teamAlerts", "Tell a team of the alerts that are for it.", "alerts"
            ),
            "tellServiceLevels": _operation(
                "send", "service_levels", "Tell each span that is over, and again what came late."
            ),
            "tellGroups": _operation("send", "observations", "Tell what concerns groups."),
            "takeObservations": _operation("receive", "observations", "Decide about groups."),
            "keepGroups": _operation("send", "groups", "Keep what changed."),
            "restoreGroups": _operation("receive", "groups", "Read it back at start."),
            "tellStages": _operation("send", "lifecycle", "Tell each change of stage."),
            "tellProfiles": _operation("send", "profiles", "Tell each change of identity."),
            "rejectInteractions": _operation("send", "rejected", "Keep what could not be taken."),
        },
        "components": {"messages": _messages()},
    }


def _channel(
    topic: str, description: str, cleanup: list[str], message: str | None = None
) -> Schema:
    """A topic, and the message that it carries: of the topic's own name, unless said."""
    name = message or topic
    return {
        "address": topic,
        "description": description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "bindings": {
            "kafka": {"topicConfiguration": {"cleanup.policy": cleanup}, "bindingVersion": "0.5.0"}
        },
    }


def _operation(action: str, channel: str, summary: str, message: str | None = None) -> Schema:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": summary,
        "messages": [{"$ref": f"#/channels/{channel}/messages/{message or channel}"}],
    }


def _messages() -> Schema:
    number = {"type": "string", "pattern": "^-?[0-9]+$"}
    return {
        "interactions": {
            "name": "interaction",
            "title": "One interaction",
            "headers": {
                "type": "object",
                "properties": {
                    "heed-hops": {
                        **number,
                        "description": "How often Heed has forwarded it; not for platforms.",
                    },
                    "heed-row": {
                        "type": "string",
                        "description": "The row that it is for, where an alias led to it; not for"
                        " platforms.",
                    },
                    "heed-alias": {
                        "type": "string",
                        "description": "The alias that it came by; not for platforms.",
                    },
                    "heed-internal": {
                        "type": "string",
                        "description": "The seal of what partitions of Heed say to each other about"
                        " customers, whose value is no JSON; not for platforms, and refused from"
                        " them.",
                    },
                },
            },
            "payload": {"schemaFormat": JSON_SCHEMA, "schema": {"$ref": "./interaction.json"}},
            "bindings": _key("customer_id, else the value of the strongest alias: account_id,"
                             " loyalty_card, email, phone, device_id, anonymous_id. Of an answer to"
                             " an alert about a group, any: the group will do."),
        },
        "customers": {
            "name": "customer",
            "title": "What is remembered of one customer",
            "contentType": "application/octet-stream",
            "payload": {
                "type": ["string", "null"],
                "format": "binary",
                "description": "Deadline (8 bytes), version (1 byte), MessagePack; null deletes.",
            },
            "bindings": _key(
                "c:<customer_id>, else <alias type>:<value>; \\0partition: the partition's own."
            ),
        },
        "alerts": {
            "name": "alert",
            "title": "One state of one alert",
            "payload": {"schemaFormat": JSON_SCHEMA, "schema": {"$ref": "./alert.json"}},
            "bindings": _key("alert_id"),
        },
        "service_levels": {
            "name": "serviceLevel",
            "title": "The service level of a group in a span of time",
            "payload": {"schemaFormat": JSON_SCHEMA, "schema": {"$ref": "./service-level.json"}},
            "bindings": _key("<group>|<span>|<from>"),
        },
        "observations": {
            "name": "observation",
            "title": "One fact about one group",
            "contentType": "application/octet-stream",
            "payload": {
                "type": "string",
                "format": "binary",
                "description": "MessagePack; no customer can be told from it.",
            },
            "bindings": _key("The group, such as queue:orders; of clocks, the name of the clock."),
        },
        "groups": {
            "name": "group",
            "title": "What is remembered of one group",
            "contentType": "application/octet-stream",
            "payload": {
                "type": ["string", "null"],
                "format": "binary",
                "description": "Deadline (8 bytes), version (1 byte), MessagePack; null deletes.",
            },
            "bindings": _key("The group, such as queue:orders; \\0partition: the partition's own."),
        },
        "lifecycle": {
            "name": "lifecycle",
            "title": "A change of a customer's stage of life",
            "payload": {"schemaFormat": JSON_SCHEMA, "schema": {"$ref": "./stage-change.json"}},
            "bindings": _key("customer_id, else the value of the strongest alias."),
        },
        "profiles": {
            "name": "profile",
            "title": "A customer, and what has changed",
            "payload": {"schemaFormat": JSON_SCHEMA, "schema": {"$ref": "./profile.json"}},
            "bindings": _key("customer_id"),
        },
        "rejected": {
            "name": "rejected",
            "title": "A record that could not be taken, as it came",
            "contentType": "application/octet-stream",
            "headers": {
                "type": "object",
                "description": "All values are text.",
                "required": ["heed-reason", "heed-message", "heed-topic", "heed-partition",
                             "heed-offset", "heed-timestamp"],
                "properties": {
                    "heed-reason": {"type": "string", "enum": list(get_args(Reason))},
                    "heed-message": {"type": "string", "description": "What was expected, where."},
                    "heed-topic": {"type": "string", "description": "Where it was read from."},
                    "heed-partition": number,
                    "heed-offset": number,
                    "heed-timestamp": {**number, "description": "Of the record, milliseconds."},
                    **{
                        name: {
                            "type": "string",
                            "description": "The seal of a record of Heed's own, as it came.",
                        }
                        for name in sorted(SEALS)
                    },
                    "heed-length": {
                        **number,
                        "description": "Of the whole value, where only its beginning is kept.",
                    },
                    "heed-sha256": {"type": "string", "description": "Of that whole value."},
                    "heed-first-reason": {
                        "type": "string",
                        "description": "Why it was refused, besides its size.",
                    },
                },
            },
            "payload": {
                "type": ["string", "null"],
                "format": "binary",
                "description": "The value as it came; beyond 7 MiB its first 64 KiB.",
            },
            "bindings": _key("As it came, if it had one."),
        },
    }  # fmt: skip


def _key(description: str) -> Schema:
    key = {"type": "string", "description": description}
    return {"kafka": {"key": key, "bindingVersion": "0.5.0"}}

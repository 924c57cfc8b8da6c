"""Settings of the engine: environment `HEED_*`, over one TOML file, over defaults."""

import os
import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from streams.errors import Unusable

_SECOND = 1_000_000


class Settings(Struct, kw_only=True, forbid_unknown_fields=True):
    """Each field is also the environment variable `HEED_<NAME>` and a key of heed.toml.

    Durations are seconds.
    """

    bootstrap: str = "localhost:9092"
    """Kafka brokers, host:port, comma separated."""
    app_id: str = "heed"
    """Consumer group, and the beginning of the transactional ids."""
    input_topic: str = "interactions"
    changelog_topic: str = "customers"
    alerts_topic: str = "alerts"
    rejected_topic: str = "rejected"
    partitions: int = 8
    """Partitions of topics that Heed creates; fixed once there is state."""
    replication: int = 1
    """Copies of topics that Heed creates: 3 in production."""
    create_topics: bool = True
    """Create missing topics at start."""
    embedded: bool = False
    """The broker is the embedded one, which has topics as soon as they are named."""
    store: Literal["memory", "rocks"] = "memory"
    """Where rows lie: `rocks` for more customers than memory holds, and for quick restarts."""
    state_dir: Path = Path("state")
    """Folder of the rocks store."""
    cache_rows: int = 20_000
    """Rows kept decoded, per partition."""
    cache_mib: int = 64
    """Memory for encoded rows beside the rocks store, MiB per partition."""
    standards: Path | None = None
    """standards.toml; the built-in defaults without one."""
    lateness_seconds: float = 120
    """How late records may come: a partition's clock runs this far behind its newest record."""
    idle_clock: Literal["on", "off"] = "on"
    """Whether a quiet partition's clock moves on by elapsed time."""
    idle_after_seconds: float = 10
    """How long a partition has been read to its end before it counts as quiet."""
    future_seconds: float = 300
    """How far past its Kafka timestamp a record may lie; negative: not checked."""
    warm_up_until: str | None = None
    """Alerts from before this time (RFC 3339) are opened with `suppressed_by: history`."""
    web_port: int = 6066
    """Port of /metrics, /healthz and /readyz; 0 chooses a free one, -1 none."""
    web_host: str = "0.0.0.0"
    batch_records: int = 4000
    """Most records read at once."""
    session_timeout_seconds: float = 10
    """After this long without a heartbeat a worker's partitions go to others."""
    connect_timeout_seconds: float = 60
    """How long an unreachable broker is tried at start."""
    stalled_after_seconds: float = 60
    """Without a commit for this long while there is lag, the worker exits for restart."""
    max_record_bytes: int = 8 << 20
    log_format: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    extra_kafka: dict[str, Any] = field(default_factory=dict)
    """Further settings of the Kafka client (security_protocol, sasl_plain_username ...)."""

    @property
    def lateness(self) -> int:
        """Microseconds."""
        return round(self.lateness_seconds * _SECOND)

    @property
    def future(self) -> int | None:
        """Microseconds, None where it is not checked."""
        return round(self.future_seconds * _SECOND) if self.future_seconds >= 0 else None

    @property
    def warm_up(self) -> int:
        """Microseconds since the epoch, 0 for no warm-up."""
        if not self.warm_up_until:
            return 0
        return round(datetime.fromisoformat(self.warm_up_until).timestamp() * _SECOND)

    def topic(self, role: str) -> str:
        """The topic that outputs of that role go to."""
        return self.alerts_topic if role == "alerts" else role

    def written_topics(self) -> list[str]:
        """Every topic that a partition writes to."""
        return [self.input_topic, self.changelog_topic, self.alerts_topic, self.rejected_topic]

    def kafka(self) -> dict[str, Any]:
        """What every client of aiokafka is given."""
        return {"bootstrap_servers": self.bootstrap.split(","), **self.extra_kafka}


def load(path: Path | None = None, env: Mapping[str, str] | None = None, **said: Any) -> Settings:
    """Settings from `said`, else HEED_* variables, else the file, else defaults.

    Raises Unusable with one sentence for an unknown key or a value of the wrong kind.
    """
    env = os.environ if env is None else env
    values: dict[str, Any] = {}
    file = path or (Path(env["HEED_CONFIG"]) if "HEED_CONFIG" in env else None)
    if file is not None:
        try:
            values.update(tomllib.loads(file.read_text(encoding="utf-8")))
        except OSError as why:
            raise Unusable(f"{file}: cannot be read: {why.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
            raise Unusable(f"{file}: is not TOML: {why}") from None
    names = {f"HEED_{name.upper()}": name for name in Settings.__struct_fields__}
    values.update({name: env[key] for key, name in names.items() if env.get(key)})
    values.update({name: value for name, value in said.items() if value is not None})
    if isinstance(values.get("extra_kafka"), str):
        values["extra_kafka"] = msgspec.json.decode(values["extra_kafka"])
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as why:
        raise Unusable(f"settings: {why}") from None
    try:
        _ = settings.warm_up
    except ValueError:
        raise Unusable(
            f"settings: warm_up_until {settings.warm_up_until!r} is not an RFC 3339 time"
        ) from None
    return settings

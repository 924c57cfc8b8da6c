"""Settings of the engine: environment `HEED_*`, over one TOML file, over defaults."""

import ast
import difflib
import inspect
import os
import re
import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct, field

from schemas.instant import NotAnInstant, instant
from schemas.standards.units import duration
from streams import tls
from streams.errors import Unusable

_SECOND = 1_000_000
_PREFIX = "HEED_"
_LAST_PORT = 65_535
_TEAM = "alerts."
"""So the role of a team's topic begins."""

_WORDS = {
    "`int`": "a whole number", "`float`": "a number", "`bool`": "true or false",
    "`str`": "text", "`object`": "a table",
}  # fmt: skip

AtLeastOne = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(ge=0, le=1e9)]


class Settings(Struct, kw_only=True, forbid_unknown_fields=True):
    """Each field is also the environment variable `HEED_<NAME>` and a key of heed.toml.

    Durations are seconds.
    """

    bootstrap: str = "localhost:9092"
    """Kafka brokers, host:port, comma separated."""
    app_id: str = "heed"
    """Consumer group, and the beginning of the transactional ids."""
    input_topic: str = "interactions"
    """Where interactions come from."""
    changelog_topic: str = "customers"
    """Where the state of each customer is kept."""
    alerts_topic: str = "alerts"
    """Where alerts go."""
    team_topic_prefix: str = "alerts."
    """Each team has a topic of its own alerts, which is called this and the team's name."""
    lifecycle_topic: str = "lifecycle"
    """Topic of the changes of customers' stages of life."""
    observations_topic: str = "observations"
    """What concerns groups, from the customers agent to the groups agent."""
    groups_topic: str = "groups"
    """Where the state of each group is kept."""
    service_levels_topic: str = "service_levels"
    """Where the service levels of queues and branches go."""
    profiles_topic: str = "profiles"
    """Topic of the public view of each customer: who they are, and what has changed of it."""
    rejected_topic: str = "rejected"
    """Where what cannot be taken goes, with the reason."""
    partitions: AtLeastOne = 8
    """Partitions of topics that Heed creates; fixed once there is state."""
    replication: AtLeastOne = 1
    """Copies of topics that Heed creates: 3 in production."""
    create_topics: bool = True
    """Create missing topics at start."""
    embedded: bool = False
    """The broker is the embedded one, which has topics as soon as they are named."""
    store: Literal["memory", "rocks"] = "memory"
    """Where rows lie: `rocks` for more customers than memory holds, and for quick restarts."""
    state_dir: Path = Path("state")
    """Folder of the rocks store."""
    cache_rows: Annotated[int, Meta(ge=0)] = 20_000
    """Rows kept decoded, per partition."""
    cache_mib: Annotated[int, Meta(ge=0)] = 64
    """Memory for encoded rows beside the rocks store, MiB per partition."""
    standards: Path | None = None
    """standards.toml; the built-in defaults without one."""
    playbooks: Path | None = None
    """playbooks.toml: what to do about alerts; the built-in recommendations without one."""
    text: str | None = None
    """Classifier of messages, by the name under which a package offers it; without one, words."""
    lateness_seconds: Seconds = 120
    """How late records may come: a partition's clock runs this far behind its newest record."""
    groups: Literal["on", "off"] = "on"
    """Whether groups (queues, branches, products, markets) are watched as well as customers."""
    idle_clock: Literal["on", "off"] = "on"
    """Whether a quiet partition's clock moves on by elapsed time."""
    idle_after_seconds: Seconds = 10
    """How long a partition has been read to its end before it counts as quiet."""
    future_seconds: Annotated[float, Meta(ge=-1e9, le=1e9)] = 300
    """How far past its Kafka timestamp a record may lie; negative: not checked."""
    warm_up_until: str | None = None
    """Alerts from before this time (RFC 3339), or older than this at start (`30 d`), open with
    `suppressed_by: history`."""
    web_port: Annotated[int, Meta(ge=-1, le=65_535)] = 6066
    """Port of /metrics, /healthz and /readyz; 0 chooses a free one, -1 none."""
    web_host: str = "0.0.0.0"
    """Address that this page is served on."""
    web_address: str | None = None
    """Name or IP under which other workers reach this page; found out where it is not set."""
    explain: Literal["local", "on", "off"] = "local"
    """Who may ask this page about customers: this machine, whoever has the token, or nobody."""
    explain_token: str | None = None
    """The token that other machines, and other workers, send to ask about customers."""
    batch_records: AtLeastOne = 4000
    """Most records read at once."""
    session_timeout_seconds: Annotated[float, Meta(ge=1, le=1e9)] = 10
    """After this long without a heartbeat a worker's partitions go to others."""
    connect_timeout_seconds: Seconds = 60
    """How long an unreachable broker is tried at start."""
    stalled_after_seconds: Annotated[float, Meta(ge=1, le=1e9)] = 60
    """Without a commit for this long while there is lag, the worker exits for restart."""
    max_record_bytes: AtLeastOne = 8 << 20
    """The largest record that is written, in bytes."""
    log_format: Literal["text", "json"] = "text"
    """Lines for people, or for machines."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """What is logged at least."""
    internal_key: str | None = None
    """Secret that seals what workers tell each other about customers: the same for all of them."""
    tls_ca: Path | None = None
    """Authorities that the brokers' certificates are checked by (PEM): with it TLS is on."""
    tls_cert: Path | None = None
    """This client's certificate (PEM), where brokers ask for one."""
    tls_key: Path | None = None
    """Its key, where that is not in the same file."""
    tls_key_password: str | None = None
    """The password of the key."""
    extra_kafka: dict[str, Any] = field(default_factory=dict)
    """Further settings of the Kafka client (security_protocol, sasl_plain_username ...), JSON."""

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
        """Microseconds since the epoch, 0 for no warm-up; an age is reckoned from now."""
        said = self.warm_up_until
        if not said:
            return 0
        try:
            return instant(said)
        except NotAnInstant:
            try:
                return max(0, time.time_ns() // 1000 - duration(said))
            except ValueError:
                pass
            raise

    def topic(self, role: str) -> str:
        """The topic that outputs of that role go to."""
        if role.startswith(_TEAM):
            return self.team_topic_prefix + role[len(_TEAM) :]
        return {
            "interactions": self.whole.input_topic,
            "alerts": self.alerts_topic,
            "lifecycle": self.lifecycle_topic,
            "profiles": self.profiles_topic,
            "observations": self.observations_topic,
            "service_levels": self.service_levels_topic,
        }.get(role, role)

    def written_topics(self, roles: Iterable[str] = ()) -> list[str]:
        """Every topic that a partition writes to; `roles` are the further ones of its logic."""
        return [
            self.input_topic, self.changelog_topic, self.alerts_topic, self.lifecycle_topic,
            self.profiles_topic, self.rejected_topic,
            *([self.observations_topic] if self.groups == "on" else []), *map(self.topic, roles),
        ]  # fmt: skip

    @property
    def whole(self) -> "Settings":
        """The settings of the process, of whichever agent these are."""
        return self

    def for_groups(self) -> "GroupSettings":
        """Those of the groups agent: another input, changelog, consumer group and folder."""
        values = {name: getattr(self, name) for name in Settings.__struct_fields__}
        values |= {
            "app_id": f"{self.app_id}-groups",
            "input_topic": self.observations_topic,
            "changelog_topic": self.groups_topic,
            "state_dir": self.state_dir / "groups",
            "web_port": -1,
        }
        return GroupSettings(**values, base=self)

    def kafka(self) -> dict[str, Any]:
        """What every client of aiokafka is given. Raises Unusable for TLS files of no use."""
        made = {"bootstrap_servers": self.bootstrap.split(","), **self.extra_kafka}
        if self.security_protocol is not None:
            made["security_protocol"] = self.security_protocol
            if self.security_protocol.endswith("SSL"):
                made["ssl_context"] = tls.context(*self.tls)
        return made

    @property
    def tls(self) -> tuple[Path | None, Path | None, Path | None, str | None]:
        """Authorities, certificate, key, and the key's password."""
        return self.tls_ca, self.tls_cert, self.tls_key, self.tls_key_password

    @property
    def security_protocol(self) -> str | None:
        """As Kafka's clients call it; None for their default."""
        extra = self.extra_kafka
        wanted = self.tls_ca is not None or self.tls_cert is not None
        return tls.protocol(extra.get("security_protocol"), wanted, "sasl_mechanism" in extra)


class GroupSettings(Settings, kw_only=True):
    """The settings of the groups agent, made from those of the process."""

    base: Settings

    @property
    def whole(self) -> Settings:
        return self.base

    def written_topics(self, roles: Iterable[str] = ()) -> list[str]:
        return [
            self.input_topic, self.changelog_topic, self.alerts_topic, self.service_levels_topic,
            self.rejected_topic, self.base.input_topic, *map(self.topic, roles),
        ]  # fmt: skip


class Setting(NamedTuple):
    """One setting as it is explained to people."""

    variable: str
    default: str
    about: str


def described() -> Iterator[Setting]:
    """Every setting, from the docstrings of the fields above."""
    (made,) = ast.parse(inspect.getsource(Settings)).body
    assert isinstance(made, ast.ClassDef)
    defaults = Settings()
    for said, about in zip(made.body, made.body[1:], strict=False):
        if isinstance(said, ast.AnnAssign) and isinstance(said.target, ast.Name):
            assert isinstance(about, ast.Expr), said.target.id
            value = getattr(defaults, said.target.id)
            default = "" if value is None else str(value)
            default = default.lower() if isinstance(value, bool) else default
            words = " ".join(ast.literal_eval(about.value).split())
            yield Setting(variable(said.target.id), default, words)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"{_PREFIX}{name.upper()}"


def load(path: Path | None = None, env: Mapping[str, str] | None = None, **said: Any) -> Settings:
    """Settings from `said`, else HEED_* variables, else the file, else defaults.

    Raises Unusable with one sentence for an unknown key or a value of the wrong kind, and for
    values that cannot be together.
    """
    env = os.environ if env is None else env
    _look_for_slips(env)
    file = path or (Path(env["HEED_CONFIG"]) if env.get("HEED_CONFIG") else None)
    values = {} if file is None else _read(file)
    sources = dict.fromkeys(values, str(file))
    for name in Settings.__struct_fields__:
        if env.get(variable(name)):
            values[name], sources[name] = env[variable(name)], variable(name)
    values |= {name: value for name, value in said.items() if value is not None}
    sources |= {name: _option(name) for name, value in said.items() if value is not None}
    if isinstance(values.get("extra_kafka"), str):
        try:
            values["extra_kafka"] = msgspec.json.decode(values["extra_kafka"])
        except msgspec.DecodeError as why:
            raise Unusable(f"{sources['extra_kafka']} is not a JSON object: {why}") from None
    if isinstance(values.get("warm_up_until"), date):  # TOML has times of its own
        values["warm_up_until"] = values["warm_up_until"].isoformat()
    try:
        settings = msgspec.convert(values, Settings, strict=False, dec_hook=_path)
    except msgspec.ValidationError as why:
        raise Unusable(_sentence(str(why), values, sources)) from None
    try:
        _ = settings.warm_up
    except NotAnInstant as why:
        raise Unusable(f"{sources['warm_up_until']}: warm_up_until: {why}") from None
    _check_addresses(settings.bootstrap, sources.get("bootstrap", "bootstrap"))
    _check_topics(settings)
    return settings


def _look_for_slips(env: Mapping[str, str]) -> None:
    """A variable that is nearly one of ours is meant to be it."""
    ours = [variable(name) for name in Settings.__struct_fields__]
    for name in sorted(env):
        if name.startswith(_PREFIX) and name not in ours:
            like = difflib.get_close_matches(name, ours, 1, cutoff=0.9)
            if like:
                raise Unusable(f"there is no setting `{name}`: did you mean `{like[0]}`?")


def _check_addresses(bootstrap: str, source: str) -> None:
    for address in bootstrap.split(","):
        host, _, port = address.rpartition(":")
        # Without a port, or an address in brackets without one, it is Kafka's usual port.
        is_whole = not host or port.endswith("]") or (port.isdecimal() and int(port) <= _LAST_PORT)
        if not address or any(map(str.isspace, address)) or not is_whole:
            raise Unusable(f"{source}: expected addresses such as host:9092, got {bootstrap!r}")


def _check_topics(settings: Settings) -> None:
    named: dict[str, str] = {}
    for name in Settings.__struct_fields__:
        if name.endswith("_topic"):
            topic = getattr(settings, name)
            other = named.setdefault(topic, name)
            if other != name:
                raise Unusable(f"{other} and {name} both name the topic `{topic}`: each is its own")


def _path(kind: type, value: Any) -> Any:
    if kind is Path and isinstance(value, str | Path):
        return Path(value)
    raise ValueError("Expected a path")


def _read(file: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as why:
        raise Unusable(f"{file}: cannot be read: {why.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise Unusable(f"{file}: is not TOML: {why}") from None
    for name in values:
        if name not in Settings.__struct_fields__:
            like = difflib.get_close_matches(name, Settings.__struct_fields__, 1)
            hint = f": did you mean `{like[0]}`?" if like else "; `heed settings` lists all"
            raise Unusable(f"{file}: there is no setting `{name}`{hint}")
    return values


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _sentence(why: str, values: Mapping[str, Any], sources: Mapping[str, str]) -> str:
    """msgspec's message, led by where the value was said."""
    expected, _, place = why.partition(" - at `$.")
    name = re.match(r"\w*", place)
    if not place or name is None:
        return f"settings: {why}"
    said = name[0]
    if expected.startswith("Invalid enum"):
        kinds = Settings.__annotations__[said].__args__
        expected = f"expected one of {', '.join(kinds)}"
    expected = expected.split(", got")[0].replace("Expected", "expected")
    for word, text in _WORDS.items():
        expected = expected.replace(word, text)
    at = sources[said]
    names_it = said in at.lower().replace("-", "_")
    return f"{at}: {expected}, got {values[said]!r}" + ("" if names_it else f" for `{said}`")

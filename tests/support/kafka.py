"""A real Apache Kafka for tests and benchmarks: one KRaft node, in its own folder, on free ports.

    with Kafka(folder) as kafka:
        kafka.create("interactions")
        worker = start_worker(kafka.address)
        kafka.kill(); kafka.restart()       # the same data, as after a power cut

The jars come from Maven Central once, into `.cache/kafka/<version>/`; then nothing is fetched.
"""

from __future__ import annotations

import functools
import random
import re
import shutil
import signal
import socket
import subprocess
import time
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from tests.support.certificates import Certificates
from tests.support.maven import CACHE, MavenError, made
from tests.support.wait import pause

POM = Path(__file__).resolve().parent / "kafka" / "pom.xml"
CLUSTER_ID = "aGVlZC10ZXN0cy1rYWZrYQ"  # any 16 bytes in base64 will do
START_SECONDS = 90.0  # 3 s on an idle machine; a busy CI box with two cores has needed 20
STOP_SECONDS = 30.0
PROTOCOLS = "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL"

LOGGING = """\
appenders = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d] %p %m (%c{1})%n
rootLogger.level = INFO
rootLogger.appenderRef.console.ref = console
"""


class KafkaError(RuntimeError):
    """The broker could not be started or formatted; the message ends with its log's tail."""


def version() -> str:
    """The version of Kafka that `pom.xml` names."""
    found = ET.parse(POM).find(".//{*}kafka.version")
    assert found is not None, POM
    return found.text or ""


def jars() -> Path:
    """The folder of Kafka's jars, filled by Maven on the first call and never touched again."""
    return made(CACHE / "kafka" / version(), POM, "dependency:copy-dependencies")


@functools.cache
def why_not() -> str | None:
    """The reason why real Kafka cannot run here, or None. Fetches the jars if they are missing."""
    if shutil.which("java") is None:
        return "real Kafka needs Java 17 or newer, and there is no java on the PATH"
    told = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', told)
    if found is None or int(found[1]) < 17:
        return f"real Kafka needs Java 17 or newer; here is {told.splitlines()[0] if told else '?'}"
    try:
        jars()
    except MavenError as error:
        return f"real Kafka needs its jars: {error}"
    return None


class Kafka:
    """One broker and controller in one JVM; a context manager.

    `partitions` is what `create` gives a topic unless told otherwise. `prefix` goes before the
    command (`("taskset", "-c", "0")`). Other server properties are keywords, dots written as
    underscores: `transaction_abort_timed_out_transaction_cleanup_interval_ms=1000`.

    With `users={"reader": "secret"}` there is a second listener, `guarded_address`
    (SASL_PLAINTEXT, PLAIN): those users may do only what an ACL allows them. Whoever comes to
    `address` is a superuser.

    With `tls=Certificates(...)` there is a third, `tls_address`, which asks clients for theirs.

    The broker dies with this process, however abruptly that ends.
    """

    def __init__(
        self,
        folder: Path,
        *,
        partitions: int = 4,
        message_max_bytes: int = 8 << 20,
        heap: str = "768m",
        prefix: Sequence[str] = (),
        users: Mapping[str, str] | None = None,
        tls: Certificates | None = None,
        **properties: object,
    ) -> None:
        self.folder = folder
        self.partitions = partitions
        self.log = folder / "server.log"
        client, controller, guarded, secret = free_ports(4)
        self.address = f"127.0.0.1:{client}"
        self.guarded_address = f"127.0.0.1:{guarded}"
        self.tls_address = f"127.0.0.1:{secret}"
        self._prefix = prefix
        self._heap = heap
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        listeners = [f"PLAINTEXT://{self.address}"]
        settings: dict[str, object] = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@127.0.0.1:{controller}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": PROTOCOLS,
            "log.dirs": folder / "data",
            "num.partitions": partitions,
            "auto.create.topics.enable": "false",
            "message.max.bytes": message_max_bytes,
            "replica.fetch.max.bytes": message_max_bytes,
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 4,  # 50 by default: each is a folder to make
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "transaction.state.log.num.partitions": 4,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            # A killed broker may register again only when its last session is over: 9 s by default.
            "broker.session.timeout.ms": 3000,
            "broker.heartbeat.interval.ms": 500,
            "group.initial.rebalance.delay.ms": 0,
            "group.min.session.timeout.ms": 1000,
        }
        if users is not None:
            logins = " ".join(f'user_{name}="{word}"' for name, word in users.items())
            login = f"org.apache.kafka.common.security.plain.PlainLoginModule required {logins};"
            listeners.append(f"SASL_PLAINTEXT://{self.guarded_address}")
            settings |= {
                "sasl.enabled.mechanisms": "PLAIN",
                "listener.name.sasl_plaintext.plain.sasl.jaas.config": login,
                "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "super.users": "User:ANONYMOUS",
            }
        if tls is not None:
            listeners.append(f"SSL://{self.tls_address}")
            settings |= {
                "ssl.keystore.type": "PEM",
                "ssl.keystore.location": tls.broker,
                "ssl.truststore.type": "PEM",
                "ssl.truststore.location": tls.authority,
                "ssl.client.auth": "required",
            }
        settings["advertised.listeners"] = ",".join(listeners)
        settings["listeners"] = ",".join([*listeners, f"CONTROLLER://127.0.0.1:{controller}"])
        settings |= {name.replace("_", "."): value for name, value in properties.items()}
        self._settings = settings

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Start the broker and return once it answers; the first start formats its storage."""
        if self._process is not None:
            raise KafkaError("the broker is already running")
        if not (self.folder / "data").exists():
            self._format()
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [*self._prefix, *self._java(f"-Xmx{self._heap}"), "kafka.Kafka", self._properties],
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # an interrupt from the keyboard is for the tests
            )
        self._process = process
        self._guard = guard(process.pid)
        try:
            self._await_answer(process)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Shut the broker down in order; no-op if it is not running."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the broker at once, as a power cut would; no-op if it is not running."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Start again on the same ports with the same data, stopping the broker first if needed."""
        self.stop()
        self.start()

    def create(self, topic: str, partitions: int | None = None, **config: object) -> None:
        """Create a topic; settings are keywords with underscores: `cleanup_policy="compact"`."""
        settings = {name.replace("_", "."): str(value) for name, value in config.items()}
        wanted = NewTopic(topic, partitions or self.partitions, 1, config=settings)
        admin = self._admin()  # kept by name: a client that is collected forgets its requests
        admin.create_topics([wanted], operation_timeout=STOP_SECONDS)[topic].result()

    def delete(self, *topics: str) -> None:
        """Delete topics, with their records."""
        admin = self._admin()
        deleted = admin.delete_topics(list(topics), operation_timeout=STOP_SECONDS)
        for future in deleted.values():
            future.result()

    def _admin(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.address, "log_level": 0})

    @property
    def _properties(self) -> str:
        return str(self.folder / "server.properties")

    def _java(self, *options: str) -> list[str]:
        logging = self.folder / "log4j2.properties"
        return [
            "java",
            "-XX:+UseSerialGC",  # one small heap on one core: the simplest collector is the best
            *options,
            f"-Dlog4j2.configurationFile=file:{logging}",
            "-cp",
            f"{jars()}/*",
        ]

    def _format(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "log4j2.properties").write_text(LOGGING)
        lines = [f"{name}={value}\n" for name, value in self._settings.items()]
        Path(self._properties).write_text("".join(lines))
        java = self._java("-XX:TieredStopAtLevel=1")
        command = [*java, "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID]
        command += ["-c", self._properties]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            shutil.rmtree(self.folder / "data", ignore_errors=True)
            raise KafkaError(f"storage was not formatted:\n{(done.stdout + done.stderr)[-2000:]}")

    def _await_answer(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not listens(self.address):
            if process.poll() is not None:
                raise KafkaError(f"Kafka ended with {process.returncode}:\n{self.tail()}")
            if time.monotonic() > deadline:
                raise KafkaError(f"Kafka did not listen in {START_SECONDS} s:\n{self.tail()}")
            pause(0.05)
        try:
            self._admin().list_topics(timeout=max(1.0, deadline - time.monotonic()))
        except Exception as error:
            raise KafkaError(f"Kafka listens but does not answer:\n{self.tail()}") from error

    def tail(self, lines: int = 30) -> str:
        """The last lines of the broker's log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        finally:
            if self._guard is not None:
                self._guard.kill()
                self._guard.communicate()


def guard(pid: int) -> subprocess.Popen[bytes]:
    """A watcher that kills `pid` as soon as this process is gone, however it ended.

    It reads a pipe that only this process holds open. Unlike Linux's "parent death" signal it does
    not fire when merely the thread ends that started the broker.
    """
    watch = ["sh", "-c", "read -r _; kill -9 $0", str(pid)]
    return subprocess.Popen(watch, stdin=subprocess.PIPE, start_new_session=True)


def listens(address: str) -> bool:
    """Whether something takes connections there."""
    host, port = address.split(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now, all different.

    Below those that connections are given (32768 and on): one of these would be taken again before
    the broker has started, or while it is being restarted.
    """
    # Not the common source, which some tests begin anew, all at the same place.
    chance, found = random.SystemRandom(), dict[int, socket.socket]()
    try:
        while len(found) < count:
            port, tried = chance.randrange(16_000, 32_000), socket.socket()
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                tried.close()
            else:
                found[port] = tried
        return list(found)
    finally:
        for each in found.values():
            each.close()

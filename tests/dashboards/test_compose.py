"""docker-compose.yml, resolved by the reference parser of the Compose specification."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.programs import need_program

ROOT = Path(__file__).resolve().parents[2]
PARSER, VERSION = "github.com/compose-spec/compose-go/v2/cmd", "v2.16.2"


@pytest.fixture(scope="module")
def parser() -> Path:
    """The parser, built by Go into .cache on first use."""
    folder = ROOT / ".cache" / "go" / "bin" / f"compose-go-{VERSION}"
    if not (folder / "cmd").exists():
        go = need_program("go", "Go 1.24 or newer")
        environment = os.environ | {"GOBIN": str(folder), "GOFLAGS": "-buildvcs=false"}
        install = [go, "install", f"{PARSER}@{VERSION}"]
        done = subprocess.run(install, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return folder / "cmd"


def resolve(parser: Path, folder: Path) -> dict[str, Any]:
    command = [str(parser), "-format", "json", "docker-compose.yml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    resolved: dict[str, Any] = json.loads(done.stdout)
    return resolved


@pytest.fixture(scope="module")
def compose(parser: Path) -> dict[str, Any]:
    return resolve(parser, ROOT)


def mounts(service: dict[str, Any], kind: str) -> dict[str, str]:
    """target -> source of a service's mounts of a kind (`bind` or `volume`)."""
    found = [each for each in service.get("volumes", []) if each["type"] == kind]
    return {each["target"]: each["source"] for each in found}


def test_it_resolves_to_the_services_with_their_ports(compose: dict[str, Any]) -> None:
    ports = {
        name: {int(port["published"]): port["target"] for port in service.get("ports", [])}
        for name, service in compose["services"].items()
    }
    assert ports == {
        "kafka": {9092: 29092},
        "worker": {6066: 6066},
        "prometheus": {9090: 9090},
        "grafana": {3000: 3000},
    }


def test_no_port_is_open_to_the_network(compose: dict[str, Any]) -> None:
    published = [port for each in compose["services"].values() for port in each.get("ports", [])]
    assert {port["host_ip"] for port in published} == {"127.0.0.1"}


def test_every_image_is_pinned_to_a_release(compose: dict[str, Any]) -> None:
    images = [each["image"] for each in compose["services"].values() if "image" in each]
    assert len(images) == 3
    assert all(re.fullmatch(r"[\w/]+:v?\d+\.\d+\.\d+", image) for image in images), images


def test_every_mounted_file_is_in_the_tree(compose: dict[str, Any]) -> None:
    sources = [
        Path(source)
        for service in compose["services"].values()
        for source in mounts(service, "bind").values()
    ]
    assert sources
    for source in sources:
        assert source.exists(), source
        assert source.is_relative_to(ROOT)


def test_what_must_outlive_a_container_lies_on_a_named_volume(compose: dict[str, Any]) -> None:
    services = compose["services"]
    kafka, worker = services["kafka"], services["worker"]
    assert kafka["environment"]["KAFKA_LOG_DIRS"] in mounts(kafka, "volume")
    assert worker["environment"]["HEED_STATE_DIR"] in mounts(worker, "volume")
    assert "/prometheus" in mounts(services["prometheus"], "volume")
    used = {each for service in services.values() for each in mounts(service, "volume").values()}
    assert used == set(compose["volumes"])


def test_the_worker_finds_its_broker_and_prometheus_finds_the_worker(
    compose: dict[str, Any],
) -> None:
    kafka, worker = compose["services"]["kafka"], compose["services"]["worker"]
    listeners = kafka["environment"]["KAFKA_ADVERTISED_LISTENERS"].split(",")
    assert f"INTERNAL://{worker['environment']['HEED_BOOTSTRAP']}" in listeners
    assert worker["depends_on"]["kafka"]["condition"] == "service_healthy"
    (found,) = prometheus_finds()
    assert (found["names"], found["type"]) == (["worker"], "A"), "an address for each container"
    assert found["port"] == int(worker["environment"]["HEED_WEB_PORT"])


def prometheus_finds() -> list[dict[str, Any]]:
    """What Prometheus asks the name server for."""
    config = yaml.safe_load((ROOT / "dashboards" / "prometheus.yml").read_text())
    (job,) = config["scrape_configs"]
    assert "static_configs" not in job
    found: list[dict[str, Any]] = job["dns_sd_configs"]
    return found


def test_there_may_be_several_workers_each_with_a_port_of_the_host(
    parser: Path, tmp_path: Path
) -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    assert text.count("${WORKER_PORTS:-6066}") == 1
    # Put in by hand: the parser's own command takes defaults only.
    scaled = text.replace("${WORKER_PORTS:-6066}", "6066-6069")
    (tmp_path / "docker-compose.yml").write_text(scaled)
    worker = resolve(parser, tmp_path)["services"]["worker"]
    (port,) = worker["ports"]
    assert (port["published"], port["target"]) == ("6066-6069", 6066)
    assert port["host_ip"] == "127.0.0.1"
    assert "container_name" not in worker
    assert "WORKER_PORTS=6066-6069" in (ROOT / "docs" / "operators.md").read_text()


def test_grafana_finds_what_it_shows_where_it_is_mounted(compose: dict[str, Any]) -> None:
    grafana = compose["services"]["grafana"]
    ((target, source),) = mounts(grafana, "bind").items()
    settings = grafana["environment"]
    for name in ("GF_PATHS_PROVISIONING", "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"):
        inside = Path(settings[name]).relative_to(target)
        assert (Path(source) / inside).exists(), name
    provider = (Path(source) / "provisioning" / "dashboards" / "heed.yml").read_text()
    assert f"path: {target}\n" in provider


def test_the_image_is_built_from_the_tree_and_runs_the_worker(compose: dict[str, Any]) -> None:
    worker = compose["services"]["worker"]
    assert Path(worker["build"]["context"]) == ROOT
    assert (ROOT / worker["build"]["dockerfile"]).exists()
    assert worker["command"] == ["worker"]
    assert 'ENTRYPOINT ["heed"]' in (ROOT / "Dockerfile").read_text()

"""Settings: options over environment over file over defaults, and one sentence for a mistake."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from schemas.instant import DAY, MINUTE, instant
from streams.errors import Unusable
from streams.settings import Settings, described, load
from streams.topics import client_settings

OVER_TLS = '{"security_protocol": "SSL"}'


def written(folder: Path, text: str) -> Path:
    file = folder / "heed.toml"
    file.write_text(text)
    return file


def test_without_anything_said_the_defaults_hold() -> None:
    assert load(env={}) == Settings()


def test_an_option_goes_before_the_environment_and_that_before_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, 'bootstrap = "file:1"\napp_id = "file"\npartitions = 2')
    env = {"HEED_BOOTSTRAP": "env:1", "HEED_APP_ID": "env"}
    found = load(file, env, bootstrap="said:1", app_id=None)
    assert (found.bootstrap, found.app_id, found.partitions) == ("said:1", "env", 2)


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "partitions = 3")
    assert load(env={"HEED_CONFIG": str(file)}).partitions == 3
    assert load(env={"HEED_CONFIG": ""}).partitions == Settings().partitions


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert load(env={"HEED_PARTITIONS": "", "HEED_STORE": ""}) == Settings()


def test_every_kind_of_setting_can_come_from_the_environment() -> None:
    env = {
        "HEED_PARTITIONS": "16",
        "HEED_LATENESS_SECONDS": "90.5",
        "HEED_CREATE_TOPICS": "false",
        "HEED_STORE": "rocks",
        "HEED_STATE_DIR": "there",
        "HEED_STANDARDS": "standards.toml",
        "HEED_EXTRA_KAFKA": '{"security_protocol": "SSL"}',
        "HEED_WARM_UP_UNTIL": "1997-03-01",
    }
    found = load(env=env)
    assert (found.partitions, found.lateness, found.create_topics) == (16, 90_500_000, False)
    assert (found.store, found.state_dir) == ("rocks", Path("there"))
    assert found.standards == Path("standards.toml")
    assert found.kafka()["security_protocol"] == "SSL"
    assert found.kafka()["ssl_context"].verify_mode == ssl.CERT_REQUIRED
    assert found.warm_up == instant("1997-03-01")


def test_the_file_may_write_times_and_tables_as_toml_does(tmp_path: Path) -> None:
    text = "warm_up_until = 1997-03-01T01:00:00+01:00\n[extra_kafka]\nclient_id = 'x'"
    found = load(written(tmp_path, text), env={})
    assert found.warm_up == instant("1997-03-01")
    assert found.kafka() == {"bootstrap_servers": ["localhost:9092"], "client_id": "x"}
    assert load(written(tmp_path, "warm_up_until = 1997-03-01"), env={}).warm_up == found.warm_up


def test_durations_are_microseconds_and_a_negative_future_is_not_checked() -> None:
    found = load(env={"HEED_FUTURE_SECONDS": "300"})
    assert (found.lateness, found.future, found.warm_up) == (2 * MINUTE, 5 * MINUTE, 0)
    assert load(env={"HEED_FUTURE_SECONDS": "-1"}).future is None
    assert load(env={"HEED_WARM_UP_UNTIL": "1997-03-02T00:00:00Z"}).warm_up % DAY == 0


def test_outputs_go_to_the_topics_as_they_are_called() -> None:
    found = load(env={"HEED_ALERTS_TOPIC": "my-alerts"})
    assert (found.topic("alerts"), found.topic("alerts.sales")) == ("my-alerts", "alerts.sales")
    assert found.written_topics() == [
        "interactions",
        "customers",
        "my-alerts",
        "lifecycle",
        "profiles",
        "rejected",
        "observations",
    ]


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("PARTITIONS", "many", "HEED_PARTITIONS: expected a whole number, got 'many'"),
        ("PARTITIONS", "0", "HEED_PARTITIONS: expected a whole number >= 1, got '0'"),
        ("LATENESS_SECONDS", "soon", "HEED_LATENESS_SECONDS: expected a number, got 'soon'"),
        ("LATENESS_SECONDS", "-1", "HEED_LATENESS_SECONDS: expected a number >= 0.0, got '-1'"),
        ("LATENESS_SECONDS", "nan", "HEED_LATENESS_SECONDS: expected a number >= 0.0, got 'nan'"),
        ("CREATE_TOPICS", "perhaps", "HEED_CREATE_TOPICS: expected true or false, got 'perhaps'"),
        ("STORE", "disk", "HEED_STORE: expected one of memory, rocks, got 'disk'"),
        ("WEB_PORT", "70000", "HEED_WEB_PORT: expected a whole number <= 65535, got '70000'"),
        ("EXTRA_KAFKA", "[1]", "HEED_EXTRA_KAFKA: expected a table, got [1]"),
        ("STANDARD", "x", "there is no setting `HEED_STANDARD`: did you mean `HEED_STANDARDS`?"),
        *(
            (
                "BOOTSTRAP",
                said,
                f"HEED_BOOTSTRAP: expected addresses such as host:9092, got {said!r}",
            )
            for said in ("nohost:1x", "host:70000", "one:9092,", "host:", "one:9092, two:9093")
        ),
        (
            "REJECTED_TOPIC",
            "alerts",
            "alerts_topic and rejected_topic both name the topic `alerts`: each is its own",
        ),
    ],
)
def test_a_wrong_value_is_told_with_its_variable(variable: str, value: str, sentence: str) -> None:
    with pytest.raises(Unusable) as why:
        load(env={f"HEED_{variable}": value})
    assert str(why.value) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("partitons = 8", "there is no setting `partitons`: did you mean `partitions`?"),
        ("zzz = 8", "there is no setting `zzz`; `heed settings` lists all"),
        ("partitions = 'x'", "expected a whole number, got 'x' for `partitions`"),
        ("state_dir = 9", "expected a path, got 9 for `state_dir`"),
        ("bootstrap = 9092", "expected text, got 9092 for `bootstrap`"),
        ("warm_up_until = 1997-03-01T00:00:00", "warm_up_until: '1997-03-01T00:00:00' has no off"),
        ("partitions = ", "is not TOML: Invalid value"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_the_file(
    tmp_path: Path, text: str, sentence: str
) -> None:
    file = written(tmp_path, text)
    with pytest.raises(Unusable) as why:
        load(file, env={})
    assert str(why.value).startswith(f"{file}: {sentence}")


def test_addresses_may_be_several_and_without_a_port() -> None:
    for said in ("one:9092,two:9093", "broker", "[::1]:9092", "[::1]"):
        assert load(env={"HEED_BOOTSTRAP": said}).bootstrap == said


def test_variables_of_others_are_left_alone() -> None:
    assert load(env={"HEED_SEED": "7", "HEED_OUR_OWN": "x"}) == Settings()


def test_a_wrong_option_is_told_as_the_option() -> None:
    with pytest.raises(Unusable, match=r"^--web-port: expected a whole number >= -1, got -2$"):
        load(env={}, web_port=-2)


def test_a_time_that_is_none_is_told_with_where_it_was_said() -> None:
    with pytest.raises(Unusable, match=r"^HEED_WARM_UP_UNTIL: warm_up_until: 'soon' is not an RFC"):
        load(env={"HEED_WARM_UP_UNTIL": "soon"})


def test_broken_json_in_the_environment_is_told() -> None:
    with pytest.raises(Unusable, match=r"^HEED_EXTRA_KAFKA is not a JSON object: "):
        load(env={"HEED_EXTRA_KAFKA": "{"})


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=r"nowhere\.toml: cannot be read: No such file"):
        load(tmp_path / "nowhere.toml", env={})
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(Unusable, match=r"binary\.toml: is not TOML"):
        load(tmp_path / "binary.toml", env={})


def test_every_setting_is_described_with_its_default() -> None:
    told = {setting.variable: setting for setting in described()}
    assert list(told) == [f"HEED_{name.upper()}" for name in Settings.__struct_fields__]
    assert all(setting.about.endswith((".", "JSON.")) for setting in told.values())
    given = {name: setting.default for name, setting in told.items() if setting.default}
    assert load(env=given) == Settings()


def test_tls_files_of_no_use_are_named_in_a_sentence(tmp_path: Path) -> None:
    missing = load(env={"HEED_TLS_CA": "nowhere.pem"})
    with pytest.raises(Unusable, match=r"tls_ca: nowhere.pem: cannot be read: No such file"):
        missing.kafka()
    text = load(env={"HEED_TLS_CA": str(written(tmp_path, "text = 1"))})
    with pytest.raises(Unusable, match=r"tls_ca: .*: not a PEM file that can be used"):
        text.kafka()
    keyless = load(env={"HEED_TLS_KEY": "client.key", "HEED_EXTRA_KAFKA": OVER_TLS})
    with pytest.raises(Unusable, match="tls_key is of no use without tls_cert"):
        keyless.kafka()


def test_a_login_goes_over_tls_where_authorities_are_named() -> None:
    login = '{"sasl_mechanism": "PLAIN"}'
    found = load(env={"HEED_TLS_CA": "ca.pem", "HEED_EXTRA_KAFKA": login})
    assert found.security_protocol == "SASL_SSL"
    assert client_settings(found)["ssl.ca.location"] == "ca.pem"

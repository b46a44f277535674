"""Recordings behind an address, on a local server that speaks S3; and a cluster with TLS."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer
from tests.app.archive.cluster import short_calls, started
from tests.integration.commands import callwatch

from callwatch.app.archive.gather import Selection
from callwatch.app.archive.recording import Recording
from callwatch.app.archive.sources import fetched, list_recordings, stamp_of
from callwatch.core.errors import InputError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A bucket with two calls in a folder, one of them under two names, and what is no call."""
    import boto3
    import s3fs

    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    settings = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    client = boto3.client("s3")
    client.create_bucket(Bucket="calls")
    one, two = (path.read_bytes() for path in short_calls(tmp_path / "calls", 2))
    contents = {"2026/a.wav": one, "2026/twin.wav": one, "2026/b é.wav": two,
                "2026/notes.txt": b"x", "bad.wav": b"no sound"}  # fmt: skip
    for key, body in contents.items():
        client.put_object(Bucket="calls", Key=key, Body=body)
    yield {"client": client, "settings": settings}
    client.close()
    server.stop()


def test_an_address_is_listed_and_stamped(bucket: dict[str, Any], tmp_path: Path) -> None:
    found = list(list_recordings(["s3://calls/2026"], (), Selection()))
    assert all(isinstance(item, Recording) for item in found)
    names = [item.files[0] for item in found if isinstance(item, Recording)]
    assert names == [f"s3://calls/2026/{name}" for name in ("a.wav", "b é.wav", "twin.wav")]
    stamp, written = stamp_of(names[0])
    assert written is not None
    assert stamp_of(names[0])[0] == stamp != stamp_of(names[1])[0]
    with fetched(names[0], tmp_path) as (path, digest):
        assert path.read_bytes()[:4] == b"RIFF"
        assert len(digest) == 32
    assert not path.exists()


@pytest.mark.parametrize("address", ["s3://nowhere/x", "s3://calls/none", "klingon://x/y"])
def test_an_address_that_leads_nowhere_is_a_fault(bucket: dict[str, Any], address: str) -> None:
    (fault,) = list_recordings([address], (), Selection())
    assert isinstance(fault, InputError)
    assert address in str(fault)


def test_what_is_gone_meanwhile_is_a_fault(bucket: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        stamp_of("s3://calls/gone.wav")
    with (
        pytest.raises(InputError, match="cannot be read"),
        fetched("s3://calls/gone.wav", tmp_path),
    ):
        raise AssertionError("it is not there")


@pytest.mark.posix  # a Dask cluster
def test_a_bucket_through_the_command(bucket: dict[str, Any], tmp_path: Path) -> None:
    command = ("batch", "s3://calls", "--out", tmp_path / "h.sqlite3", "--engine", "none",
               "--workers", "1", "--json")  # fmt: skip
    first = json.loads(callwatch(*command, **bucket["settings"]).stdout)
    assert first["measured"] + first["skipped"] == 3
    assert [fault.split(" ")[0] for fault in first["faults"]] != []
    again = json.loads(callwatch(*command, **bucket["settings"]).stdout)
    assert (again["measured"], again["skipped"], len(again["faults"])) == (0, 3, 1)


@pytest.mark.posix  # a Dask cluster
def test_a_cluster_with_certificates(tmp_path: Path) -> None:
    from distributed.security import Security

    made = Security.temporary()  # type: ignore[no-untyped-call]
    for name in ("ca", "cert", "key"):
        text = getattr(made, {"ca": "tls_ca_file"}.get(name, f"tls_client_{name}"))
        (tmp_path / f"{name}.pem").write_text(text, "ascii")
    files = {name: str(tmp_path / f"{name}.pem") for name in ("ca", "cert", "key")}
    options = ("--tls-ca-file", files["ca"], "--tls-cert", files["cert"], "--tls-key", files["key"])
    environment: Any = {
        "DASK_DISTRIBUTED__COMM__TLS__CA_FILE": files["ca"],
        "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT": files["cert"],
        "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY": files["key"],
        "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True",
    }
    short_calls(tmp_path / "calls", 2)
    with started(tmp_path, workers=1, scheme="tls", options=options) as cluster:
        command = ("batch", tmp_path / "calls", "--out", tmp_path / "h.sqlite3", "--engine", "none",
                   "--scheduler", cluster.address, "--json")  # fmt: skip
        plain = callwatch(*command)
        assert plain.returncode == 1, "without a certificate nobody gets in"
        assert "Traceback" not in plain.stderr
        said = callwatch(*command, **environment)
        assert json.loads(said.stdout)["measured"] == 2, said.stderr

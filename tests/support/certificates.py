"""Certificates for a test: an authority, a broker's and a client's, made by openssl in a folder."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SUBJECT_NAME = "subjectAltName=IP:127.0.0.1,DNS:localhost"


class Certificates:
    """`authority` is a certificate; `broker` and `client` hold a key and a certificate each."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("openssl") is None:
            pytest.skip("certificates are made by openssl, which is not on the PATH")
        self._folder = folder
        self.authority = folder / "authority.pem"
        self._openssl(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=tests",
            "-keyout", "authority.key", "-out", self.authority,
        )  # fmt: skip
        self.broker = self._signed("broker")
        self.client = self._signed("client")

    def _signed(self, name: str) -> Path:
        extra = self._folder / "names"
        extra.write_text(SUBJECT_NAME)
        self._openssl(
            "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}",
            "-keyout", f"{name}.key", "-out", f"{name}.csr",
        )  # fmt: skip
        self._openssl(
            "x509", "-req", "-days", "2", "-in", f"{name}.csr", "-CA", self.authority,
            "-CAkey", "authority.key", "-CAcreateserial", "-extfile", extra, "-out", f"{name}.crt",
        )  # fmt: skip
        both = self._folder / f"{name}.pem"
        parts = [(self._folder / f"{name}.{part}").read_text() for part in ("key", "crt")]
        both.write_text("".join(parts))
        return both

    def _openssl(self, *words: str | Path) -> None:
        command = ["openssl", *map(str, words)]
        done = subprocess.run(
            command, cwd=self._folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

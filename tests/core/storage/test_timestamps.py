"""Stamps of an authority that these tests run themselves, with OpenSSL over a certificate of their own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from core.errors import InvalidInput, ProviderError, Tampered
from core.security.audit import Head, HeadSigner
from core.storage.timestamps import check_stamp, stamp_head

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl plays the authority")

CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
"""
HEAD = HeadSigner(b"s" * 32).sign(12, bytes(32), "2026-11-22T04:00:00+00:00")


def _certificate(
    name: str, key: rsa.RSAPrivateKey, issuer: x509.Certificate | None, issuer_key: rsa.RSAPrivateKey
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if issuer is not None:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority")
    root_key, key = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    root = _certificate("Root of the tests", root_key, None, root_key)
    signer = _certificate("Authority of the tests", key, root, root_key)
    pem = serialization.Encoding.PEM
    (folder / "root.pem").write_bytes(root.public_bytes(pem))
    (folder / "signer.pem").write_bytes(signer.public_bytes(pem))
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(pem, *plain))
    (folder / "serial").write_text("01\n")
    (folder / "tsa.conf").write_text(CONFIG.format(folder=folder))
    return folder


def reply(folder: Path, query: bytes) -> bytes:
    (folder / "query.tsq").write_bytes(query)
    files = ["-inkey", "key.pem", "-signer", "signer.pem", "-queryfile", "query.tsq", "-out", "reply.tsr"]
    subprocess.run(
        ["openssl", "ts", "-reply", "-config", "tsa.conf", *files], cwd=folder, check=True, capture_output=True
    )
    return (folder / "reply.tsr").read_bytes()


def over(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.MockTransport:
    return httpx.MockTransport(answer)


def test_a_head_is_stamped_and_checked(authority: Path, tmp_path: Path) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=reply(authority, request.content))

    target = tmp_path / "head-12.tsr"
    at = stamp_head(HEAD, "https://tsa.example.org", target, transport=over(answer))
    assert abs(at - datetime.now(UTC)) < timedelta(minutes=5)
    assert asked[0].headers["content-type"] == "application/timestamp-query"
    assert HEAD.statement() not in asked[0].content
    assert target.stat().st_mode & 0o077 == 0
    roots = (authority / "root.pem").read_bytes()
    assert check_stamp(HEAD, target.read_bytes(), roots) == at
    other = Head(13, HEAD.root, HEAD.at, HEAD.signature)
    for head, stamp in ((other, target.read_bytes()), (HEAD, b"nothing"), (HEAD, target.read_bytes()[:-1])):
        with pytest.raises(Tampered):
            check_stamp(head, stamp, roots)
    with pytest.raises(InvalidInput):
        check_stamp(HEAD, target.read_bytes(), b"no certificate")
    with pytest.raises(InvalidInput, match="stamped"):
        stamp_head(HEAD, "https://tsa.example.org", target, transport=over(answer))


def test_an_answer_to_another_question_is_refused(authority: Path, tmp_path: Path) -> None:
    kept: list[bytes] = []

    def first(request: httpx.Request) -> httpx.Response:
        kept.append(reply(authority, request.content))
        return httpx.Response(200, content=kept[0])

    stamp_head(HEAD, "https://tsa.example.org", tmp_path / "a", transport=over(first))
    again = over(lambda _: httpx.Response(200, content=kept[0]))
    with pytest.raises(ProviderError):
        stamp_head(HEAD, "https://tsa.example.org", tmp_path / "b", transport=again)
    assert not (tmp_path / "b").exists()


OTHER = [httpx.Response(500), httpx.Response(200, content=b"no stamp"), httpx.Response(200, content=b"0" * 70_000)]


@pytest.mark.parametrize("answer", OTHER)
def test_whatever_else_comes_nothing_is_kept(tmp_path: Path, answer: httpx.Response) -> None:
    with pytest.raises(ProviderError):
        stamp_head(HEAD, "https://tsa.example.org", tmp_path / "a", transport=over(lambda _: answer))
    with pytest.raises(InvalidInput):
        stamp_head(HEAD, "tsa", tmp_path / "a")
    assert list(tmp_path.iterdir()) == []

"""Certificates for the test servers: an authority of their own, and one server certificate for each fault."""

import datetime as dt
import hashlib
import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOST = "localhost"
ADDRESS = "127.0.0.1"
WRONG_HOST = "smtp.autre.test"


@dataclass(frozen=True)
class ServerCertificate:
    """A private key and its certificate, in one PEM file."""

    file: Path

    @property
    def fingerprint_sha256(self) -> str:
        """Give the SHA-256 of the certificate's DER form, in lower-case hexadecimal."""
        text = self.file.read_text("ascii")
        certificate = text[text.index("-----BEGIN CERTIFICATE-----") :]
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate)).hexdigest()

    def server_context(self) -> ssl.SSLContext:
        """Make the context with which a server shows this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file)
        return context


@dataclass(frozen=True)
class Certificates:
    """The authority to trust (`ca_file`), and what servers show: only `good` passes, for HOST and ADDRESS."""

    ca_file: Path
    good: ServerCertificate
    expired: ServerCertificate
    wrong_host: ServerCertificate
    self_signed: ServerCertificate
    unknown_issuer: ServerCertificate

    def client_context(self) -> ssl.SSLContext:
        """Make a context that trusts the tests' authority only, and checks the host name."""
        return ssl.create_default_context(cafile=str(self.ca_file))


def make_certificates(folder: Path) -> Certificates:
    """Write the authority and every server certificate as PEM files into `folder`."""
    authority = trustme.CA(organization_name="Facteur tests")
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    long_ago = dt.datetime(2020, 2, 1, tzinfo=dt.UTC)
    stranger = trustme.CA(organization_name="Unknown authority")
    return Certificates(
        ca_file=ca_file,
        good=_write_leaf(folder / "good.pem", authority.issue_cert(HOST, ADDRESS)),
        expired=_write_leaf(folder / "expired.pem", authority.issue_cert(HOST, ADDRESS, not_after=long_ago)),
        wrong_host=_write_leaf(folder / "wrong_host.pem", authority.issue_cert(WRONG_HOST)),
        self_signed=_write_self_signed(folder / "self_signed.pem"),
        unknown_issuer=_write_leaf(folder / "unknown_issuer.pem", stranger.issue_cert(HOST, ADDRESS)),
    )


def _write_leaf(path: Path, leaf: trustme.LeafCert) -> ServerCertificate:
    leaf.private_key_and_cert_chain_pem.write_to_path(path)
    path.chmod(0o600)
    return ServerCertificate(path)


def _write_self_signed(path: Path) -> ServerCertificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private_key = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private_key + certificate.public_bytes(serialization.Encoding.PEM))
    path.chmod(0o600)
    return ServerCertificate(path)

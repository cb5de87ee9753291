"""Trust in servers: the system's own certificates (truststore), and what is wrong with one that isn't trusted."""

from __future__ import annotations

import functools
import hashlib
import ssl
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from backend.domain.mail_failure import MailCause

# As OpenSSL (X509_V_ERR_...), Windows (CERT_E_...) and macOS (errSec...) number them.
_EXPIRED = {9, 10, 0x800B0101, -67818, -67819}
_WRONG_NAME = {62, 64, 0x800B010F, -67602}
_NOT_TLS_AT_ALL = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE", "PACKET_LENGTH")


@functools.cache
def system_trust() -> ssl.SSLContext:
    """Return the one context that trusts what this PC trusts, roots of an antivirus or a company included."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # RFC 8996, whatever the system's own configuration says
    if sys.platform == "linux" and _openssl_finds_roots():
        # truststore does the same here, but reads all roots anew for every connection (33 ms).
        context.load_default_certs()
        return context
    import truststore  # only where something is encrypted

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _openssl_finds_roots() -> bool:
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile) or (bool(paths.capath) and any(Path(paths.capath).glob("*.0")))


def unverified_context() -> ssl.SSLContext:
    """Return a context to look at a certificate with; whoever uses it sends nothing after the handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def handshake_cause(error: ssl.SSLError) -> MailCause:
    """Return why a TLS handshake failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        code = getattr(error, "verify_code", None)  # absent where truststore raises before it has one
        if code in _EXPIRED:
            return MailCause.CERTIFICATE_EXPIRED
        return MailCause.CERTIFICATE_WRONG_NAME if code in _WRONG_NAME else MailCause.CERTIFICATE_UNTRUSTED
    if any(reason in str(error) for reason in _NOT_TLS_AT_ALL):
        return MailCause.TLS_NOT_SPOKEN
    return MailCause.ENCRYPTION_NOT_OFFERED


@dataclass(frozen=True, slots=True)
class SeenCertificate:
    """A server's certificate: its names, who issued it, its end (aware), its SHA-256 in hexadecimal."""

    names: tuple[str, ...]
    issuer: str
    not_before: datetime
    not_after: datetime
    sha256: str

    def fact_for(self, mail_cause: MailCause) -> str:
        """Return what a person needs to know of it: its names, its days, or its issuer."""
        if mail_cause is MailCause.CERTIFICATE_WRONG_NAME:
            return ", ".join(self.names)
        if mail_cause is MailCause.CERTIFICATE_EXPIRED:
            return f"{self.not_before:%Y-%m-%d} – {self.not_after:%Y-%m-%d}"
        return self.issuer

    def __str__(self) -> str:
        days = f"{self.not_before:%Y-%m-%d} – {self.not_after:%Y-%m-%d}"
        return f"certificate for {', '.join(self.names)}, issued by {self.issuer}, {days}, SHA-256 {self.sha256}"


def read_certificate(der: bytes) -> SeenCertificate:
    """Read a certificate in DER form; raises ValueError."""
    from cryptography import x509  # only after a failure

    certificate = x509.load_der_x509_certificate(der)
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        hosts = tuple(str(name.value) for name in names if isinstance(name, (x509.DNSName, x509.IPAddress)))
    except x509.ExtensionNotFound:
        hosts = ()
    return SeenCertificate(
        names=hosts or (_common_name(certificate.subject),),
        issuer=_common_name(certificate.issuer),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        sha256=hashlib.sha256(der).hexdigest(),
    )


def _common_name(name: object) -> str:
    from cryptography import x509

    assert isinstance(name, x509.Name)  # noqa: S101 - the type is imported too late to stand in the signature
    for kind in (x509.NameOID.COMMON_NAME, x509.NameOID.ORGANIZATION_NAME):
        for attribute in name.get_attributes_for_oid(kind):
            return str(attribute.value)
    return name.rfc4514_string()

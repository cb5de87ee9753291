"""What each port of the test Postfix does: one line of master.cf options per behaviour."""

from collections.abc import Mapping
from enum import StrEnum, auto
from types import MappingProxyType

from tests.servers.certificates import Certificates

SMALL_SIZE_BYTES = 50_000
# Recipients that are refused on every port, whatever the domain: the part before the @, and the answer.
RECIPIENT_REPLIES: Mapping[str, str] = MappingProxyType(
    {
        "gris": "450 4.2.0 Greylisted, try again later",
        "gris-antispam": "451 4.7.1 Greylisting in action, please come back later",
        "plein": "552 5.2.2 Mailbox full",
        "plein-provisoire": "452 4.2.2 Mailbox full",
        "refus": "550 5.7.1 Message refused by the recipient's policy",
    }
)
# Nobody has these: Postfix itself says 550 5.1.1 "User unknown in virtual mailbox table".
UNKNOWN_RECIPIENT_PREFIX = "inconnu"


class Behaviour(StrEnum):
    """The ports of the test Postfix. Where nothing else is said: STARTTLS, then a sign-in with a password."""

    SUBMISSION = auto()
    TLS = auto()
    # No encryption and no sign-in: takes mail for its own domains only.
    PLAIN = auto()
    # STARTTLS possible, no sign-in offered; foreign recipients get 554 5.7.1 Relay access denied.
    RELAY_DENIED = auto()
    # Encryption stripped on the way: the password would go in clear.
    STARTTLS_STRIPPED = auto()
    # Whoever has not signed in gets 554 5.7.1 Access denied, instead of 530 5.7.0 Authentication required.
    ACCESS_DENIED = auto()
    # A wrong sender and a missing sign-in are refused at MAIL, and not only at RCPT as Postfix likes.
    EARLY_REFUSAL = auto()
    LOGIN_ONLY = auto()
    OAUTH = auto()
    OAUTHBEARER_ONLY = auto()
    EXPIRED_CERTIFICATE = auto()
    EXPIRED_CERTIFICATE_STARTTLS = auto()
    WRONG_HOST = auto()
    WRONG_HOST_STARTTLS = auto()
    SELF_SIGNED = auto()
    SELF_SIGNED_STARTTLS = auto()
    UNKNOWN_ISSUER = auto()
    SMALL_SIZE = auto()
    SMALL_SIZE_UNANNOUNCED = auto()
    NO_DSN = auto()
    NO_SMTPUTF8 = auto()
    NO_8BITMIME = auto()
    BUSY_AT_END = auto()
    DEFERRED_AT_END = auto()
    SPAM_AT_END = auto()
    SPAM_AT_DATA = auto()

    @property
    def starts_in_tls(self) -> bool:
        """Tell whether the port is encrypted from the first byte (RFC 8314)."""
        return _TLS.items() <= _OPTIONS[self].items()


def _every_client(reply: str) -> str:
    return f"check_client_access static:{{{reply}}}"


_SIGN_IN_REQUIRED = f"permit_sasl_authenticated, {_every_client('530 5.7.0 Authentication required')}"
_EVERYWHERE = {
    "smtpd_tls_security_level": "encrypt",
    "smtpd_sasl_auth_enable": "yes",
    "smtpd_client_restrictions": _SIGN_IN_REQUIRED,
}
_TLS = {"smtpd_tls_wrappermode": "yes"}
_CLEAR = {"smtpd_tls_security_level": "none"}
_NO_SIGN_IN = {"smtpd_sasl_auth_enable": "no", "smtpd_client_restrictions": ""}
_SMALL_SIZE = {"message_size_limit": str(SMALL_SIZE_BYTES)}
# The file of the certificate comes from Certificates; every other name is a parameter of postconf(5).
_CERTIFICATE = "certificate"
_OPTIONS: Mapping[Behaviour, Mapping[str, str]] = {
    Behaviour.SUBMISSION: {},
    Behaviour.TLS: _TLS,
    Behaviour.PLAIN: {**_CLEAR, **_NO_SIGN_IN},
    Behaviour.RELAY_DENIED: {"smtpd_tls_security_level": "may", **_NO_SIGN_IN},
    Behaviour.STARTTLS_STRIPPED: {**_CLEAR, "smtpd_tls_auth_only": "no"},
    Behaviour.ACCESS_DENIED: {"smtpd_client_restrictions": "permit_sasl_authenticated, reject"},
    Behaviour.EARLY_REFUSAL: {
        "smtpd_delay_reject": "no",
        "smtpd_client_restrictions": "",
        "smtpd_sender_restrictions": f"reject_authenticated_sender_login_mismatch, {_SIGN_IN_REQUIRED}",
    },
    Behaviour.LOGIN_ONLY: {"smtpd_sasl_mechanism_filter": "login"},
    Behaviour.OAUTH: {"smtpd_sasl_mechanism_filter": "xoauth2, oauthbearer"},
    Behaviour.OAUTHBEARER_ONLY: {"smtpd_sasl_mechanism_filter": "oauthbearer"},
    Behaviour.EXPIRED_CERTIFICATE: {**_TLS, _CERTIFICATE: "expired"},
    Behaviour.EXPIRED_CERTIFICATE_STARTTLS: {_CERTIFICATE: "expired"},
    Behaviour.WRONG_HOST: {**_TLS, _CERTIFICATE: "wrong_host"},
    Behaviour.WRONG_HOST_STARTTLS: {_CERTIFICATE: "wrong_host"},
    Behaviour.SELF_SIGNED: {**_TLS, _CERTIFICATE: "self_signed"},
    Behaviour.SELF_SIGNED_STARTTLS: {_CERTIFICATE: "self_signed"},
    Behaviour.UNKNOWN_ISSUER: {**_TLS, _CERTIFICATE: "unknown_issuer"},
    Behaviour.SMALL_SIZE: _SMALL_SIZE,
    Behaviour.SMALL_SIZE_UNANNOUNCED: {**_SMALL_SIZE, "smtpd_discard_ehlo_keywords": "size"},
    Behaviour.NO_DSN: {"smtpd_discard_ehlo_keywords": "dsn"},
    Behaviour.NO_SMTPUTF8: {"smtpd_discard_ehlo_keywords": "smtputf8"},
    Behaviour.NO_8BITMIME: {"smtpd_discard_ehlo_keywords": "8bitmime, smtputf8"},
    Behaviour.BUSY_AT_END: {
        "smtpd_end_of_data_restrictions": _every_client("421 4.3.2 Too busy, try again later"),
    },
    Behaviour.DEFERRED_AT_END: {
        "smtpd_end_of_data_restrictions": _every_client("451 4.3.0 Local error, try again later"),
    },
    Behaviour.SPAM_AT_END: {
        "smtpd_end_of_data_restrictions": _every_client("554 5.7.1 Message refused as spam"),
    },
    Behaviour.SPAM_AT_DATA: {
        "smtpd_data_restrictions": _every_client("554 5.7.1 Sending host listed as spammer"),
    },
}


def master_cf(ports: Mapping[Behaviour, int], certificates: Certificates) -> str:
    """Write Postfix's table of services: one smtpd per port of `ports`, and the inner services (master(5))."""
    lines = []
    for behaviour, port in ports.items():
        lines.append(f"127.0.0.1:{port} inet n - n - - smtpd")
        lines.append(f"  -o syslog_name=postfix/{behaviour}")
        for name, value in {**_EVERYWHERE, **_OPTIONS[behaviour]}.items():
            lines.append("  -o { " + _option(name, value, certificates) + " }")
    return "\n".join([*lines, _INNER_SERVICES])


def _option(name: str, value: str, certificates: Certificates) -> str:
    if name == _CERTIFICATE:
        return f"smtpd_tls_chain_files = {getattr(certificates, value).file}"
    return f"{name} = {value}"


# "outside" bounces what it gets: 67 is EX_NOUSER of sysexits.h. Postfix's own "error" refuses the recipient instead.
_INNER_SERVICES = """\
cleanup   unix  n - n -    0 cleanup
qmgr      unix  n - n 300  1 qmgr
tlsmgr    unix  - - n 1000 1 tlsmgr
rewrite   unix  - - n -    - trivial-rewrite
bounce    unix  - - n -    0 bounce
defer     unix  - - n -    0 bounce
trace     unix  - - n -    0 bounce
verify    unix  - - n -    1 verify
flush     unix  n - n 1000 0 flush
proxymap  unix  - - n -    - proxymap
error     unix  - - n -    - error
retry     unix  - - n -    - error
outside   unix  - n n -    - pipe user=nobody argv=/bin/sh -c {exit 67}
virtual   unix  - n n -    - virtual
anvil     unix  - - n -    1 anvil
showq     unix  n - n -    - showq
postlog   unix-dgram n - n - 1 postlogd
"""

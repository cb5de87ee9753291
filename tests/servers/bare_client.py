"""A client of the standard library alone, for tests of the servers themselves."""

import base64
import smtplib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from email.message import EmailMessage
from email.utils import make_msgid

from tests.servers.dovecot import PASSWORD, USER
from tests.servers.postfix import Postfix
from tests.servers.postfix_behaviours import Behaviour

# The step that decided, and its reply.
Reply = tuple[str, int, str]


@contextmanager
def connected(postfix: Postfix, behaviour: Behaviour) -> Iterator[smtplib.SMTP]:
    """Connect, with the encryption that the port wants, and greet."""
    context = postfix.certificates.client_context()
    port = postfix.port(behaviour)
    with ExitStack() as stack:
        if behaviour.starts_in_tls:
            client: smtplib.SMTP = smtplib.SMTP_SSL("localhost", port, "[127.0.0.1]", timeout=10, context=context)
            stack.callback(client.close)
        else:
            client = smtplib.SMTP("localhost", port, "[127.0.0.1]", timeout=10)
            stack.callback(client.close)
            client.ehlo()
            if client.has_extn("starttls"):
                client.starttls(context=context)
        client.ehlo()
        yield client


@contextmanager
def signed_in(postfix: Postfix, behaviour: Behaviour = Behaviour.SUBMISSION) -> Iterator[smtplib.SMTP]:
    """Connect and sign in as USER."""
    with connected(postfix, behaviour) as client:
        assert sign_in(client, USER, PASSWORD)[0] == 235
        yield client


def sign_in(client: smtplib.SMTP, user: str, password: str) -> tuple[int, str]:
    """Try one sign-in by AUTH PLAIN (RFC 4616) in UTF-8; give the reply."""
    code, text = client.docmd("AUTH PLAIN " + base64.b64encode(f"\0{user}\0{password}".encode()).decode())
    return code, text.decode()


def submit(client: smtplib.SMTP, recipient: str, *, sender: str = USER, size: int = 100) -> Reply:
    """Send a message by hand; give the step and the reply that decided."""
    code, text = client.mail(sender)
    if code != 250:
        return "MAIL", code, text.decode()
    code, text = client.rcpt(recipient)
    if code != 250:
        return "RCPT", code, text.decode()
    try:
        code, text = client.data(message_for(recipient, size).as_bytes())
    except smtplib.SMTPDataError as refusal:
        words = refusal.smtp_error
        return "DATA", refusal.smtp_code, words.decode() if isinstance(words, bytes) else words
    return "END", code, text.decode()


def message_for(recipient: str, size: int) -> EmailMessage:
    """Make a message of about `size` bytes with accents in it."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = USER, recipient, "Ticket C1-4 de l'été"
    message["Message-ID"] = make_msgid(domain="boutique.test")
    message.set_content("é" + "x\n" * (size // 2))
    return message

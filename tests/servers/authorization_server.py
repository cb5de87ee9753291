"""An OAuth2 authorization server of our own on loopback, over https (RFC 6749, 7636, 8628, 7009).

It checks what a provider checks: client, way back, PKCE, one use of a code. `/authorize` shows a page with two buttons.
"""

import base64
import hashlib
import html
import json
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from backend.domain.oauth import OAuthClient, OAuthProvider, OAuthRegistration
from tests.servers.certificates import HOST
from tests.servers.ports import LOOPBACK

CLIENT_ID = "facteur-tests"
SCOPE = "https://mail.test/SMTP.Send offline_access"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_PAGE = """<!doctype html><html lang="en"><title>Provider</title>
<link rel="icon" href="data:,"><main><h1>Let Facteur send mail?</h1>
<form method="post" action="/decide"><input type="hidden" name="request" value="{request}">
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button></form></main></html>
"""


@dataclass
class Rules:
    """How the server behaves; a test changes what it is about."""

    mint: Callable[[], str] = lambda: f"access-{secrets.token_hex(8)}"
    refresh_length: int = 40
    lifetime_s: float | None = 3600
    gives_refresh_token: bool = True
    rotates: bool = False  # each refresh gives a new refresh token, and ends the old one
    granted_scope: str = SCOPE
    client_secret: str = ""
    forged_state: str = ""  # what the way back says instead of the state
    device_interval: float = 0.05
    device_lifetime_s: float = 60
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)  # by path: status and body, whatever is asked
    silent: set[str] = field(default_factory=set)  # paths that never answer


@dataclass
class _Grant:
    code_challenge: str = ""
    redirect_uri: str = ""
    decision: str = ""  # of a device: allow, deny, expired
    slow_downs: int = 0
    asked_at: float = 0.0


class AuthorizationServer:
    """Runs from its making to `stop`; `forms` are the forms it got, in order, with their paths."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.rules = Rules()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.refresh_tokens: set[str] = set()
        self.access_tokens: list[str] = []
        self._requests: dict[str, dict[str, str]] = {}
        self._codes: dict[str, _Grant] = {}
        self._devices: dict[str, _Grant] = {}
        self._users: dict[str, str] = {}
        self._stopping = threading.Event()
        self._server = _Listener((LOOPBACK, 0), _Handler)
        self._server.owner = self
        # The handshake is left to the thread of each connection.
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://{HOST}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def registration(self, **changes: Any) -> OAuthRegistration:  # noqa: ANN401 - fields
        """Return this server as a provider, and a client that it knows."""
        provider = OAuthProvider(
            id="tests",
            name="Essais",
            authorize_url=f"{self.url}/authorize",
            token_url=f"{self.url}/token",
            device_url=f"{self.url}/device",
            revoke_url=f"{self.url}/revoke",
            scope=SCOPE,
        )
        return OAuthRegistration(replace(provider, **changes), OAuthClient(CLIENT_ID, self.rules.client_secret))

    def toml(self, provider_id: str = "tests", **changes: Any) -> str:  # noqa: ANN401 - fields
        """Return the same as a table of `oauth_clients.toml`."""
        provider = self.registration(**changes).provider
        names = ("name", "authorize_url", "token_url", "device_url", "revoke_url", "scope", "redirect_host")
        lines = [f'{name} = "{getattr(provider, name)}"' for name in names]
        return "\n".join([f"[{provider_id}]", f'client_id = "{CLIENT_ID}"', *lines, ""])

    def decide_device(self, user_code: str, decision: str) -> None:
        """Let the user type his code and decide: allow, deny, or expired; slow_down asks for patience once."""
        grant = self._devices[self._users[user_code]]
        if decision == "slow_down":
            grant.slow_downs += 1
        else:
            grant.decision = decision

    def revoke_everything(self) -> None:
        """Let the user take all permissions back."""
        self.refresh_tokens.clear()

    def grants(self, kind: str) -> list[dict[str, str]]:
        """Return the forms of one kind of grant that came to the token endpoint."""
        return [form for path, form in self.forms if path == "/token" and form.get("grant_type") == kind]

    def stop(self) -> None:
        """End; a second time does nothing."""
        if not self._stopping.is_set():
            self._stopping.set()
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    # What the handler asks, by path.

    def page(self, query: Mapping[str, str]) -> tuple[int, str]:
        """Show the page of a request for permission, or say what is wrong with it, as providers do: to the user."""
        redirect = urlsplit(query.get("redirect_uri", ""))
        sound = (
            query.get("client_id") == CLIENT_ID
            and query.get("response_type") == "code"
            and query.get("code_challenge_method") == "S256"
            and query.get("scope") == SCOPE
            and redirect.scheme == "http"
            and redirect.hostname in {LOOPBACK, "localhost"}
        )
        if not sound:
            return 400, "bad request"
        request = secrets.token_hex(8)
        self._requests[request] = dict(query)
        return 200, _PAGE.format(request=html.escape(request))

    def way_back(self, form: Mapping[str, str]) -> str:
        """Return where a decision sends the browser."""
        query = self._requests.pop(form["request"])
        answer = {"state": self.rules.forged_state or query["state"]}
        if form["decision"] == "allow":
            code = secrets.token_urlsafe(24)
            self._codes[code] = _Grant(query["code_challenge"], query["redirect_uri"])
            answer["code"] = code
        else:
            answer |= {"error": "access_denied", "error_description": "The user caisse1@boutique.test said no"}
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    def device(self, form: Mapping[str, str]) -> tuple[int, object]:
        """Give a code for a device (RFC 8628 3.2)."""
        if form.get("client_id") != CLIENT_ID:
            return 400, {"error": "invalid_client"}
        device_code, user_code = secrets.token_urlsafe(24), secrets.token_hex(4).upper()
        self._devices[device_code] = _Grant()
        self._users[user_code] = device_code
        return 200, {
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": f"{self.url}/activate",
            "expires_in": self.rules.device_lifetime_s,
            "interval": self.rules.device_interval,
        }

    def token(self, form: Mapping[str, str]) -> tuple[int, object]:
        """Give tokens, or one of the errors of RFC 6749 5.2 and RFC 8628 3.5."""
        if form.get("client_id") != CLIENT_ID or form.get("client_secret", "") != self.rules.client_secret:
            return 401, {"error": "invalid_client"}
        kind = form.get("grant_type", "")
        if kind == "authorization_code":
            return self._for_code(form)
        if kind == "refresh_token":
            return self._for_refresh_token(form["refresh_token"])
        return self._for_device(form) if kind == DEVICE_GRANT else (400, {"error": "unsupported_grant_type"})

    def _for_code(self, form: Mapping[str, str]) -> tuple[int, object]:
        grant = self._codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (
            grant is None
            or grant.redirect_uri != form.get("redirect_uri")
            or grant.code_challenge != challenge.rstrip(b"=").decode()
        ):
            return 400, {"error": "invalid_grant", "error_description": f"bad code {form.get('code')}"}
        return 200, self._tokens()

    def _for_refresh_token(self, token: str) -> tuple[int, object]:
        if token not in self.refresh_tokens:
            return 400, {"error": "invalid_grant", "error_description": f"AADSTS70000: {token} was revoked"}
        if not self.rules.rotates:
            return 200, {key: value for key, value in self._tokens().items() if key != "refresh_token"}
        self.refresh_tokens.discard(token)
        return 200, self._tokens()

    def _for_device(self, form: Mapping[str, str]) -> tuple[int, object]:
        grant = self._devices.get(form.get("device_code", ""))
        if grant is None:
            return 400, {"error": "invalid_grant"}
        if grant.slow_downs:
            grant.slow_downs -= 1
            return 400, {"error": "slow_down"}
        early = time.monotonic() - grant.asked_at < self.rules.device_interval * 0.9
        grant.asked_at = time.monotonic()
        if early:
            return 400, {"error": "slow_down"}
        refusals = {"": "authorization_pending", "deny": "access_denied", "expired": "expired_token"}
        if grant.decision in refusals:
            return 400, {"error": refusals[grant.decision]}
        del self._devices[form["device_code"]]
        return 200, self._tokens()

    def _tokens(self) -> dict[str, object]:
        access = self.rules.mint()
        self.access_tokens.append(access)
        answer: dict[str, object] = {"access_token": access, "token_type": "Bearer", "scope": self.rules.granted_scope}
        if self.rules.lifetime_s is not None:
            answer["expires_in"] = self.rules.lifetime_s
        if self.rules.gives_refresh_token:
            refresh = secrets.token_urlsafe(self.rules.refresh_length)[: self.rules.refresh_length]
            self.refresh_tokens.add(refresh)
            answer["refresh_token"] = refresh
        return answer

    def wait_for_the_end(self) -> None:
        """Answer nothing until the server is stopped."""
        self._stopping.wait(30)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    owner: AuthorizationServer

    def handle_error(self, request: object, client_address: object) -> None:
        """Let clients go that don't trust the certificate, or close without a word."""


class _Handler(BaseHTTPRequestHandler):
    server: _Listener

    def do_GET(self) -> None:
        target = urlsplit(self.path)
        if target.path == "/authorize":
            self._answer(*self.server.owner.page(dict(parse_qsl(target.query))), kind="text/html")
        else:
            self._answer(404, "")

    def do_POST(self) -> None:
        owner = self.server.owner
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        owner.forms.append((self.path, form))
        if self.path in owner.rules.silent:
            owner.wait_for_the_end()
        elif self.path in owner.rules.answers:
            self._answer(*owner.rules.answers[self.path])
        elif self.path == "/decide":
            self._answer(302, owner.way_back(form))
        elif self.path == "/revoke":
            owner.refresh_tokens.discard(form["token"])
            self._answer(200, "{}")
        else:
            status, values = owner.device(form) if self.path == "/device" else owner.token(form)
            self._answer(status, json.dumps(values))

    def _answer(self, status: int, body: str, kind: str = "application/json") -> None:
        content = body.encode()
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", body)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass

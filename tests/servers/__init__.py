"""The servers that the tests talk to, started by the tests on loopback, ended with them; no system service is touched.

Fixtures (tests/integration/conftest.py). Tests that use one get its markers, so that they skip by name where Postfix,
Dovecot or gnome-keyring is missing, or where root is needed and not there.

- `certificates` (session): an authority (`ca_file`, `client_context()`), and the server certificates `good`, `expired`,
  `wrong_host`, `self_signed`, `unknown_issuer`. Servers are `localhost` and `127.0.0.1`.
- `postfix` (session, up in 0.1 s): a real Postfix with Dovecot for its sign-ins.
  `postfix.port(Behaviour.X)` is the port that behaves as X: SUBMISSION (STARTTLS), TLS, PLAIN, RELAY_DENIED,
  STARTTLS_STRIPPED, ACCESS_DENIED, EARLY_REFUSAL, LOGIN_ONLY, OAUTH, OAUTHBEARER_ONLY, EXPIRED_CERTIFICATE,
  WRONG_HOST, SELF_SIGNED (each also with _STARTTLS), UNKNOWN_ISSUER, SMALL_SIZE, SMALL_SIZE_UNANNOUNCED, NO_DSN,
  NO_SMTPUTF8, NO_8BITMIME, BUSY_AT_END (421), DEFERRED_AT_END (451), SPAM_AT_END and SPAM_AT_DATA (554).
  Users: USER with PASSWORD, ACCENTED_USER with ACCENTED_PASSWORD (dovecot.py); each may send from his own address
  only (553 5.7.1 at RCPT; at MAIL on EARLY_REFUSAL). Whoever doesn't sign in gets 530 5.7.0.
  Recipients: any address of client.test and boutique.test has a mailbox, but `inconnu...@` (550 5.1.1); the names of
  RECIPIENT_REPLIES are refused: `gris@` 450, `gris-antispam@` 451, `plein@` 552, `plein-provisoire@` 452,
  `refus@` 550.
  Mail to `...@dehors.test` is taken, then bounces to its sender.
  `postfix.fresh_mailbox()` opens a mailbox that no other test writes to, `postfix.mailbox(address)` any:
  `.messages()`, `.count_by_message_id()`, `.wait_for_message()`. `postfix.failed_logins()`, `postfix.log()`.
- `dovecot` (session): the same Dovecot: `mint_token()` for XOAUTH2 and OAUTHBEARER, `set_password()`, `remove_user()`.
- `scripted_smtp`: call it with a Script (smtp_script.py) for a server that answers what no real one can be made to:
  an Answer per Step and recipient (texts, delays, dripping, silence, cuts at a byte of DATA, lost answers, one answer
  after the other), any security. It keeps `sessions` (every line, secrets too) and `deliveries`.
- `tcp_proxy`: call it with a server's port and a Disturbance (tcp_proxy.py): cut at a byte, after a pattern, with the
  server's answer swallowed; closed, reset or frozen; delayed; dripping. `encryption=True` takes the TLS apart.
- authorization_server.py: an OAuth2 provider over https with `rules` to break and `forms` to look at, and
  sign_in_person.py: his user with a browser. tests/integration/oauth_setting.py puts both before a shop.
- `secret_service`, `locked_secret_service`, `empty_secret_service`: gnome-keyring on a bus of its own, for child
  processes started with `.environment`; `.lock()` locks it midway. `no_secret_service`: the environment without any.
- ports.py: `closed_port()` refuses, `unanswering_port()` never answers.
- bare_client.py: smtplib with nothing around it, to see what a server itself says.

Without pytest (a fault campaign, a benchmark): `running_postfix(folder, certificates)` in a `server_folder()`,
`running_secret_service(folder)`, `ScriptedSmtp(script)` and `TcpProxy(port, disturbance)` with `.stop()`.
"""

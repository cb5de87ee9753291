"""The test Secret Service is real, private, and locked when it says so."""

from tests.servers.secret_service import SecretService

STORE = "import keyring; keyring.set_password('Facteur', 'caisse1', 'é' * 5000)"
READ = "import keyring; print(keyring.get_password('Facteur', 'caisse1') == 'é' * 5000)"


def test_an_open_keyring_keeps_a_long_secret(secret_service: SecretService) -> None:
    assert secret_service.run_python(STORE).returncode == 0
    assert secret_service.run_python(READ).stdout == "True\n"


def test_a_locked_keyring_stays_locked_and_says_so_at_once(locked_secret_service: SecretService) -> None:
    result = locked_secret_service.run_python(READ)
    assert result.returncode == 1
    assert "keyring.errors.KeyringLocked" in result.stderr


def test_an_empty_keyring_can_make_no_collection_without_a_prompt(empty_secret_service: SecretService) -> None:
    result = empty_secret_service.run_python(STORE)
    assert result.returncode == 1
    assert "keyring.errors.InitError" in result.stderr


def test_without_a_bus_there_is_no_keyring(no_secret_service: dict[str, str]) -> None:
    result = SecretService(no_secret_service).run_python(STORE)
    assert result.returncode == 1
    assert "keyring.errors.NoKeyringError" in result.stderr

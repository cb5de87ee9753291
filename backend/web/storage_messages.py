"""What keeps a shop: its files, its backups and its passwords, by cause code and reason, as in failure_messages."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from backend.web.message_text import Text

TEXTS: Mapping[str, Text] = {
    "backup_file": (
        _l("“%(path)s” can't be restored."),
        _l("Choose another backup."),
    ),
    "backup_file.changed": (
        _l("Another backup has been looked into meanwhile."),
        _l("Look into the backup once more, then restore it."),
    ),
    "backup_file.damaged": (
        _l("The backup “%(path)s” is damaged: it does not hold what was written."),
        _l("Choose another backup, an older one for instance. Your shop is as it was."),
    ),
    "backup_file.journal": (
        _l("The tickets in “%(path)s” don't prove each other: one was changed, or is missing."),
        _l("Choose an older backup. Your shop is as it was."),
    ),
    "backup_file.no_room": (
        _l("There is not enough room on the disk to unpack “%(path)s”."),
        _l("Make room on the disk, then try again."),
    ),
    "backup_file.not_a_backup": (
        _l("“%(path)s” is not a backup of Facteur."),
        _l("Choose a file that Facteur has made: its name begins with “facteur”."),
    ),
    "backup_file.too_new": (
        _l("“%(path)s” was made by a newer version of Facteur."),
        _l("Install the newest version of Facteur on this PC, then restore the backup."),
    ),
    "backup_file.waiting": (
        _l("A backup waits already to be restored at the next start."),
        _l("Close Facteur and open it again, or drop that restore first."),
    ),
    "secrets_unavailable": (
        _l("Facteur can't reach the place where passwords are kept on this PC."),
        _l("Sign in to this PC again, then try again."),
    ),
    "secrets_unavailable.chosen_already": (
        _l("Where the passwords are kept has been chosen already for this shop."),
        _l("Go on with the way that was chosen."),
    ),
    "secrets_unavailable.locked": (
        _l("The keyring of this PC, which holds the passwords, is locked."),
        _l("Unlock it (usually by signing in to this PC again), then try again."),
    ),
    "secrets_unavailable.none": (
        _l("This PC has no keyring in which Facteur could keep passwords."),
        _l("Give Facteur a passphrase, or accept that passwords are kept without protection."),
    ),
    "secrets_unavailable.other_key": (
        _l("This was locked with another key: by another user of this PC, or before its keyring was emptied."),
        _l("Let that user open it. If the key is lost, enter the password anew, and prepare waiting mails again."),
    ),
    "secrets_unavailable.passphrase_needed": (
        _l("The passwords are protected by a passphrase, which Facteur needs now."),
        _l("Enter the passphrase of Facteur."),
    ),
    "secrets_unavailable.passphrase_wrong": (
        _l("This is not the passphrase of Facteur."),
        _l("Type it again, and mind capital letters."),
    ),
    "secrets_unavailable.timeout": (
        _l("The keyring of this PC, which holds the passwords, doesn't answer."),
        _l("Sign in to this PC again or restart it, then try again."),
    ),
    "storage": (
        _l("“%(path)s” can't be read or written."),
        _l("Check that the disk or the folder is there, then try again."),
    ),
    "storage.damaged": (
        _l("The file “%(path)s” is damaged."),
        _l("Restore the last backup, or ask the person who looks after Facteur."),
    ),
    "storage.disk_full": (
        _l("The disk is full: “%(path)s” could not be written."),
        _l("Make room on the disk, then try again."),
    ),
    "storage.exists": (
        _l("There is a file “%(path)s” already."),
        _l("Choose another name: Facteur replaces no file that is there."),
    ),
    "storage.in_use": (
        _l("Another Facteur is open on “%(path)s”."),
        _l("Close every window of Facteur, and each “serve”, then try again."),
    ),
    "storage.locked": (
        _l("Another window or program is using “%(path)s” at this moment."),
        _l("Wait a moment, then try again."),
    ),
    "storage.read_only": (
        _l("Facteur may not write to “%(path)s”."),
        _l("Ask the person who looks after this PC to allow it, or choose another folder."),
    ),
    "storage.too_new": (
        _l("“%(path)s” was written by a newer version of Facteur."),
        _l("Install the newest version of Facteur on this PC."),
    ),
}

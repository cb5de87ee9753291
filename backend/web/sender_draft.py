"""What is typed on the sender page and not saved yet: kept in the memory of this session, without the password."""

from __future__ import annotations

from backend.domain.sender_profile import SenderProfile
from backend.domain.user import User
from backend.web.forms import Form
from backend.web.security import current_session
from backend.web.sender_form import changed, form_of, typed_profile
from backend.web.services import services


def keep_typed(user: User, form: Form) -> None:
    """Keep what is in the form, so that F5 or a look at another page loses nothing; a password is never kept."""
    current_session().drafts[_key(user)] = changed(form)


def keep_change(user: User, form: Form) -> None:
    """Keep a change; it may have left the page before the server that the address brought was in it."""
    draft = current_session().drafts.get(_key(user))
    is_behind = isinstance(draft, Form) and draft["filled"] and not form["filled"] and not form["host"]
    if isinstance(draft, Form) and is_behind and draft["email"] == form["email"]:
        form = changed(form, **{name: draft[name] for name in ("host", "port", "security", "username", "filled")})
    keep_typed(user, form)


def typed_before(user: User) -> Form | None:
    """Return what was typed and not saved, None where that is nothing but what is saved."""
    draft = current_session().drafts.get(_key(user))
    if not isinstance(draft, Form):
        return None
    copy = changed(draft)
    known = services().settings.sender_profile(user.name)
    before = changed(form_of(known))
    is_same = typed_profile(user, copy) == typed_profile(user, before) if known else _is_untouched(user, copy)
    return changed(draft) if not is_same or (known and not copy.is_valid) else None


def forget_typed(user: User) -> None:
    """Forget what was typed: it is saved, or nobody wants it any more."""
    current_session().drafts.pop(_key(user), None)


def _is_untouched(user: User, form: Form) -> bool:
    return not form["email"] and typed_profile(user, form) == typed_profile(
        user, changed(form_of(SenderProfile("", "")))
    )


def _key(user: User) -> str:
    return f"sender:{user.name.casefold()}"

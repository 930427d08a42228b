"""The address of a camera, put together of what a visitor enters: the password has a field of its own, which is never
filled in for anybody.
"""

import re
from urllib.parse import quote

HIDDEN = "***"
"""What the API shows in the place of a password."""
_USER = re.compile(r"(?P<before>[A-Za-z][A-Za-z0-9+.-]*://)(?P<user>[^/?#:@]*)(?P<password>:[^/?#@]*)?@")


class SourceFieldError(ValueError):
    """The error of an address and a password that do not fit; ``text`` is the key of what the visitor is told."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def source(address: str, password: str, shown: str | None = None) -> str | None:
    """Returns what to send to the API: None where no address was entered.

    ``shown`` is the address as the API showed it. As long as it stays so, and no password was entered, the API keeps
    the password that it has. Raises SourceFieldError.
    """
    address = address.strip()
    if not address:
        if password:
            raise SourceFieldError("cameras.no_user")
        return None
    if password:
        found = _USER.match(address)
        if found is None or not found["user"]:
            raise SourceFieldError("cameras.no_user")
        address = f"{found['before']}{found['user']}:{quote(password, safe='')}@{address[found.end() :]}"
    if HIDDEN in address and address != shown:
        raise SourceFieldError("cameras.password_again")
    return address

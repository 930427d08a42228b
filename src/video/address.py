"""What a word names that is to be watched: a file, a folder, a camera's address or a camera's number.

Addresses hold passwords. What people see of an address is ``Address.name``, in which ``***`` stands for them.
"""

import os
import re
import stat
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urlsplit

SCHEMES = ("rtsp", "rtsps", "http", "https")
"""The kinds of addresses that are read. No other protocol is ever asked of FFmpeg."""
HIDDEN = "***"
"""What stands for a password."""
LONGEST = 2000
"""The most characters of an address; FFmpeg cuts off longer ones without a word."""

Kind = Literal["file", "folder", "rtsp", "http", "camera"]

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_USER = re.compile(r"(?P<before>[A-Za-z][A-Za-z0-9+.-]*://[^/?#:@]*:).*@", re.DOTALL)
_SECRET = re.compile(r"([?&;][^=&;#]*(?:pass|pwd|psw|token|secret|key|auth|sig)[^=&;#]*=)[^&;#]*", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,3}")
_DEVICE = re.compile(r"/dev/video[0-9]{1,3}")


class SourceError(ValueError):
    """The error of a source that cannot be watched. Its message is one line that names the source and the fault."""


@dataclass(frozen=True, slots=True)
class Address:
    """A source: ``place`` is what is opened, ``name`` is what people see."""

    kind: Kind
    place: str = field(repr=False)
    name: str


def parse_address(word: str) -> Address:
    """Returns what ``word`` names. Raises SourceError for what is not there or is not read."""
    if _NUMBER.fullmatch(word):
        return Address("camera", f"/dev/video{int(word)}", f"/dev/video{int(word)}")
    if _DEVICE.fullmatch(word):
        return Address("camera", word, word)
    scheme = _SCHEME.match(word)
    if scheme and scheme[1].lower() in SCHEMES and word.startswith("//", scheme.end()):
        return _url(word)
    if "://" in word:
        raise fault(word, f"only {', '.join(SCHEMES[:-1])} and {SCHEMES[-1]} addresses, files and folders are read")
    return _local(word)


def hide_password(word: str) -> str:
    """Returns ``word`` with ``***`` for the password that an address may have, also one that is spelt wrongly.

    A password stands before the ``@``, or in a part of the query such as ``pwd=``.
    """
    hidden = _USER.sub(rf"\g<before>{HIDDEN}@", word) if "://" in word else word
    return _SECRET.sub(rf"\1{HIDDEN}", hidden) if "://" in word else hidden


def fault(word: str, what: str) -> SourceError:
    """Returns the error of a source: one line, without password, whatever characters ``word`` has."""
    name = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in hide_password(word))
    return SourceError(f"{name or 'a source without a name'}: {what}")


def _url(word: str) -> Address:
    if len(word) > LONGEST:
        raise fault(word[:60] + "...", f"an address of over {LONGEST} characters")
    if not (word.isascii() and word.isprintable()) or " " in word:
        raise fault(word, "an address has letters, digits and signs of ASCII alone, others are written as %XX")
    try:
        parts = urlsplit(word)
        host, port = parts.hostname, parts.port
    except ValueError:
        wrong = (
            "no address of a host and a port (in a password `/`, `?`, `#` and `[` are written as %2F, %3F, %23, %5B)"
        )
        raise fault(word, wrong) from None
    if not host or port == 0 or any(c in unquote(host) for c in "/\\@"):
        raise fault(word, "an address without a host")
    kind: Kind = "rtsp" if parts.scheme.startswith("rtsp") else "http"
    place = parts._replace(fragment="").geturl()
    return Address(kind, place, hide_password(place))


def _local(word: str) -> Address:
    try:
        mode = os.stat(word).st_mode
    except FileNotFoundError:
        raise fault(word, "no such file or folder") from None
    except ValueError:
        raise fault(word, "no such file: its name has a zero byte") from None
    except OSError as error:
        raise fault(word, f"cannot be opened ({error.strerror})") from None
    if stat.S_ISDIR(mode):
        return Address("folder", word, word)
    if not stat.S_ISREG(mode):
        raise fault(word, "neither a file nor a folder")
    return Address("file", word, word)

"""What is signed can be verified by others, and what is forged, replayed or stale is told."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from src.service.delivery.signature import SignatureError, new_secret, sign, verify
from tests.service.recognitions import NOON

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"""With what follows the example of the specification, which the libraries of many languages are tested with."""
MESSAGE, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", datetime.fromtimestamp(1614265330, UTC), b'{"test": 2432232314}'
SIGNED = {
    "webhook-id": MESSAGE,
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def test_it_is_signed_as_the_specification_does() -> None:
    assert sign(SECRET, MESSAGE, AT, BODY) == SIGNED
    assert verify(SECRET, SIGNED, BODY, AT) == MESSAGE


def test_a_secret_is_long_and_new_each_time() -> None:
    first, second = new_secret(), new_secret()
    assert first != second
    assert first.startswith("whsec_")
    assert len(base64.b64decode(first.removeprefix("whsec_"), validate=True)) == 32
    assert verify(first, sign(first, "e", NOON, b"{}"), b"{}", NOON) == "e"


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "msg_other"},
        {"webhook-timestamp": "1614265331"},
        {"webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OF="},
        {"webhook-signature": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
        {"webhook-signature": "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
        {"webhook-signature": "v1,"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,ж"},
    ],
)
def test_what_is_forged_is_told(changed: dict[str, str]) -> None:
    with pytest.raises(SignatureError, match="no signature is right"):
        verify(SECRET, SIGNED | changed, BODY, AT)


def test_another_body_or_secret_is_told() -> None:
    for secret, body in ((SECRET, BODY + b" "), (SECRET, b""), (new_secret(), BODY)):
        with pytest.raises(SignatureError, match="no signature is right"):
            verify(secret, SIGNED, body, AT)


@pytest.mark.parametrize("minutes", [-6, 6, 60 * 24 * 365])
def test_what_is_stale_or_of_the_future_is_told(minutes: int) -> None:
    with pytest.raises(SignatureError, match="too long"):
        verify(SECRET, SIGNED, BODY, AT + timedelta(minutes=minutes))


@pytest.mark.parametrize("minutes", [-4, 4])
def test_clocks_may_differ_a_little(minutes: int) -> None:
    assert verify(SECRET, SIGNED, BODY, AT + timedelta(minutes=minutes)) == MESSAGE


def test_who_replays_a_message_replays_its_identifier() -> None:
    """Verifying alone does not tell a second coming from the first; the identifier does, for as long as it is valid."""
    seen = {verify(SECRET, SIGNED, BODY, AT)}
    assert verify(SECRET, SIGNED, BODY, AT + timedelta(minutes=1)) in seen


@pytest.mark.parametrize("missing", list(SIGNED))
def test_a_header_that_is_missing_is_named(missing: str) -> None:
    with pytest.raises(SignatureError, match=missing):
        verify(SECRET, {name: value for name, value in SIGNED.items() if name != missing}, BODY, AT)


@pytest.mark.parametrize("seconds", ["now", "", "1e99", "9" * 30, "-1" * 20])
def test_a_time_that_is_none_is_told(seconds: str) -> None:
    with pytest.raises(SignatureError, match="no time"):
        verify(SECRET, SIGNED | {"webhook-timestamp": seconds}, BODY, AT)


def test_of_several_signatures_one_has_to_be_right() -> None:
    both = f"v1,{base64.b64encode(bytes(32)).decode()} {SIGNED['webhook-signature']}"
    headers = {name.title(): value for name, value in (SIGNED | {"webhook-signature": both}).items()}
    assert verify(SECRET, headers, BODY, AT) == MESSAGE

"""A mail (.eml) -> its body, subject, sender and day; attachments are not read."""

from __future__ import annotations

import email
import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

_HEADER = re.compile(rb"\A(?:[A-Za-z][\w-]*:[^\n]*\n(?:[ \t][^\n]*\n)*){2,}")
_NAMED = re.compile(rb"^(?:From|Subject|Date|Message-ID):", re.I | re.M)


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says of itself; `bodies` are (media, content, charset), the richest first."""

    subject: str | None
    sender: str | None
    day: str | None
    url: str | None
    bodies: tuple[tuple[str, bytes, str | None], ...]


def is_mail(head: bytes) -> bool:
    r"""Whether the first bytes of a file are the header of a mail.

    >>> is_mail(b"Received: by a.example\nFrom: b@a.example\nSubject: News\nDate: today\n\nText")
    True
    """
    header = _HEADER.match(head.replace(b"\r\n", b"\n"))
    return header is not None and len(set(_NAMED.findall(header.group()))) >= 3


def parse_mail(content: bytes) -> Mail:
    """Take a mail apart. What it does not say is None; broken mails give what can be had of them."""
    message = email.message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)  # the default policy makes these
    bodies = []
    for kind, media in (("html", "html"), ("plain", "text")):
        part = message.get_body((kind,))
        payload = part.get_payload(decode=True) if part is not None else None
        if part is not None and isinstance(payload, bytes) and payload.strip():
            bodies.append((media, payload, part.get_content_charset()))
    archived = _header(message, "Archived-At")
    return Mail(
        subject=_header(message, "Subject"),
        sender=_sender(message),
        day=_day(_header(message, "Date")),
        url=archived.strip("<>") if archived and re.match(r"<?https?://", archived) else None,
        bodies=tuple(bodies),
    )


def _header(message: EmailMessage, name: str) -> str | None:
    value = message.get(name)
    return " ".join(str(value).split()) or None if value is not None else None


def _sender(message: EmailMessage) -> str | None:
    """Name the sender, or else the host of the address."""
    value = _header(message, "From") or ""
    name = re.sub(r"\s*<[^>]*>\s*\Z", "", value).strip(' "')
    return (name.rpartition("@")[2] if "@" in name else name) or value.strip("<>").rpartition("@")[2] or None


def _day(value: str | None) -> str | None:
    """Give the day as the sender's clock had it."""
    try:
        return parsedate_to_datetime(value).date().isoformat() if value else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None

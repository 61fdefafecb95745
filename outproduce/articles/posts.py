"""Exports of posts -> records: what Telegram writes as JSON, and tables with a text and a date a line.

Of a whole account only channels and public groups are read, no private talk.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from outproduce.errors import SourceError

_PUBLIC = ("public_channel", "private_channel", "public_supergroup")
# Names of columns, the best first, under which exporters give the fields of a record.
_COLUMNS = {
    "text": ("text", "message", "content", "post", "body"),
    "published": ("published", "date", "datetime", "post_date", "created_at", "time", "timestamp"),
    "id": ("id", "message_id", "post_id", "msg_id"),
    "publisher": ("publisher", "channel", "channel_name", "channel_title", "username", "chat", "source", "from"),
    "url": ("url", "link", "permalink", "post_url"),
    "lang": ("lang", "language"),
    "title": ("title", "headline"),
}


def is_telegram(value: Any) -> bool:
    """Whether a parsed JSON value is an export of Telegram: of one chat, or of an account."""
    if not isinstance(value, dict):
        return False
    chats = value.get("chats")
    return isinstance(value.get("messages"), list) or (isinstance(chats, dict) and isinstance(chats.get("list"), list))


def read_telegram(value: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a record of every post with text, in the order of the export; service messages are left out.

    The day is that of the clock of whoever exported, as the export has it.
    """
    whole = isinstance(value.get("messages"), list)
    for chat in [value] if whole else value["chats"]["list"]:
        if not isinstance(chat, dict) or not (whole or chat.get("type") in _PUBLIC):
            continue
        messages = chat.get("messages")
        for message in messages if isinstance(messages, list) else []:
            if isinstance(message, dict) and message.get("type", "message") == "message":
                record = _telegram_record(chat, message)
                if record["text"].strip():
                    yield record


def _telegram_record(chat: Mapping[str, Any], message: Mapping[str, Any]) -> dict[str, Any]:
    channel, number = chat.get("id", chat.get("name")), message.get("id")
    record = {
        "id": f"telegram:{channel}/{number}",
        "text": _plain(message.get("text")),
        "published": str(message.get("date") or "")[:10] or None,
        "publisher": chat.get("name") or message.get("from"),
    }
    return {name: value for name, value in record.items() if value is not None}


def _plain(text: Any) -> str:
    """Join the pieces of a text, which are strings and marked-up strings."""
    pieces = text if isinstance(text, list) else [text]
    return "".join(str(piece.get("text", "")) if isinstance(piece, dict) else str(piece or "") for piece in pieces)


def read_post_table(text: str, origin: str) -> Iterator[dict[str, Any] | SourceError]:
    """Yield a record of every line with text of a table of posts, or what is wrong with it.

    Raises:
        SourceError: it has no column that could be the text of posts beside one for their time.
    """
    try:
        dialect: Any = csv.Sniffer().sniff(text[:4096].splitlines()[0], ",;\t")
    except (csv.Error, IndexError):
        dialect = csv.excel
    rows = csv.reader(io.StringIO(text, newline=""), dialect)
    places = _places(next(rows, []))
    if not {"text", "published"} <= places.keys():
        raise SourceError(
            f"{origin} is a table, but not of posts with a text and a date; 'outproduce import {origin}' takes in "
            "claims collected by hand"
        )
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield SourceError(f"{origin}, line {rows.line_num}: {error}; correct the table there")
            return
        record = {name: row[at].strip() for name, at in places.items() if at < len(row) and row[at].strip()}
        if "text" in record:
            yield record | ({"published": _day(record["published"])} if "published" in record else {})


def _places(header: list[str]) -> dict[str, int]:
    known = {re.sub(r"\W+", "_", name.strip().lower().removeprefix("\ufeff")): at for at, name in enumerate(header)}
    found = ((field, [known[name] for name in names if name in known]) for field, names in _COLUMNS.items())
    return {field: places[0] for field, places in found if places}


def _day(value: str) -> str:
    """Give seconds since 1970 as a day; other dates as they are."""
    if re.fullmatch(r"\d{9,10}(\.\d+)?", value):
        return datetime.fromtimestamp(float(value), UTC).date().isoformat()
    return value

"""Posts exported from Telegram, tables of posts, and mails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outproduce.articles.article import read_article
from outproduce.articles.mail import parse_mail
from outproduce.articles.posts import is_telegram, read_telegram
from outproduce.articles.sources import SourceProblem, read_sources
from outproduce.errors import SourceError
from outproduce.records import Article, RawDocument

POST = {
    "id": 7,
    "type": "message",
    "date": "2025-06-10T23:50:00",
    "from": "Кабінет громади",
    "text": ["Завод виробляє ", {"type": "bold", "text": "400 дронів"}, " на місяць.\n\nДякуємо!"],
}
CHANNEL = {
    "name": "Кабінет громади",
    "type": "public_channel",
    "id": 1234,
    "messages": [
        {"id": 1, "type": "service", "date": "2025-06-01T00:00:00", "action": "create_channel", "text": ""},
        POST,
        {"id": 8, "type": "message", "date": "2025-06-11T08:00:00", "photo": "photos/8.jpg", "text": ""},
        {"id": 9, "type": "message", "date": "2025-06-11T09:00:00", "text": "Ще 300 дронів - у червні."},
    ],
}


def articles(path: Path) -> list[Article]:
    found = list(read_sources([path]))
    assert not [one for one in found if isinstance(one, SourceProblem)], found
    return [read_article(one) for one in found if isinstance(one, RawDocument)]


def test_an_exported_channel(tmp_path: Path):
    path = tmp_path / "result.json"
    path.write_text(json.dumps(CHANNEL, ensure_ascii=False, indent=1), encoding="utf-8")
    first, second = articles(path)
    assert first.text == "Завод виробляє 400 дронів на місяць.\n\nДякуємо!"
    assert (first.published, first.publisher, first.lang) == ("2025-06-10", "Кабінет громади", "uk")
    assert second.text == "Ще 300 дронів - у червні."
    assert len({first.id, second.id}) == 2


def test_of_an_account_only_what_is_public_is_read(tmp_path: Path):
    private = CHANNEL | {"type": "personal_chat", "id": 5}
    path = tmp_path / "result.json"
    path.write_text(
        json.dumps({"about": "x", "chats": {"list": [private, CHANNEL, "odd", {"type": "public_channel"}]}})
    )
    assert [article.published for article in articles(path)] == ["2025-06-10", "2025-06-11"]


ODD = st.recursive(
    st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=4
)
MESSAGE = st.fixed_dictionaries({}, optional=dict.fromkeys(("id", "type", "date", "from", "text"), ODD))
CHAT = st.fixed_dictionaries(
    {}, optional={"type": st.just("public_channel") | ODD, "name": ODD, "id": ODD, "messages": st.lists(MESSAGE) | ODD}
)


@given(CHAT | st.fixed_dictionaries({"chats": st.fixed_dictionaries({"list": st.lists(CHAT | ODD)}), "messages": ODD}))
def test_odd_exports_are_read_as_far_as_they_go(value: dict):
    if is_telegram(value):
        assert all(record["text"].strip() for record in read_telegram(value))


TABLES = {
    "telethon": "message_id,date,message,views\n7,2025-06-10 20:50:00+00:00,Завод виробляє 400 дронів.,10\n",
    "semicolons": "id;channel;Date;Text\n7;Кабінет;10.06.2025;Завод виробляє 400 дронів.\n",
    "tabs and seconds": "timestamp\ttext\turl\n1749500000\tЗавод виробляє 400 дронів.\thttps://t.example/7\n",
    "quoted lines": 'date,text\n2025-06-10,"Завод виробляє\n400 дронів."\n2025-06-11,\n',
}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1251"])
@pytest.mark.parametrize("name", TABLES)
def test_tables_of_posts(tmp_path: Path, name: str, encoding: str):
    path = tmp_path / "posts.csv"
    path.write_bytes(TABLES[name].encode(encoding))
    (article,) = articles(path)
    assert article.text.replace("\n", " ") == "Завод виробляє 400 дронів."
    assert article.published in ("2025-06-09" if "seconds" in name else "2025-06-10",)


BAD = {
    "claims.csv": ("kind,actor\noutput,Russia\n", "'outproduce import "),
    "empty.csv": ("date,text\n2025-06-10,\n", "holds no lines of posts with text"),
    "wide.csv": ("date,text\n2025-06-10," + "x" * 200_000 + "\n", "line 2: field larger"),
    "service.json": (json.dumps(CHANNEL | {"messages": CHANNEL["messages"][:1]}), "holds no posts with text"),
    "empty.eml": ("From: a@b.example\nSubject: s\nDate: x\n\n", "is a mail without text"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_told(tmp_path: Path, name: str):
    content, words = BAD[name]
    path = tmp_path / name
    path.write_text(content)
    (found,) = read_sources([path])
    if isinstance(found, SourceProblem):
        assert words in found.message
    else:
        with pytest.raises(SourceError, match=words):
            read_article(found)


HEADER = (
    "Received: from mx.example by inbox.example; Wed, 11 Jun 2025 00:10:00 +0000\r\n"
    "From: =?utf-8?b?0JLRltGB0L3QuNC6INCf0L7Qu9GW0YHRgdGP?= <news@visnyk.example>\r\n"
    "Subject: =?utf-8?q?=D0=97=D0=B0_=D1=82=D0=B8=D0=B6=D0=B4=D0=B5=D0=BD=D1=8C?=\r\n"
    "Date: Tue, 10 Jun 2025 23:50:00 +0300\r\nMIME-Version: 1.0\r\n"
)
PLAIN = "Завод виробляє 400 дронів на місяць, повідомив директор.\r\n\r\nВідписатися можна на сайті."
MARKUP = (
    "<html><body><table><tr><td><h1>Вісник</h1><p>Завод виробляє 400 дронів на місяць, повідомив директор.</p>"
    "<p>Торік їх було вдвічі менше, але цього року відкрили другий цех.</p></td></tr></table></body></html>"
)


def part(kind: str, text: str, charset: str = "utf-8") -> bytes:
    return (
        f"Content-Type: text/{kind}; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode()
        + text.encode("cp1251" if charset == "cp1251" else "utf-8")
    )


def multipart(*parts: bytes, kind: str = "alternative") -> bytes:
    head = f'Content-Type: multipart/{kind}; boundary="b"\r\n\r\n'.encode()
    return head + b"".join(b"--b\r\n" + one + b"\r\n" for one in parts) + b"--b--\r\n"


ATTACHED = b"Content-Type: application/pdf; name=../../etc/passwd\r\nContent-Disposition: attachment\r\n\r\n%PDF-1.4"
MAILS = {
    "plain": part("plain", PLAIN),
    "plain, cp1251": part("plain", PLAIN, "cp1251"),
    "plain, unknown encoding": part("plain", PLAIN, "klingon"),
    "HTML": part("html", MARKUP),
    "both": multipart(part("plain", "View in your browser"), part("html", MARKUP)),
    "both, HTML empty": multipart(part("plain", PLAIN), part("html", "<html><body><img src=a></body></html>")),
    "with an attachment": multipart(part("plain", PLAIN), ATTACHED, kind="mixed"),
}


@pytest.mark.parametrize("suffix", [".eml", "", ".txt"])
@pytest.mark.parametrize("name", MAILS)
def test_mails(tmp_path: Path, name: str, suffix: str):
    path = tmp_path / f"mail{suffix}"
    path.write_bytes(HEADER.encode() + MAILS[name])
    (article,) = articles(path)
    assert article.text.startswith("За тиждень\n\n")
    assert "Завод виробляє 400 дронів на місяць, повідомив директор." in article.text
    assert (article.title, article.publisher, article.published) == ("За тиждень", "Вісник Полісся", "2025-06-10")


def test_a_text_with_colons_is_no_mail(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text("Question: how many?\nAnswer: 400 drones.\nFrom: the plant.\n\nText")
    (found,) = read_sources([path])
    assert isinstance(found, RawDocument)
    assert found.media == "text"


@pytest.mark.parametrize(
    "content",
    [
        HEADER.encode()
        + b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3000)),
        HEADER.encode() + b"Content-Type: message/rfc822\r\n\r\n" * 3000,
        b"Subject: " + b"=?utf-8?q?" * 5000 + b"\n\n",
    ],
    ids=["nested", "mails in mails", "words"],
)
def test_hostile_mails_end(content: bytes):
    with pytest.raises(SourceError, match=r"is a (broken mail|mail without text)"):
        read_article(RawDocument("x.eml", content, "mail", {}))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", HEADER.encode(), HEADER.encode() + MAILS["both"]]))
def test_any_bytes_are_a_mail_or_refused(noise: bytes, sound: bytes):
    try:
        article = read_article(RawDocument("x.eml", sound + noise, "mail", {}))
    except SourceError:
        return
    assert article.text.strip()


def test_the_day_of_a_mail_may_be_nonsense():
    assert parse_mail(b"Date: the day after\n\nx").day is None
    assert parse_mail(b"From: <press@plant.example>\n\nx").sender == "plant.example"

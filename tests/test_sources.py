import gzip
import io
import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outproduce.articles.sources import SourceProblem, read_sources
from outproduce.records import RawDocument

PAGE = "<!DOCTYPE html><html><body><p>Завод робить 400 дронів на місяць.</p></body></html>".encode()
RECORD = {"id": "a-1", "text": "Завод робить 400 дронів.", "published": "2025-06-10", "lang": "uk"}
LINE = json.dumps(RECORD, ensure_ascii=False).encode()


def write(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def problem(*paths, **options):
    (found,) = read_sources(paths, **options)
    assert isinstance(found, SourceProblem), found
    return found.message


FILES = {
    "page.html": (PAGE, "html"),
    "page.HTM": (PAGE, "html"),
    "page": (PAGE, "html"),
    "page.txt": (PAGE, "html"),
    "fragment.html": (b"<p>Four hundred drones.</p>", "html"),
    "note.txt": (b"Four hundred drones.", "text"),
    "note.md": (b"# Drones\n\nFour hundred.", "text"),
    "note": (b"Four hundred drones.", "text"),
    "bracket": (b"[Photo] Four hundred drones.", "text"),
    "utf16.html": ("<html><p>Дрони</p></html>".encode("utf-16"), "html"),
    "paper.pdf": (b"%PDF-1.4\n\0\1\2", "pdf"),
    "paper": (b"%PDF-1.4\n\0\1\2", "pdf"),
    "one.json": (b'{\n "text": "Four hundred."\n}', "record"),
    "array.json": (b"[" + LINE + b"]", "record"),
    "lines.jsonl": (LINE, "record"),
    "lines.ndjson": (b"\n" + LINE + b"\r\n\n", "record"),
}


@pytest.mark.parametrize(("name", "case"), FILES.items(), ids=FILES)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
def test_kinds_of_files(tmp_path, name, case, packed):
    content, media = case
    path = write(tmp_path, name + ".gz" * packed, gzip.compress(content) if packed else content)
    (found,) = read_sources([path])
    assert isinstance(found, RawDocument), found
    assert found.media == media
    if media != "record":
        assert (found.content, found.origin) == (content, str(path))


def test_a_record_is_given_with_its_fields_and_canonical_bytes(tmp_path):
    spaced = write(tmp_path, "a.json", json.dumps([RECORD | {"story": "x", "url": None}], indent=3).encode())
    dense = write(tmp_path, "b.jsonl", json.dumps({"url": None, "story": "x"} | RECORD, ensure_ascii=False).encode())
    first, second = read_sources([spaced, dense])
    assert first.given == RECORD
    assert first.raw_hash == second.raw_hash
    assert (first.origin, second.origin) == (f"{spaced}#1", f"{dense}:1")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("form", ["[{}, {}]", "{}\n{}\n", "\n{}\n\n{}"], ids=["array", "lines", "blank lines"])
def test_json_file_holds_array_or_lines_in_any_unicode(tmp_path, form, encoding):
    path = write(tmp_path, "a.json", form.format(LINE.decode(), LINE.decode()).encode(encoding))
    assert [raw.given["text"] for raw in read_sources([path])] == [RECORD["text"]] * 2


STREAMS = {
    "array": (b" [" + LINE + b"," + LINE + b"]", ["record", "record"]),
    "lines": (LINE + b"\n" + LINE, ["record", "record"]),
    "first line broken": (b'{"text": "half\n' + LINE + b"\n" + LINE, [None, "record", "record"]),
    "long first line": (json.dumps({"text": "x" * 100_000}).encode() + b"\n" + LINE, ["record", "record"]),
    "object": (b'{\n"text": "One."\n}', ["record"]),
    "page": (PAGE, ["html"]),
    "packed": (gzip.compress(PAGE), ["html"]),
    "text": (b"One plain line.", ["text"]),
}


@pytest.mark.parametrize(("content", "media"), STREAMS.values(), ids=STREAMS)
def test_standard_input_is_told_by_its_bytes(content, media):
    found = list(read_sources(["-"], stdin=io.BytesIO(content)))
    assert [getattr(one, "media", None) for one in found] == media


def test_a_pipe_is_read_without_seeking(tmp_path):
    reader, writer = os.pipe()
    os.write(writer, LINE + b"\n" + LINE)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        assert len(list(read_sources(["-"], stdin=stream))) == 2


def test_folder_is_read_in_order_past_its_bad_files(tmp_path):
    for name in ("b.html", "a/2.txt", "a/10.txt", ".hidden.txt", ".git/x.txt", "b_files/advert.html", "logo.png"):
        write(tmp_path, name, PAGE)
    write(tmp_path, "bad.json", b"{")
    write(tmp_path, "empty.txt", b"")
    write(tmp_path, "odd.bin", bytes(range(256)))
    found = list(read_sources([tmp_path]))
    names = [os.path.relpath(one.origin, tmp_path) for one in found]
    assert names == ["b.html", "bad.json", "empty.txt", "odd.bin", "a/10.txt", "a/2.txt"]
    assert [isinstance(one, SourceProblem) for one in found] == [False, True, True, True, False, False]


def test_an_empty_folder_is_named(tmp_path):
    write(tmp_path, ".hidden.txt", PAGE)
    assert "holds no file that could be a report" in problem(tmp_path)


BAD = {
    "empty.html": (b"", "is empty"),
    "blank.txt": (b" \n\t\n", "is empty"),
    "blank.jsonl": (b"\n\n", "is empty"),
    "noise.txt": (bytes(range(256)) * 4, "binary"),
    "noise.html": (b"\0\1\2\3", "binary"),
    "claims.csv": (b"kind,actor\noutput,Russia\n", "'outproduce import "),
    "photo.txt": (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    "letter.docx": (b"PK\x03\x04...", "office document"),
    "saved.mht": (b"From: <Saved by Blink>\nMIME-Version: 1.0", "MHTML"),
    "cut.gz": (gzip.compress(PAGE)[:-9], "damaged .gz"),
    "zlib.gz": (gzip.compress(PAGE)[:12] + b"\xff" * 30, "damaged .gz"),
    "twice.gz": (gzip.compress(gzip.compress(PAGE)), "binary"),
    "broken.json": (b'[\n{"text": "a"},\n{"text": b}\n]', "line 3, column 10"),
    "cp1251.json": ('[\n{"text": "дрон"}]'.encode("cp1251"), "not UTF-8 in line 2"),
    "number.json": (b"5", "JSON number"),
    "deep.json": (b"[" * 200_000, "cannot be read as JSON"),
    "digits.json": (b'{"text": ' + b"1" * 5000 + b"}", "cannot be read as JSON"),
}


@pytest.mark.parametrize(("name", "case"), BAD.items(), ids=BAD)
def test_what_cannot_be_read_is_named_with_the_reason(tmp_path, name, case):
    path = write(tmp_path, name, case[0])
    message = problem(path)
    assert message.startswith(str(path))
    assert case[1] in message


RECORDS = {
    "no text": ({"id": "x", "title": "T"}, "no field 'text' (it has id, title)"),
    "null text": ({"text": None}, "null as 'text'"),
    "text of a number": ({"text": 5}, "has 'text' 5"),
    "url of a list": ({"text": "a", "url": ["b"]}, "has 'url'"),
    "no object": ("just words", "is a JSON string"),
    "half a surrogate": ({"text": "\ud800"}, "surrogates not allowed"),
}


@pytest.mark.parametrize(("value", "reason"), RECORDS.values(), ids=RECORDS)
def test_a_bad_record_is_named_and_the_others_are_read(tmp_path, value, reason):
    path = write(tmp_path, "a.json", json.dumps([value, RECORD]).encode())
    bad, good = read_sources([path])
    assert bad.origin == f"{path}#1"
    assert reason in bad.message
    assert good.given == RECORD


def test_a_broken_line_is_named_and_the_others_are_read(tmp_path):
    path = write(tmp_path, "a.jsonl", LINE + b'\n\n{"text": "x"\n' + LINE + b"\n\xd0\n")
    first, broken, last, foreign = read_sources([path])
    assert first.given == last.given == RECORD
    assert f"{path}:3 is broken JSON in line 3" in broken.message
    assert f"{path}:5 is not UTF-8" in foreign.message


@pytest.mark.parametrize("name", ["big.html", "big.json", "big.pdf", "big"])
def test_a_large_file_is_refused_by_its_size(tmp_path, name):
    path = tmp_path / name
    with path.open("wb") as stream:
        stream.truncate(200 * 2**20)
    message = problem(path)
    assert "200 MiB" in message
    assert "64 MiB" in message
    assert "JSON lines" in message


def test_a_large_file_is_never_opened(tmp_path, monkeypatch):
    path = write(tmp_path, "big.html", b"x" * 101)
    monkeypatch.setattr("pathlib.Path.open", lambda *_: pytest.fail("opened"))
    assert "101" not in problem(path, max_bytes=100)


@pytest.mark.parametrize("name", ["big.gz", "-"])
def test_the_limit_holds_after_unpacking(tmp_path, name):
    packed = gzip.compress(b"x" * 200_000)
    write(tmp_path, "big.gz", packed)
    path = name if name == "-" else tmp_path / name
    assert "may have" in problem(path, stdin=io.BytesIO(packed), max_bytes=100_000)


def test_json_lines_have_the_limit_for_each_line(tmp_path):
    long = json.dumps({"text": "y" * 200_000}).encode()
    path = write(tmp_path, "a.jsonl", b"\n".join([LINE, long, *[LINE] * 2000]))
    found = list(read_sources([path], max_bytes=100_000))
    assert [one.origin for one in found if isinstance(one, SourceProblem)] == [f"{path}:2"]
    assert len(found) == 2002


@pytest.mark.parametrize("address", ["https://visnyk.example/1", "HTTP://visnyk.example"])
def test_an_address_is_answered_with_what_to_do(address):
    message = problem(address)
    assert "nothing is fetched here; use outproduce read or extract" in message


def test_missing_file_and_missing_standard_input(tmp_path):
    missing, nothing, good = read_sources([tmp_path / "none.html", "-", write(tmp_path, "a.txt", b"One.")])
    assert missing.message == f"{tmp_path / 'none.html'} does not exist; check the path"
    assert "there is none here" in nothing.message
    assert good.content == b"One."


def test_files_are_opened_one_at_a_time(tmp_path):
    found = read_sources([write(tmp_path, "a.txt", b"One."), tmp_path / "b.txt"])
    next(found)
    write(tmp_path, "b.txt", b"Two.")
    assert next(found).content == b"Two."


def test_a_file_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path, "a.txt", b"One.")
    monkeypatch.setattr("pathlib.Path.open", refuse)
    assert "cannot be read: Permission denied" in problem(path)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.sampled_from([b"", b"[", b"{", b"[{", b"\x1f\x8b\x08", b"%PDF-", b"<html", b"\xff\xfe", LINE]),
    rest=st.binary(),
)
@pytest.mark.parametrize("name", ["-", "a.json", "a.jsonl", "a.gz"])
def test_no_bytes_break_it(tmp_path, name, start, rest):
    path = name if name == "-" else write(tmp_path, name, start + rest)
    assert all(one.origin for one in read_sources([path], stdin=io.BytesIO(start + rest)))


def test_empty_array_is_told(tmp_path):
    assert "an empty array" in problem(write(tmp_path, "a.json", b" []\n"))


@pytest.mark.parametrize("name", ["", "a" * 5000, "a\0b"], ids=["nothing", "long", "NUL"])
def test_impossible_names_are_problems(name):
    assert problem(name)


def test_names_that_are_not_utf8_can_be_kept(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff.txt"
    with open(path, "wb") as file:
        file.write(b"Four hundred drones.")
    (found,) = read_sources([tmp_path])
    assert found.origin.endswith(r"\xff.txt")
    assert found.origin.isascii()


def test_folders_that_cannot_be_listed_are_told(tmp_path, monkeypatch):
    write(tmp_path, "closed/a.txt", b"Four hundred drones.")
    write(tmp_path, "b.txt", b"Four hundred drones.")
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = list(read_sources([tmp_path]))
    assert [type(one) for one in found] == [RawDocument, SourceProblem]
    assert "closed cannot be read: Permission denied" in found[1].message

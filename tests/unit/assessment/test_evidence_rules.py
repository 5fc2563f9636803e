"""Names of files are safe on every system, and say the same as what is inside."""

import re
import unicodedata
from email.message import Message
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.assessment.evidence.rules import FileKind, attachment, extension_of, safe_name

NAMES = st.text(max_size=300) | st.text(alphabet='./\\: \u202e\u200f\x00"%a🏛é', max_size=40)


@given(NAMES)
def test_a_safe_name_has_no_path_and_nothing_that_cannot_be_seen(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert not set(safe) & set('/\\<>:"|?*%')
    assert not [c for c in safe if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}]
    assert not safe.startswith((".", " "))
    assert not safe.endswith((".", " "))
    assert len(safe) <= 161


@given(NAMES)
@example("0 \x08 0")
def test_a_safe_name_stays_as_it_is(name: str) -> None:
    assert safe_name(safe_name(name)) == safe_name(name)


@given(NAMES)
def test_the_attachment_says_its_name_in_one_header_line(name: str) -> None:
    safe = safe_name(name)
    header = attachment(safe)
    assert header.isascii()
    assert header.isprintable()
    assert unquote(header.rpartition("''")[2]) == safe
    assert re.fullmatch(r'attachment; filename="[^"\\]*"; filename\*=UTF-8\'\'[^ ;"]*', header)
    parsed = Message()
    parsed["content-disposition"] = header
    assert parsed.get_content_disposition() == "attachment"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\law.pdf", "law.pdf"),
        ("law\u202efdp.exe", "lawfdp.exe"),
        ("قانون مكافحة الإرهاب.docx", "قانون مكافحة الإرهاب.docx"),
        ("De\u0301cret\t n°7 .pdf", "Décret n°7.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie_ x.pdf"),
        (".htaccess", "htaccess"),
        ("...", "evidence"),
        ("", "evidence"),
        ("x" * 500 + ".pdf", "x" * 150 + ".pdf"),
    ],
)
def test_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize("kind", FileKind)
def test_every_kind_is_named_and_declared_by_itself(kind: FileKind) -> None:
    assert kind.is_named_by(extension_of(f"law.{kind.value.upper()}"))
    assert kind.is_declared_by(kind.media_type)
    assert kind.is_declared_by(None)
    assert kind.is_declared_by("application/octet-stream")
    assert not kind.is_declared_by("text/html")
    assert not kind.is_named_by("")

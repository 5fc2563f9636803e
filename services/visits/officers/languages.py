"""Languages as BCP 47 names them."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field

_TWO_LETTERS: Final = """
aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy
da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu
hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb
lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om
or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw
ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh
zu"""
ISO_639_1: Final = frozenset(_TWO_LETTERS.split())
_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(-(?P<script>[A-Z][a-z]{3}))?(-(?P<area>[A-Z]{2}|[0-9]{3}))?"
)


def known_language(value: str) -> str:
    """The tag, if it names a language.

    Two letters are of ISO 639-1; three are taken as ISO 639-3, which has more than 7,000.

    Raises:
        ValueError: it does not.
    """
    tag = _TAG.fullmatch(value)
    if tag is None or (len(tag["language"]) == 2 and tag["language"] not in ISO_639_1):
        raise ValueError(f"{value!r} names no language as BCP 47 does; send one such as fr or prs")
    return value


Language = Annotated[
    str,
    AfterValidator(known_language),
    Field(description="A language by BCP 47", examples=["fr", "zh-Hant", "prs"]),
]

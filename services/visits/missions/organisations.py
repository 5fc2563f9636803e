"""The organisations that visits are made and coordinated with (¶14, ¶17), by one name each."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

CTED: Final = "CTED"
ORGANISATIONS: Final[Mapping[str, str]] = {
    CTED: "Counter-Terrorism Committee Executive Directorate",
    "1267": "Committee pursuant to resolutions 1267 (1999), 1989 (2011) and 2253 (2015)",
    "1540": "Committee established pursuant to resolution 1540 (2004)",
    "1988": "Committee established pursuant to resolution 1988 (2011)",
    "FATF": "Financial Action Task Force",
    "IAEA": "International Atomic Energy Agency",
    "ICAO": "International Civil Aviation Organization",
    "IMO": "International Maritime Organization",
    "INTERPOL": "International Criminal Police Organization",
    "IOM": "International Organization for Migration",
    "OCT": "Office of Counter-Terrorism",
    "OHCHR": "Office of the United Nations High Commissioner for Human Rights",
    "OPCW": "Organisation for the Prohibition of Chemical Weapons",
    "UN-Women": "United Nations Entity for Gender Equality and the Empowerment of Women",
    "UNDP": "United Nations Development Programme",
    "UNHCR": "Office of the United Nations High Commissioner for Refugees",
    "UNICRI": "United Nations Interregional Crime and Justice Research Institute",
    "UNODC": "United Nations Office on Drugs and Crime",
    "WCO": "World Customs Organization",
}
"""Those known by a code; any other goes by its name."""

_CODES = {known.casefold(): code for code, name in ORGANISATIONS.items() for known in (code, name)}


def code_of(name: str) -> str:
    """The code of an organisation known by this code or name, however written; else the name."""
    return _CODES.get(name.casefold(), name)


Organisation = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=2, max_length=200),
    AfterValidator(code_of),
    Field(
        description="Its code where it is one of these, else its name: "
        + "; ".join(f"`{code}`: {name}" for code, name in ORGANISATIONS.items()),
        examples=["UNODC"],
    ),
]

"""Published evidence, as States and officers cite it."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, model_validator


class Evidence(BaseModel):
    """What shows that something was done: a page, or a document by its symbol."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    title: str = Field(min_length=3, max_length=300)
    url: HttpUrl | None = None
    symbol: str | None = Field(
        None, pattern=r"^[A-Z]+/[A-Za-z0-9./()-]{1,60}$", examples=["S/2019/998"]
    )

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if self.url is None and self.symbol is None:
            raise ValueError("give the url, or the symbol of the document")
        return self

"""Systems of other ministries that may ask the registry, and on which terms. Checked when the service starts, hence pydantic."""

from base64 import b64decode
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

FIELDS: Final = ("identifier", "name", "sex", "birth_date", "address", "phone_number", "is_disabled", "group_size", "category", "place")
"""What a record may show beside whether, since when and how somebody is registered, where consent or law covers it."""
PURPOSES: Final = ("eligibility", "benefit", "service", "deduplication")
"""For which purposes another system may ask; the words are in `labels.READING_PURPOSE`."""
ED25519_BYTES: Final = 32

FieldName = Literal["identifier", "name", "sex", "birth_date", "address", "phone_number", "is_disabled", "group_size", "category", "place"]
Purpose = Literal["eligibility", "benefit", "service", "deduplication"]


class Terms(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Partner(Terms):
    """A system that may ask: under which account it signs in, with which keys it signs, and where it may be called back."""

    sender_id: Annotated[str, Field(min_length=1, max_length=99, pattern=r"^[^|\"\s]+$")]
    name: str
    account: str
    """Its account here, with the role `partner`; the divisions of the account are as far as it sees."""
    keys: dict[str, str] = Field(default_factory=dict)
    """Id of a key → public Ed25519 key, 32 bytes in base64."""
    must_sign: bool = True
    purposes: tuple[Purpose, ...] = PURPOSES
    fields: tuple[FieldName, ...] = ()
    """What it may be shown at most; of these an answer has what the consent covers."""
    may_list: bool = False
    """May ask for people by other than identity number or household number, and subscribe to all of its divisions."""
    callback_origins: tuple[str, ...] = ()
    """Where answers may be sent: scheme, host and port."""
    callback_uri: str = ""
    """Where answers go that name no sender_uri; what follows is /registry/on-search and so on."""
    may_be_inside: bool = False
    """Whether its callback addresses may be private or loopback ones."""

    @field_validator("keys")
    @classmethod
    def _keys_are_keys(cls, keys: dict[str, str]) -> dict[str, str]:
        for name, key in keys.items():
            if len(b64decode(key, validate=True)) != ED25519_BYTES:
                raise ValueError(f"key {name!r} is no public Ed25519 key in base64")
        return keys

    @model_validator(mode="after")
    def _is_whole(self) -> "Partner":
        if self.must_sign and not self.keys:
            raise ValueError(f"{self.sender_id} must sign, but has no key")
        for origin in self.callback_origins:
            if origin_of(origin) != origin or not (origin.startswith("https://") or self.may_be_inside):
                raise ValueError(f"{origin!r} must be https://host[:port]")
        if self.callback_uri and not self.may_be_called_at(self.callback_uri):
            raise ValueError(f"{self.callback_uri} is at none of the callback_origins")
        return self

    def may_be_called_at(self, address: str) -> bool:
        return origin_of(address) in self.callback_origins


class RegistryTerms(Terms):
    """How the registry calls itself outside, who may ask, and how much at once."""

    registry_id: str = "qiao-intake"
    partners: tuple[Partner, ...] = ()
    most_items: Annotated[int, Field(ge=1, le=1000)] = 50
    """Requests in one message."""
    most_records: Annotated[int, Field(ge=1, le=500)] = 200
    """Records of one page."""
    per_minute: Annotated[int, Field(ge=1)] = 120
    """Messages of one partner."""
    clock_skew_seconds: Annotated[int, Field(ge=1)] = 600
    """How far message_ts may be from our clock."""
    consent_days: Annotated[int, Field(ge=1)] = 365
    """How old a consent may be that does not say when it ends."""
    tries: Annotated[int, Field(ge=1, le=20)] = 8
    """Of an answer to be made, and of a callback; then it waits for the administrator."""
    lease_seconds: Annotated[int, Field(ge=1)] = 30
    """After which a callback whose sender died is sent again."""
    undelivered_days: Annotated[int, Field(ge=1, le=90)] = 7
    """How long the administrator can send once more what was set aside; then its content is destroyed."""

    @field_validator("partners")
    @classmethod
    def _each_once(cls, partners: tuple[Partner, ...]) -> tuple[Partner, ...]:
        if len({each.sender_id for each in partners}) < len(partners):
            raise ValueError("a sender_id is given twice")
        return partners

    def partner(self, sender_id: str) -> Partner | None:
        return next((each for each in self.partners if each.sender_id == sender_id), None)


def origin_of(address: str) -> str:
    """Scheme, host and port; "" for what is no address of the web, or carries a name and password."""
    try:
        parts = urlsplit(address)
        is_of_the_web = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and "@" not in parts.netloc
    except ValueError:  # a bracket left open, a port that is no number
        return ""
    if not is_of_the_web:
        return ""
    return f"{parts.scheme}://{parts.netloc.lower()}"

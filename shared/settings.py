"""What every service can be told from outside. Secrets are files named by `*_FILE`; there is no default secret."""

from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.clock import Clock


class ServiceSettings(BaseSettings):
    """Read from `QIAO_<SERVICE>_*` and, for what all services share, from `QIAO_*`."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True)

    store_url: str = ""
    """SQLAlchemy address of the store; empty means a SQLite file of the service's name under `QIAO_DATA`."""
    port: int = 0
    """Where HTTP listens; 0 means the service's own port."""
    plugins: list[str] | None = None
    """Names of the enabled plugins, in order; None means all built-in ones."""
    plugin_settings: dict[str, dict[str, object]] = Field(default_factory=dict)
    public_url: str = ""
    rules_dir: Path | None = None
    """Rules of the department, read after the built-in ones."""
    admin_token_file: Path | None = None
    """A token with which the first accounts are made."""

    nats_url: str = Field(default="nats://127.0.0.1:4222", validation_alias="QIAO_NATS_URL")
    """Empty means: no bus at all, everything said is kept."""
    nats_password_file: Path | None = Field(default=None, validation_alias="QIAO_NATS_PASSWORD_FILE")
    """The password with which this service signs in to the bus, under its own name."""
    nats_ca_file: Path | None = Field(default=None, validation_alias="QIAO_NATS_CA_FILE")
    """The authority that vouches for the server of the bus, where the system does not know it; TLS then."""
    traces_url: str = Field(default="", validation_alias="QIAO_TRACES_URL")
    """Where an operator reads a trace, without its id; empty: ids are shown without a link."""
    data: Path = Field(default=Path.home() / ".local/share/qiao", validation_alias="QIAO_DATA")
    key_file: Path | None = Field(default=None, validation_alias="QIAO_KEY_FILE")
    """The key that wraps the keys of people and files; never in the database."""
    oidc_issuer: str = Field(default="", validation_alias="QIAO_OIDC_ISSUER")
    """The department's identity provider, exactly as it names itself; empty: people sign in with local passwords only."""
    oidc_client_id: str = Field(default="", validation_alias="QIAO_OIDC_CLIENT_ID")
    oidc_client_secret_file: Path | None = Field(default=None, validation_alias="QIAO_OIDC_CLIENT_SECRET_FILE")
    oidc_name: str = Field(default="统一身份认证", validation_alias="QIAO_OIDC_NAME")
    """What the provider is called on the sign-in page."""
    oidc_scope: str = Field(default="openid profile", validation_alias="QIAO_OIDC_SCOPE")
    """What is asked of the provider; more where roles come in a claim of their own: openid profile groups."""
    oidc_account_claim: str = Field(default="sub", validation_alias="QIAO_OIDC_ACCOUNT_CLAIM")
    """Which claim names the account; one that its owner cannot change."""
    oidc_roles_claim: str = Field(default="", validation_alias="QIAO_OIDC_ROLES_CLAIM")
    """Where roles come from; empty: from accounts opened here. Dots lead into a claim: realm_access.roles."""
    oidc_roles: dict[str, str] = Field(default_factory=dict, validation_alias="QIAO_OIDC_ROLES")
    """Value of that claim → role of this service, as JSON."""
    oidc_divisions_claim: str = Field(default="", validation_alias="QIAO_OIDC_DIVISIONS_CLAIM")
    """Where the divisions of an account come from, 12 digits each."""
    is_rehearsal: bool = Field(default=False, validation_alias="QIAO_REHEARSAL")
    zone: str = Field(default="Asia/Shanghai", validation_alias="QIAO_ZONE")

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer_cannot_be_read_on_the_way(cls, issuer: str) -> str:
        """Raises ValueError: whoever can change what the provider says can be anybody."""
        parts = urlsplit(issuer)
        if issuer and parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError("QIAO_OIDC_ISSUER must begin with https://")
        return issuer

    def clock(self) -> Clock:
        return Clock(zone=ZoneInfo(self.zone), rehearsal=self.is_rehearsal)

    def store_address(self, service: str) -> str:
        return self.store_url or f"sqlite:///{self.data / service / f'{service}.db'}"

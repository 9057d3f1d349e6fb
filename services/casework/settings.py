"""Settings of casework, prefix QIAO_CASEWORK_."""

from pathlib import Path

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="QIAO_CASEWORK_", extra="ignore", populate_by_name=True)

    agency_key_file: Path | None = None
    """The agency's private key, to which dossiers are sealed; made at the first registration."""

    def agency_key(self) -> Path:
        return self.agency_key_file or self.data / "secrets" / "casework-agency-key"

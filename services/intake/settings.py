"""Settings of intake, prefix QIAO_INTAKE_."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="QIAO_INTAKE_", extra="ignore", populate_by_name=True)

"""Settings of evaluation, prefix QIAO_EVALUATION_."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="QIAO_EVALUATION_", extra="ignore", populate_by_name=True)

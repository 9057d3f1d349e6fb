"""Settings of disclosure, prefix QIAO_DISCLOSURE_."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings
from shared.web.i18n import L_


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="QIAO_DISCLOSURE_", extra="ignore", populate_by_name=True)

    site_name: str = L_("政府购买社会救助服务公开")
    organiser: str = "黄石市民政局"
    """主办单位, in the footer of every page."""
    contact: str = ""
    site_code: str = ""
    """政府网站标识码."""
    feedback_per_hour: int = 60

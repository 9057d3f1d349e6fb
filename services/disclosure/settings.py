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
    ocid_prefix: str = "ocds-qiao00"
    """Prefix of open contracting ids; register one's own with the Open Contracting Partnership."""

    def address(self) -> str:
        """Where people read the site, without the last slash."""
        return (self.public_url or f"http://127.0.0.1:{self.port or 8105}").rstrip("/")

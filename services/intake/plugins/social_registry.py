"""社会救助登记信息对外查询（SPDCI 社会登记接口）：哪些部门的系统可以查询、按什么条件。设置见 docs/intake/social-registry.md。"""

from services.intake.hooks import RegistryTerms
from shared.plugins import hookimpl


class SocialRegistry:
    Config = RegistryTerms

    def __init__(self, terms: RegistryTerms) -> None:
        self._terms = terms

    @hookimpl
    def registry(self) -> RegistryTerms:
        return self._terms

"""The social registry's interface of the Digital Convergence Initiative (SPDCI 1.0.0).

By it other ministries' systems ask whether somebody is registered. Who may ask, and on which terms, is the answer of a plugin
to the hook `registry`; the built-in one is `social_registry`.
"""

from services.intake.dci.routes import router
from services.intake.dci.worker import work_off

__all__ = ["router", "work_off"]

"""The figures and papers of the test purchase: suppliers, quotes, seeds, scheme, milestones, expert pool."""

from typing import Any

PROVIDER_KINDS = ["enterprise", "association", "service_organisation", "foundation", "public_institution_2"]
SUPPLIERS = {
    "A": ("甲社会工作服务中心", "52420200MJ00000345", "service_organisation"),
    "B": ("乙家政服务有限公司", "91420202MA0000058Y", "enterprise"),
    "C": ("丙社会工作协会", "51420200MJ00000423", "association"),
}
QUOTES = {"A": (66_800_000, 63_600_000), "B": (67_200_000, 64_800_000)}
SEEDS = {"buyer": "buyer-seed-0123456789", "finance": "finance-seed-0123456789", "supervision": "supervision-seed-0123456789"}
ARGUING = ["E05", "E11", "E17"]
WEIGHTS = {"D1": 20, "D2": 5, "D3": 30, "D4": 10, "D5": 25, "D6": 10}
SCHEME = {
    "dimensions": [{"code": code, "name": code, "weight": weight, "source": code} for code, weight in WEIGHTS.items()],
    "bands": [{"name": name, "at_least": floor} for name, floor in (("优", "90"), ("良", "80"), ("中", "60"), ("差", "0"))],
    "satisfaction_dimension": "D5",
    "satisfaction_floor": "80",
    "pass_at_least": "80",
    "rectify_at_least": "60",
    "appeal_working_days": 5,
}
MILESTONES: list[dict[str, Any]] = [
    {"code": "M1", "title": "进场", "amount": 19_080_000, "workers_verified": 2},
    {
        "code": "M2",
        "title": "中期",
        "amount": 25_440_000,
        "files_verified_percent": 95,
        "plans_signed": 4,
        "sessions": 6,
        "evaluation": "mid",
    },
    {
        "code": "M3",
        "title": "末期",
        "amount": 19_080_000,
        "cases_opened": 4,
        "sessions": 12,
        "closed_percent": 95,
        "evaluation": "final",
        "needs_acceptance": True,
    },
]


def pool() -> list[dict[str, str]]:
    """24 experts: three of the university, four lawyers."""
    return [
        {
            "number": f"E{n:02}",
            "name": f"专家{n:02}",
            "organisation": "湖北师范大学" if n <= 3 else f"单位{n:02}",
            "title": "高级社会工作师",
            "category": "legal" if n > 20 else "professional",
        }
        for n in range(1, 25)
    ]

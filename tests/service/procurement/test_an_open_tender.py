"""An open tender that does not fail: three bids, points with a price weight, the first in rank wins, nobody talks."""

from collections.abc import Callable

from services.procurement.app import SERVICE
from shared.events.procurement import AwardDecided, TenderFailed
from tests.conftest import Office
from tests.service.procurement.purchase import Purchase

BIDS = {"A": (60_000_000, "70"), "B": (66_000_000, "90"), "C": (67_000_000, "60")}
"""Price in fen, points for everything else. At a price weight of 10: A 73.0, B 90.09, C 62.96."""


def test_three_bids_lead_to_an_award_by_points(service_client: Callable[..., Office]) -> None:
    purchase = Purchase(service_client(SERVICE)).until("publish")
    for key in BIDS:
        purchase.bid("tender", key, "2016-07-05T09:00:00")
    assert purchase.agent.post(purchase.at("tender", "/deadline"), {}, on="2016-07-05")["outcome"] == "opened"
    purchase.ids["negotiation"] = purchase.ids["tender"]
    purchase.commit()
    purchase.reveal()
    purchase.seat()

    for key, (price, quality) in BIDS.items():
        purchase.offer("offers", key, price, is_responsive=True, quality=quality)
    purchase.talk("A", "10:00", "10:40", expect=422)
    purchase.offer("final-offers", "A", 59_000_000, expect=422)
    ranking = purchase.report()["ranking"]
    purchase.agent.post(purchase.at("tender", "/report-delivery"), {}, on="2016-08-10")
    cheapest = {"supplier_id": purchase.ids["A"]}
    purchase.buyer.post(purchase.at("tender", "/award"), cheapest, on="2016-08-12", expect=422)
    purchase.buyer.post(purchase.at("tender", "/award"), {"supplier_id": purchase.ids["B"]}, on="2016-08-12")

    assert [row["supplier_id"] for row in ranking] == [purchase.ids[key] for key in "BAC"]
    assert purchase.office.said(TenderFailed) == []
    assert [said.amount for said in purchase.office.said(AwardDecided)] == [66_000_000]

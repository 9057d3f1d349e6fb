"""What the other services say during a purchase, heard by procurement as its consumers would hear it."""

from datetime import date
from uuid import UUID, uuid4

from shared.events.casework import CaseClosed, CaseOpened, DataReturned, PlanSigned, SessionRecorded, WorkerVerified
from shared.events.disclosure import PublicationMade
from shared.events.evaluation import RoundConcluded, RoundScored
from shared.events.intake import SurveyProgressed
from shared.events.procurement import ContractSigned
from tests.conftest import Office

CITY = "420200000000"


class Others:
    """The four other services, as far as procurement listens to them."""

    office: Office
    ids: dict[str, str]

    def contract_id(self) -> UUID:
        return UUID(self.ids["contract"])

    def published(self, kind: str, source: str, on: str) -> None:
        self.office.hear(
            PublicationMade(
                publication_id=uuid4(),
                project_id=UUID(self.ids["project"]),
                kind=kind,
                source_id=UUID(source),
                version=1,
                path="/x",
                published_on=date.fromisoformat(on),
                content_hash="",
            )
        )

    def workers(self, count: int = 2) -> None:
        for _ in range(count):
            self.office.hear(
                WorkerVerified(
                    worker_id=uuid4(), contract_id=self.contract_id(), level="assistant", capacity=30, verified_on=date(2016, 9, 18)
                )
            )

    def serve(self, *, cases: int = 4, sessions: int = 3, verified: int = 20) -> None:
        """A year of service: two sessions of each case before the mid round, the rest after it."""
        self.office.hear(
            SurveyProgressed(
                survey_id=uuid4(), project_id=UUID(self.ids["project"]), files_due=20, files_verified=verified, people=30, is_accepted=True
            )
        )
        for _ in range(cases):
            about = {"case_id": uuid4(), "contract_id": self.contract_id()}
            who = {"recipient_id": uuid4(), "group": "G1"}
            self.office.hear(CaseOpened(**about, **who, worker_id=uuid4(), division=CITY, opened_on=date(2017, 2, 6)))
            self.office.hear(PlanSigned(**about, signed_on=date(2017, 2, 20)))
            for number in range(1, sessions + 1):
                day = date(2017, 4, 3 + number) if number < sessions else date(2017, 8, 1)
                self.office.hear(SessionRecorded(**about, number=number, held_on=day, minutes=60, mode="interview", group="G1"))
            self.office.hear(CaseClosed(**about, **who, reason="goals_met", closed_on=date(2017, 9, 30)))

    def conclude(self, kind: str, composite: str, *, on: str, verdict: str = "passed", satisfaction: str = "93.2") -> UUID:
        about = {"round_id": uuid4(), "contract_id": self.contract_id(), "project_id": UUID(self.ids["project"]), "kind": kind}
        result = {"composite": composite, "band": "", "satisfaction": satisfaction}
        hash_of_scheme = self.office.said(ContractSigned)[0].scheme_hash
        days = {"scored_on": date.fromisoformat(on), "appeal_until": date.fromisoformat(on)}
        self.office.hear(
            RoundScored.model_validate(
                {**about, **result, **days, "dimensions": [], "sampled": 0, "answered": 0, "scheme_hash": hash_of_scheme}
            )
        )
        self.office.hear(RoundConcluded.model_validate({**about, **result, "concluded_on": on, "verdict": verdict}))
        return UUID(str(about["round_id"]))

    def return_data(self) -> None:
        self.office.hear(
            DataReturned(contract_id=self.contract_id(), returned_on=date(2017, 12, 8), certificate_hash="c" * 64), on=date(2017, 12, 8)
        )

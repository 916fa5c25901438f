"""An outage of a component is told to whose company uses it, and to whoever may."""

import pytest

from chalicelib.desk.clients import Client
from chalicelib.desk.companies import Tie, check_companies, is_touched
from chalicelib.desk.setting_documents import check
from chalicelib.desk.validation import Invalid
from chalicelib.store import clients
from chalicelib.store import settings as documents
from chalicelib.store.settings import Document
from chalicelib.store.table import commit
from chalicelib.use_cases import settings
from tests.unit.outages.conftest import World

ANNA, PAVEL, KATE = 600_001, 600_002, 600_003
TIES = (Tie("Ромашка", ("API",)), Tie("Кедр", ("Sign-in",), "Портал"), Tie("Кедр", ("API",)))


def of(company: str, project: str = "") -> Client:
    return Client("c", "Anna", None, company=company, project=project)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("client", "components", "touched"),
    [
        (of("ромашка "), ("API",), True),
        (of("Ромашка"), ("Sign-in",), False),
        (of("Ромашка"), ("Sign-in", "API"), True),
        (of("Ромашка"), (), True),
        (of("Кедр", "портал"), ("Sign-in",), True),
        (of("Кедр", "Склад"), ("Sign-in",), False),
        (of("Кедр", "Склад"), ("API",), True),
        (of("Лотос"), ("Sign-in",), True),
        (of(""), ("Sign-in",), True),
    ],
)
def test_whom_it_touches(client: Client, components: tuple[str, ...], touched: bool) -> None:
    assert is_touched(client, components, TIES) is touched


def test_who_uses_something_else_is_not_told_and_neither_of_the_end(world: World) -> None:
    documents.replace_document(Document("components", ["API", "Sign-in"], 2))
    ties = [{"company": "Romashka", "components": ["API"]}, {"company": "Kedr", "components": ["Sign-in"]}]
    documents.replace_document(Document("companies", ties, 1))
    for user, company in ((ANNA, "Romashka"), (PAVEL, "Kedr"), (KATE, "")):
        client = clients.client_by_id(world.client(user).id)
        commit(clients.client_item(Client(**{**vars(client), "company": company})))
    outage = world.declare(components=("Sign-in",))
    world.approve(outage)
    world.work()
    assert sorted(world.told()) == [PAVEL, KATE]


def test_every_wrong_field_is_named() -> None:
    wrong = [
        {"company": "", "components": ["API"]},
        {"company": "Kedr", "components": ["Gone"]},
        {"company": "kedr", "components": []},
    ]
    with pytest.raises(Invalid) as empty:
        check_companies(wrong, ["API"])
    assert [error.field for error in empty.value.errors] == ["[0].company"]
    with pytest.raises(Invalid) as told:
        check_companies(wrong[1:], ["API"])
    assert [error.field for error in told.value.errors] == ["[0].components[0]", "[1].company"]


def test_a_component_in_use_has_to_stay() -> None:
    in_use = {**settings.DEFAULTS, "companies": [{"company": "Kedr", "components": ["API"]}]}
    check("components", ["API", "Sign-in"], in_use)
    with pytest.raises(Invalid, match="must have API"):
        check("components", ["Sign-in"], in_use)

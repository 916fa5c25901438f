"""The admin endpoint as it is deployed: through the gateway, the function and the tables, with real HTTP around."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.published_cases import cases, expected_part
from tests.stack.conftest import Desk, Json, eventually, http

LIST = """full name;phone;company;e-mail
Nina Petrova;8 (916) 300-00-01;Кедр;nina@kedr.example
;oops;;
Oskar Lind;+46 70 123 45 67;"Lind; Söner";
"""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def call(desk: Desk, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    sent = {"Authorization": f"Bearer {desk.stack.admin_token}"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    status, answer = http(method, desk.stack.api_url + path, body, sent)
    return status, json.loads(answer)


def opened(desk: Desk, text: str) -> dict[str, Any]:
    """The ticket that a stranger's message opened."""
    user = desk.stranger()
    desk.say(user, text)
    name = f"Client {user}"

    def found() -> dict[str, Any] | None:
        items = desk.admin("GET", "/admin/tickets?tier=everyone&limit=100")["items"]
        return next((item for item in items if item["client"]["name"] == name), None)

    ticket = eventually(found)
    assert ticket is not None
    return {**ticket, "user": user}


class TestWhoCalls:
    @pytest.mark.parametrize("authorization", ["", "Bearer wrong"])
    def test_without_a_token_401(self, desk: Desk, authorization: str) -> None:
        status, problem = call(desk, "GET", "/admin/tickets", Authorization=authorization)
        assert (status, problem["type"]) == (401, "urn:vipdesk:problem:unauthenticated")

    def test_with_another_scope_403(self, desk: Desk) -> None:
        token = f"Bearer {desk.stack.approver_token}"
        assert call(desk, "GET", "/admin/tickets", Authorization=token)[0] == 200
        assert call(desk, "PUT", "/admin/settings/desk", {}, Authorization=token)[0] == 403

    def test_a_body_over_one_megabyte_413(self, desk: Desk) -> None:
        status, problem = call(desk, "POST", "/admin/clients", b'{"name": "' + b"x" * 1_100_000 + b'"}')
        assert (status, problem["status"]) == (413, 413)

    def test_what_is_no_json_400_and_what_is_no_id_404(self, desk: Desk) -> None:
        assert call(desk, "POST", "/admin/clients", b"{")[0] == 400
        assert call(desk, "GET", "/admin/tickets/nothing")[0] == 404
        assert call(desk, "GET", "/admin/clients/%D0%90")[0] == 404

    @pytest.mark.parametrize(
        ("method", "path"), [("GET", "/admin/tickets/next"), ("PUT", "/admin/clients"), ("GET", "/x")]
    )
    def test_what_is_no_route_404_in_words(self, desk: Desk, method: str, path: str) -> None:
        status, problem = call(desk, method, path)
        assert (status, problem["status"], problem["type"]) == (404, 404, "urn:vipdesk:problem:not-found")
        assert "/admin/openapi.json" in problem["detail"]


class TestTickets:
    def test_a_reply_from_the_console_reaches_the_client_and_the_team_sees_it(self, desk: Desk) -> None:
        ticket = opened(desk, "Where is my invoice?")
        topic = desk.topic_with("Where is my invoice?")
        path = f"/admin/tickets/{ticket['id']}/actions"
        assert call(desk, "POST", path, {"action": "reply", "text": "It is on its way", "staff": "oleg"})[0] == 200
        assert eventually(lambda: "It is on its way" in desk.texts_to(ticket["user"]))
        assert eventually(
            lambda: any("Oleg" in text and "on its way" in text for text in desk.texts_to(desk.group, topic))
        )

        def accepted() -> bool:
            whole = desk.admin("GET", f"/admin/tickets/{ticket['id']}")
            return bool(whole["messages"][-1]["delivery"] == {"state": "accepted", "reason": None})

        assert eventually(accepted)

    def test_closing_from_the_console_asks_the_client_and_updates_the_card(self, desk: Desk) -> None:
        ticket = opened(desk, "Thank you for nothing")
        topic = desk.topic_with("Thank you for nothing")
        eventually(lambda: desk.card(topic))
        path = f"/admin/tickets/{ticket['id']}/actions"
        status, closed = call(desk, "POST", path, {"action": "close", "staff": "oleg"})
        assert (status, closed["status"]) == (200, "closed")
        assert eventually(lambda: any("How was it" in text for text in desk.texts_to(ticket["user"])))
        assert eventually(lambda: any("closed" in call["text"] for call in desk.calls("editMessageText")))
        assert (
            call(desk, "POST", path, {"action": "close"}, Accept_Language="ru")[1]["detail"]
            == "Это обращение уже закрыто"
        )

    def test_pages_hold_together(self, desk: Desk) -> None:
        for n in range(3):
            opened(desk, f"Question {n}")
        page = desk.admin("GET", "/admin/tickets?status=open&limit=2")
        seen = [item["id"] for item in page["items"]]
        while page["next"]:
            page = desk.admin("GET", f"/admin/tickets?status=open&limit=2&next={page['next']}")
            seen += [item["id"] for item in page["items"]]
        assert len(seen) == len(set(seen)) >= 3


class TestVips:
    def test_a_list_is_shown_then_taken(self, desk: Desk) -> None:
        raw = LIST.encode("utf-8-sig")
        status, shown = call(desk, "POST", "/admin/vips/import?dry_run=true", raw, Content_Type="text/csv")
        assert status == 200
        assert [row["row"] for row in shown["added"]] == [2, 4]
        assert [row["row"] for row in shown["rejected"]] == [3]
        _, done = call(desk, "POST", "/admin/vips/import?ground=Annex%20%E2%84%96%202", raw, Content_Type="text/csv")
        assert [row["name"] for row in done["added"]] == ["Nina Petrova", "Oskar Lind"]
        nina = desk.admin("GET", f"/admin/clients/{done['added'][0]['id']}")
        assert (nina["company"], nina["phones"], nina["tier"]) == ("Кедр", ["+79163000001"], "vip")
        assert nina["history"][0]["ground"] == "Annex № 2"
        again = call(desk, "POST", "/admin/vips/import", raw, Content_Type="text/csv")[1]
        assert (again["added"], again["changed"]) == ([], [])

    def test_a_list_comes_in_another_encoding_and_leaves_as_a_spreadsheet_that_changes_nothing(
        self, desk: Desk
    ) -> None:
        raw = "ФИО;Телефон\nПётр Щукин;89163000005\n".encode("cp1251")
        _, done = call(desk, "POST", "/admin/vips/import", raw, Content_Type="text/csv")
        assert [row["name"] for row in done["added"]] == ["Пётр Щукин"]
        headers = {"Authorization": f"Bearer {desk.stack.admin_token}", "Accept": XLSX}
        status, file = http("GET", f"{desk.stack.api_url}/admin/vips/export?format=xlsx", None, headers)
        assert (status, file[:2]) == (200, b"PK")
        _, again = call(desk, "POST", "/admin/vips/import?dry_run=true", file, Content_Type=XLSX)
        assert [again[name] for name in ("added", "changed", "removed", "rejected")] == [[]] * 4

    def test_of_five_hundred_rows_the_bad_ones_are_named_and_then_all_are_taken(self, desk: Desk) -> None:
        def listed(bad: dict[int, str]) -> bytes:
            people = [f"Вера Пятисотова {n};8 (917) {n:03}-00-01;Кедр" for n in range(500)]
            people = [bad.get(n, row) for n, row in enumerate(people)]
            return "\n".join(("ФИО;Телефон;Компания", *people)).encode("cp1251")

        bad = listed(
            {7: ";8 (917) 007-00-01;Кедр", 300: "Вера Пятисотова 300;12;Кедр", 499: "Ещё раз;89170000001;Кедр"}
        )
        before = len(desk.admin("GET", "/admin/clients?tier=vip&limit=100")["items"])
        shown = call(desk, "POST", "/admin/vips/import?dry_run=true", bad, Content_Type="text/csv")[1]
        assert (len(shown["added"]), [row["row"] for row in shown["rejected"]]) == (497, [9, 302, 501])
        assert all(row["errors"] for row in shown["rejected"])
        assert len(desk.admin("GET", "/admin/clients?tier=vip&limit=100")["items"]) == before
        _, done = call(desk, "POST", "/admin/vips/import", listed({}), Content_Type="text/csv")
        assert (len(done["added"]), done["rejected"]) == (500, [])
        found = desk.admin("GET", "/admin/clients?phone=%2B79174990001")["items"]
        assert [(client["name"], client["served_as"]) for client in found] == [("Вера Пятисотова 499", "vip")]

    def test_whoever_looks_while_a_list_is_taken_sees_all_of_it_or_nothing(self, desk: Desk) -> None:
        def taken(position: str) -> int:
            people = (f"Kira {n};+7916400{n:04};{position};7" for n in range(30))
            raw = "\n".join(("ФИО;Телефон;Должность;Первый ответ, мин", *people)).encode()
            return call(desk, "POST", "/admin/vips/import", raw, Content_Type="text/csv")[0]

        def seen() -> int:
            headers = {"Authorization": f"Bearer {desk.stack.admin_token}", "Accept": "text/csv"}
            return http("GET", f"{desk.stack.api_url}/admin/vips/export", None, headers)[1].count(b"Pilot")

        assert taken("Novice") == 200
        with ThreadPoolExecutor(1) as meanwhile:
            importing, counts = meanwhile.submit(taken, "Pilot"), {seen()}
            while not importing.done():
                counts.add(seen())
        assert (importing.result(), seen()) == (200, 30)
        assert counts <= {0, 30}
        found = desk.admin("GET", "/admin/clients?phone=%2B79164000007")["items"][0]
        policy = desk.admin("GET", f"/admin/clients/{found['id']}/policy?messenger=telegram")
        assert policy["targets"]["first_reply"] == {"minutes": 7, "calendar": "24x7"}
        assert desk.stack.invoke("service-levels")["list_parts_settled"] == 0

    def test_their_list_is_kept_up_in_a_topic(self, desk: Desk) -> None:
        opened(desk, "Where is the list?")
        topic = desk.topic_with("Where is the list?")
        listed = {
            "name": "Abby Listed",
            "tier": "vip",
            "phones": ["+7 916 500-00-01"],
        }  # first of however many there are
        call(desk, "POST", "/admin/clients", listed)
        assert call(desk, "PUT", "/admin/settings/directory", {"thread": str(topic)})[0] == 200
        try:
            desk.stack.renew("rhythm")
            eventually(lambda: desk.stack.invoke("rhythm")["directory_changed"])
            assert eventually(lambda: any("Abby Listed" in text for text in desk.texts_to(desk.group, topic)))
        finally:
            call(desk, "PUT", "/admin/settings/directory", {"thread": ""}, If_Match='"1"')

    def test_of_many_at_once_one_gets_the_number(self, desk: Desk) -> None:
        def register(n: int) -> int:
            return call(desk, "POST", "/admin/clients", {"name": f"Racer {n}", "phones": ["+7 999 111-22-33"]})[0]

        with ThreadPoolExecutor(16) as pool:
            assert sorted(pool.map(register, range(16))) == [201] + [409] * 15
        found = desk.admin("GET", "/admin/clients?phone=89991112233")["items"]
        assert [client["phones"] for client in found] == [["+79991112233"]]

    def test_whom_a_manager_registered_is_recognised(self, desk: Desk) -> None:
        user = desk.stranger()
        body = {
            "name": f"Vera {user}",
            "tier": "vip",
            "identities": [{"messenger": "telegram", "user": str(user)}],
        }
        client = desk.admin("POST", "/admin/clients", body)
        desk.say(user, f"It is me, {user}")
        topic = desk.topic_with(f"It is me, {user}")
        assert eventually(lambda: any(f"VIP · Vera {user}" in text for text in desk.texts_to(desk.group, topic)))
        desk.admin("PATCH", f"/admin/clients/{client['id']}", {"position": "Chief of everything"})
        assert eventually(lambda: any("Chief of everything" in call["text"] for call in desk.calls("editMessageText")))


class TestSettings:
    def test_nobodys_edit_is_lost(self, desk: Desk) -> None:
        components = desk.admin("GET", "/admin/settings/components")
        assert call(desk, "PUT", "/admin/settings/components", components, If_Match='"999"')[0] == 412
        assert call(desk, "PUT", "/admin/settings/components", components)[0] == 428

    def test_a_what_if(self, desk: Desk) -> None:
        request = {
            "targets": {"first_reply": {"minutes": 5, "calendar": "24x7"}},
            "events": [{"at": "2026-03-02T10:00:00Z", "type": "client_message"}],
            "until": "2026-03-02T11:00:00Z",
        }
        assert desk.admin("POST", "/admin/service-levels/simulate", request)["cycles"][0]["verdict"] == "missed"

    @pytest.mark.parametrize("case", cases())
    def test_published_cases_have_their_published_answers(self, desk: Desk, case: Json) -> None:
        answer = desk.admin("POST", "/admin/service-levels/simulate", case["input"])
        assert expected_part(answer, case["expect"]) == case["expect"]

    def test_it_describes_itself(self, desk: Desk) -> None:
        assert desk.admin("GET", "/admin/openapi.json")["openapi"] == "3.1.0"

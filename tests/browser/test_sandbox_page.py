"""The sandbox's page: one person as any client and as the team, with a small scripted bot behind the webhook."""

from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from infra.local.sandbox import RunningSandbox, demo_config, running_sandbox
from tests.browser.sides import NOTE, PICTURE, client_side, opened, say, send, shows_picture, team_side
from tests.unit.sandbox.product import Update, product_webhook

ANNA, OLEG, MANAGER = 600_001, 500_002, 500_001


class ScriptedBot:
    """A desk of a few lines: a topic with a pinned card per client, relays both ways, 👌 as a receipt."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self._sandbox = sandbox
        self._desk = sandbox.config.chats.desk.id
        self._topics: dict[int, int] = {}

    def on_update(self, update: Update) -> None:
        if query := update.get("callback_query"):
            self._take(query)
            return
        message = update["message"]
        if message["from"]["is_bot"]:
            return
        if message["chat"]["type"] == "private":
            self._relay_to_team(message)
        elif message.get("is_topic_message") and not message["text"].startswith("//"):
            self._relay_to_client(message)

    def _relay_to_team(self, message: Update) -> None:
        client = message["chat"]["id"]
        if client not in self._topics:
            name = message["from"]["first_name"]
            topic = self._sandbox.call("createForumTopic", chat_id=self._desk, name=name)["result"]["message_thread_id"]
            self._topics[client] = topic
            keyboard = {"inline_keyboard": [[{"text": "Take", "callback_data": "take"}]]}
            card = self._send(self._desk, f"<b>{name}</b>, client", message_thread_id=topic, reply_markup=keyboard)
            self._sandbox.call("pinChatMessage", chat_id=self._desk, message_id=card)
        self._send(self._desk, message.get("text", "a picture"), message_thread_id=self._topics[client])

    def _relay_to_client(self, message: Update) -> None:
        client = next(c for c, topic in self._topics.items() if topic == message["message_thread_id"])
        self._send(client, message["text"])
        receipt = [{"type": "emoji", "emoji": "👌"}]
        self._sandbox.call("setMessageReaction", chat_id=self._desk, message_id=message["message_id"], reaction=receipt)

    def _take(self, query: Update) -> None:
        name = query["from"]["first_name"]
        self._sandbox.call(
            "editMessageText",
            chat_id=self._desk,
            message_id=query["message"]["message_id"],
            text=f"Taken by {name}",
            reply_markup={"inline_keyboard": [[{"text": "Take", "callback_data": "take"}]]},
        )
        self._sandbox.call("answerCallbackQuery", callback_query_id=query["id"], text=f"It is yours, {name}")

    def _send(self, chat_id: int, text: str, **parameters: object) -> int:
        message = self._sandbox.call("sendMessage", chat_id=chat_id, text=text, parse_mode="HTML", **parameters)
        message_id: int = message["result"]["message_id"]
        return message_id


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(demo_config()) as running, product_webhook() as product:
        running.post("/limits", enforce=False)
        product.on_update = ScriptedBot(running).on_update
        running.call("setWebhook", url=product.url, allowed_updates=["message", "callback_query"])
        yield running
        running.call("deleteWebhook")


@pytest.fixture
def page(chromium: Browser, sandbox: RunningSandbox) -> Iterator[Page]:
    with opened(chromium, sandbox) as page:
        yield page


def open_topic(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def test_a_client_writes_and_a_topic_opens_with_a_pinned_card(page: Page) -> None:
    say(client_side(page), "Hello?")

    expect(page.get_by_role("tab", name="Anna, 2 unread")).to_be_visible()
    open_topic(page, "Anna")
    log = team_side(page).get_by_role("log")
    expect(log.get_by_role("article").last).to_contain_text("Hello?")
    expect(team_side(page).get_by_role("button", name="Pinned message Anna, client")).to_be_visible()
    expect(page.get_by_role("tab", name="Anna")).to_have_accessible_name("Anna")


def test_the_team_answers_and_sees_that_it_arrived(page: Page) -> None:
    say(client_side(page), "Hello?")
    open_topic(page, "Anna")

    say(team_side(page), "Good morning!")

    expect(client_side(page).get_by_role("article").last).to_contain_text("Good morning!")
    expect(team_side(page).get_by_role("img", name="Vipdesk reacted with 👌")).to_be_visible()


def test_a_note_stays_inside(page: Page) -> None:
    say(client_side(page), "Hello?")
    open_topic(page, "Anna")

    say(team_side(page), "// she is in a hurry")
    say(team_side(page), "Good morning!")

    expect(client_side(page).get_by_role("article").last).to_contain_text("Good morning!")
    expect(client_side(page).get_by_role("log")).not_to_contain_text("in a hurry")


def test_shift_enter_makes_a_new_line(page: Page) -> None:
    box = client_side(page).get_by_role("textbox")
    box.press_sequentially("one")
    box.press("Shift+Enter")
    box.press_sequentially("two")
    expect(client_side(page).get_by_role("article")).to_have_count(0)

    box.press("Enter")

    expect(client_side(page).get_by_role("article")).to_contain_text("one\ntwo", use_inner_text=True)
    expect(box).to_have_value("")


def test_a_pressed_button_answers_and_the_card_changes_under_the_focus(page: Page) -> None:
    say(client_side(page), "Hello?")
    open_topic(page, "Anna")
    take = team_side(page).get_by_role("button", name="Take", exact=True)

    take.focus()
    page.keyboard.press("Enter")

    expect(team_side(page).get_by_role("status")).to_contain_text("It is yours, Oleg")
    expect(team_side(page).get_by_role("article").first).to_contain_text("Taken by Oleg")
    expect(team_side(page).get_by_role("article").first).to_contain_text("edited")
    expect(take).to_be_focused()


def test_acting_as_another_member_of_the_team(page: Page) -> None:
    say(client_side(page), "Hello?")
    open_topic(page, "Anna")

    page.get_by_role("button", name="Staff: Oleg Ivanov").click()
    page.get_by_role("button", name="Dina Park").click()
    team_side(page).get_by_role("button", name="Take", exact=True).click()

    expect(team_side(page).get_by_role("article").first).to_contain_text("Taken by Dina")


def test_a_new_client_by_name(page: Page, sandbox: RunningSandbox) -> None:
    page.get_by_role("button", name="Client: Anna Volkova").click()
    page.get_by_role("textbox", name="New client").fill("Lev Tolmachev")
    page.get_by_role("combobox", name="Language").select_option("en")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("button", name="Client: Lev Tolmachev")).to_be_visible()

    say(client_side(page), "Hi")

    expect(page.get_by_role("tab", name="Lev")).to_be_visible()
    newcomer = next(person for person in sandbox.get("/state")["people"] if person["name"] == "Lev Tolmachev")
    assert newcomer["language_code"] == "en"


def test_a_client_changes_their_language(page: Page, sandbox: RunningSandbox) -> None:
    page.get_by_role("button", name="More about this client").click()
    page.get_by_role("button", name="Switch to English").click()
    expect(page.get_by_role("button", name="Client: Anna Volkova")).to_contain_text("English")

    anna = next(person for person in sandbox.get("/state")["people"] if person["id"] == ANNA)
    assert anna["language_code"] == "en"


def test_the_managers_chat_is_written_by_the_manager(page: Page, sandbox: RunningSandbox) -> None:
    sandbox.call("sendMessage", chat_id=MANAGER, text="A VIP is waiting")

    page.get_by_role("tab", name="Marina Sokolova, 1 unread").click()

    expect(team_side(page).get_by_role("article")).to_contain_text("A VIP is waiting")
    expect(page.get_by_role("button", name="Staff: Marina Sokolova")).to_be_visible()
    say(team_side(page), "On it")
    expect(team_side(page).get_by_role("article", name="You").last).to_contain_text("On it")


def test_a_reader_of_old_messages_is_not_moved(page: Page, sandbox: RunningSandbox) -> None:
    for n in range(40):
        sandbox.post("/say", staff=OLEG, text=f"line {n}")
    log = team_side(page).get_by_role("log")
    expect(log).to_contain_text("line 39")
    log.evaluate("log => log.scrollTop = 300")
    before = log.get_by_text("line 12", exact=True).bounding_box()

    sandbox.post("/say", staff=500_003, text="news")

    newer = team_side(page).get_by_role("button", name="1 new")
    expect(newer).to_be_visible()
    assert log.get_by_text("line 12", exact=True).bounding_box() == before
    newer.click()
    expect(log.get_by_text("news")).to_be_in_viewport()
    expect(newer).to_be_hidden()


def test_a_reader_at_the_bottom_follows(page: Page, sandbox: RunningSandbox) -> None:
    for n in range(40):
        sandbox.post("/say", staff=OLEG, text=f"line {n}")

    expect(team_side(page).get_by_role("log").get_by_text("line 39")).to_be_in_viewport()


def test_edits_and_deletions_appear_by_themselves(page: Page, sandbox: RunningSandbox) -> None:
    said = sandbox.post("/say", user=ANNA, text="helo")
    answered = sandbox.call("sendMessage", chat_id=ANNA, text="for a moment")["result"]
    expect(client_side(page).get_by_role("article")).to_have_count(2)

    sandbox.post("/edit", user=ANNA, message_id=said["message_id"], text="hello")
    sandbox.call("deleteMessage", chat_id=ANNA, message_id=answered["message_id"])

    expect(client_side(page).get_by_role("article")).to_have_count(1)
    expect(client_side(page).get_by_role("article")).to_contain_text("hello")


def test_the_client_edits_with_the_up_arrow(page: Page) -> None:
    say(client_side(page), "helo")
    expect(client_side(page).get_by_role("article")).to_have_count(1)
    box = client_side(page).get_by_role("textbox")

    box.press("ArrowUp")
    expect(box).to_have_value("helo")
    box.fill("hello")
    box.press("Enter")

    expect(client_side(page).get_by_role("article")).to_contain_text("hello")


def test_replying_quotes_the_original(page: Page, sandbox: RunningSandbox) -> None:
    sandbox.call("sendMessage", chat_id=ANNA, text="How are you?")
    message = client_side(page).get_by_role("article")
    message.hover()
    message.get_by_role("button", name="Reply").click()

    say(client_side(page), "Fine")

    expect(client_side(page).get_by_role("article").last).to_contain_text("How are you?")


def test_a_sticker_is_shown_as_one(page: Page) -> None:
    client_side(page).get_by_role("button", name="Send something else").click()
    page.get_by_role("button", name="Sticker", exact=True).click()

    expect(client_side(page).get_by_role("img", name="Sticker")).to_be_visible()


def test_files_of_ones_own_are_shown_as_they_are(page: Page, sandbox: RunningSandbox) -> None:
    send(client_side(page), "Photo", PICTURE)
    shows_picture(client_side(page))

    send(client_side(page), "Document", NOTE)
    link = client_side(page).get_by_role("link", name="Open note.txt")
    assert page.request.get(f"{sandbox.url}{link.get_attribute('href')}").body() == NOTE["buffer"]


def test_the_team_sends_a_photo_with_its_caption(page: Page) -> None:
    team_side(page).get_by_role("textbox").fill("Look here")
    send(team_side(page), "Photo", PICTURE)

    shows_picture(team_side(page))
    expect(team_side(page).get_by_role("article", name="You")).to_contain_text("Look here")
    expect(team_side(page).get_by_role("textbox")).to_have_value("")


def test_a_file_that_is_too_large_is_refused_at_once(page: Page) -> None:
    send(client_side(page), "Document", {**NOTE, "buffer": b"x" * 9_000_000})

    expect(page.get_by_text("note.txt is larger than 8.0 MB: choose a smaller file")).to_be_visible()


def test_the_team_answers_a_message_and_changes_its_own(page: Page) -> None:
    say(client_side(page), "Hello?")
    open_topic(page, "Anna")
    question = team_side(page).get_by_role("article").filter(has_text="Hello?")
    question.hover()
    question.get_by_role("button", name="Reply").click()
    say(team_side(page), "Good mornin")

    own = team_side(page).get_by_role("article", name="You")
    expect(own).to_contain_text("Hello?")
    own.hover()
    own.get_by_role("button", name="Edit").click()
    say(team_side(page), "Good morning!")

    expect(own).to_contain_text("Good morning!")
    expect(own).to_contain_text("edited")


def test_text_is_never_taken_for_markup(page: Page, sandbox: RunningSandbox) -> None:
    hostile = "<img src=x onerror=alert(1)> https://vipdesk.example/a?b=1"
    sandbox.post("/say", user=ANNA, text=hostile)

    article = client_side(page).get_by_role("article")
    expect(article).to_contain_text(hostile)
    link = article.get_by_role("link", name="https://vipdesk.example/a?b=1")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener")


def test_a_link_button_opens_a_new_tab(page: Page, sandbox: RunningSandbox) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Rate us", "url": f"{sandbox.url}/limits"}]]}
    sandbox.call("sendMessage", chat_id=ANNA, text="How was it?", reply_markup=keyboard)

    with page.expect_popup() as opened:
        client_side(page).get_by_role("link", name="Rate us").click()

    assert opened.value.url == f"{sandbox.url}/limits"


def test_a_deleted_topic_leaves_the_list(page: Page) -> None:
    say(client_side(page), "Hello?")
    open_topic(page, "Anna")

    page.get_by_role("button", name="More about this topic").click()
    page.get_by_role("button", name="Delete this topic").click()

    expect(page.get_by_role("tab", name="Anna")).to_have_count(0)
    expect(page.get_by_role("tab", name="General")).to_have_attribute("aria-selected", "true")


def test_a_client_who_blocked_the_bot_writes_again_after_unblocking_it(page: Page) -> None:
    page.get_by_role("button", name="More about this client").click()
    page.get_by_role("button", name="Block the bot").click()
    expect(client_side(page)).to_contain_text("has blocked the bot")

    expect(client_side(page).get_by_role("textbox")).to_be_hidden()

    client_side(page).get_by_role("button", name="Unblock the bot").click()
    say(client_side(page), "Hello?")

    expect(client_side(page).get_by_role("article")).to_contain_text("Hello?")


def test_everything_with_the_keyboard_alone(page: Page) -> None:
    """From the top of the page: pick the second client, write as them, walk to their topic, answer."""

    def tab_to(target: Locator) -> None:
        for _ in count():
            page.keyboard.press("Tab")
            if target.evaluate("element => element === document.activeElement"):
                outline = target.evaluate("element => getComputedStyle(element.closest('.composer-box') ?? element)")
                assert outline is not None
                return
            if page.evaluate("document.activeElement === document.body"):
                raise AssertionError(f"Tab never reaches {target}")

    tab_to(page.get_by_role("button", name="Client: Anna Volkova"))
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(client_side(page).get_by_role("textbox")).to_be_focused()
    page.keyboard.type("Hello?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="Pavel")).to_be_visible()
    tab_to(page.get_by_role("tab", name="General"))
    page.keyboard.press("End")
    expect(page.get_by_role("tab", name="Pavel")).to_be_focused()
    expect(team_side(page).get_by_role("article").last).to_contain_text("Hello?")
    tab_to(team_side(page).get_by_role("textbox"))
    page.keyboard.type("Good morning!")
    page.keyboard.press("Enter")

    expect(client_side(page).get_by_role("article").last).to_contain_text("Good morning!")


def test_focus_is_always_visible(page: Page) -> None:
    """Walk through the whole page with Tab: whatever has the focus is drawn differently from when it has not."""
    seen: set[str] = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        drawn = page.evaluate(
            """() => {
              const element = document.activeElement;
              if (element === document.body) return null;
              const box = element.closest(".composer-box");
              const style = getComputedStyle(box ?? element);
              const name = element.getAttribute("aria-label") ?? element.textContent;
              return [name, box ? style.boxShadow.includes("2px") : style.outlineStyle !== "none"];
            }"""
        )
        if drawn is None:
            break
        name, is_visible = drawn
        assert is_visible, name
        assert name.strip()
        seen.add(name)

    assert {"Client’s message", "Team’s message", "Client: Anna Volkova", "General"} <= seen


def test_what_was_chosen_and_read_outlives_a_reload(page: Page) -> None:
    say(client_side(page), "Hello?")
    open_topic(page, "Anna")
    expect(team_side(page).get_by_role("article").last).to_contain_text("Hello?")
    open_topic(page, "Outages")
    expect(page.get_by_role("tab", name="Anna")).to_have_accessible_name("Anna")

    page.reload()

    expect(page.get_by_role("tab", name="Outages")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tab", name="Anna")).to_have_accessible_name("Anna")
    expect(client_side(page).get_by_role("article")).to_contain_text("Hello?")


def test_no_width_needs_scrolling_sideways(page: Page, sandbox: RunningSandbox) -> None:
    sandbox.post("/say", user=ANNA, text="a" * 300)
    expect(client_side(page).get_by_role("article")).to_be_visible()

    for width in (1280, 1024, 900, 700, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert client_side(page).get_by_role("log").evaluate("log => log.scrollWidth <= log.clientWidth")


def test_a_narrow_window_shows_one_side_at_a_time(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    say(client_side(page), "Hello?")
    expect(team_side(page)).to_be_hidden()

    page.get_by_role("button", name="Team", exact=True).click()
    expect(client_side(page)).to_be_hidden()
    open_topic(page, "Anna")
    expect(team_side(page).get_by_role("article").last).to_contain_text("Hello?")
    page.get_by_role("button", name="Back to topics").click()
    expect(page.get_by_role("tab", name="Anna")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("messenger", ["Telegram", "WhatsApp", "VK", "Viber", "MAX"])
def test_text_stands_out_in_light_and_dark(page: Page, messenger: str, scheme: str) -> None:
    """WCAG AA: at least 4.5 to 1 for the colours of text on the grounds they stand on."""
    page.get_by_role("button", name=messenger, exact=True).click()
    page.evaluate("scheme => document.documentElement.dataset.theme = scheme", scheme)
    pairs = [
        ("text", "panel"),
        ("text-soft", "panel"),
        ("text-soft", "panel-soft"),
        ("text-soft", "log"),
        ("text", "bubble-own"),
        ("text-soft", "bubble-own"),
        ("accent-strong", "bubble"),
        ("accent-strong", "accent-soft"),
        ("on-accent", "accent"),
    ]

    for front, ground in pairs:
        assert contrast(page, front, ground) >= 4.5, (scheme, front, ground)


def contrast(page: Page, front: str, ground: str) -> float:
    ratio: float = page.evaluate(
        """([front, ground]) => {
          const probe = document.querySelector(".panel.client").appendChild(document.createElement("i"));
          const light = (token) => {
            probe.style.color = `var(--${token})`;
            const [r, g, b] = getComputedStyle(probe).color.match(/[\\d.]+/g).map((part) => {
              const value = part / 255;
              return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
          };
          const [a, b] = [light(front), light(ground)];
          probe.remove();
          return Math.max(a, b) / Math.min(a, b);
        }""",
        [front, ground],
    )
    return ratio

// What waits: VIPs' questions until they are closed; what is late, and call-backs; then who is next.
const TIERS = ["vip", "our", "everyone"];
const SAID_ALOUD = ["vips", "late", "callbacks"]; // by a screen reader, when the number changes
const MARKS = { vip: "⭐", our: "💛", everyone: "👤" };

const isCallback = (ticket) => ticket.cycles.some((cycle) => cycle.metric === "callback" && !cycle.ended_at);
const isLate = (ticket) => ticket.cycles.some((cycle) => cycle.verdict === "missed" && !cycle.ended_at);
const needsSomebody = (ticket) => isLate(ticket) || isCallback(ticket);
const byDue = (one, other) => (one.next_due?.at ?? "9").localeCompare(other.next_due?.at ?? "9");

async function askTickets() {
  const path = (tier) => `tickets?status=unfinished&limit=100&tier=${tier}`;
  const wants = { vip: () => true, our: (page) => page.some(isLate), everyone: (page) => page.some(isLate) };
  return Promise.all(TIERS.map((tier) => askAll(path(tier), wants[tier])));
}

function drawTickets([vips, our, everyone], staff) {
  const others = [...our.items, ...everyone.items];
  const attention = others.filter(needsSomebody).sort(byDue);
  const rest = others.filter((ticket) => !needsSomebody(ticket));
  const all = [...vips.items, ...others];
  const moreLate = [vips, our, everyone].some(({ items, more }) => more && isLate(items.at(-1)));
  fill("tiles",
    tile("vips", vips.items.length, vips.more, vips.items.some(needsSomebody)),
    tile("late", all.filter(isLate).length, moreLate, all.some(isLate)),
    tile("callbacks", all.filter(isCallback).length, false, all.some(isCallback)),
    tile("untaken", all.filter((ticket) => !ticket.owner).length, our.more || everyone.more, false),
    tile("unfinished", all.length, our.more || everyone.more, false));
  fill("vips", list(vips.items.toSorted(byDue), "dash_no_vips", vips.more, staff));
  fill("attention", list(attention, "dash_no_attention", moreLate, staff));
  fill("queue", list(rest, "dash_no_queue", our.more || everyone.more, staff));
}

function tile(what, count, more, alarming) {
  const shown = `${alarming ? "⚠️ " : ""}${count}${more ? "+" : ""}`;
  const live = SAID_ALOUD.includes(what) ? { "aria-live": "polite", "aria-atomic": "true" } : {};
  return make("li", { class: alarming ? "alarming" : null, ...live }, make("b", {}, shown), ` ${say(`dash_tile_${what}`, { n: count })}`);
}

function list(tickets, nothing, more, staff) {
  if (!tickets.length) return make("p", { class: "quiet" }, say(nothing));
  const rows = make("ol", { class: "tickets" }, ...tickets.map((ticket) => row(ticket, staff)));
  return more ? make("div", {}, rows, make("p", { class: "quiet" }, say("dash_more"))) : rows;
}

function row(ticket, staff) {
  const { client, company, topic } = ticket;
  const name = topic ? make("a", { href: topic, rel: "noreferrer" }, client.name) : make("span", {}, client.name);
  const mark = make("span", { role: "img", "aria-label": say(`tier_${client.tier}`), class: "mark" }, MARKS[client.tier]);
  return make("li", { class: isLate(ticket) ? "late" : null },
    make("p", { class: "who" }, mark, " ", name, company ? make("span", { class: "quiet" }, ` · ${company}`) : null),
    make("p", { class: "asked", dir: "auto" }, asked(ticket)),
    make("p", { class: "due" }, due(ticket)),
    make("p", { class: "quiet" }, details(ticket, staff)));
}

function asked({ asked }) {
  if (!asked) return "—";
  return asked.text || texts[`shown_${asked.kind}`];
}

function due({ next_due: next }) {
  if (!next) return say("dash_nothing_due");
  const left = new Date(next.at) - now();
  const metric = say(`metric_${next.metric}`);
  return left < 0 ? `⚠️ ${say("dash_late", { metric, length: length(-left) })}` : say("dash_due", { metric, length: length(left) });
}

function details(ticket, staff) {
  const owner = ticket.owner ? say("card_owner", { owner: staff[ticket.owner.staff] ?? ticket.owner.staff }) : say("card_no_owner");
  const since = say("dash_since", { length: length(now() - new Date(ticket.opened_at)) });
  const state = isCallback(ticket) ? say("dash_callback") : ticket.status === "waiting" ? say("status_waiting") : null;
  return [state, owner, since].filter(Boolean).join(" · ");
}

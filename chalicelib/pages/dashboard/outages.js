// Outages, planned work and news that are not over or ended within the day, and how their direct messages come along.
const MOST_OUTAGES = 5;
const STILL_SHOWN = 86_400_000; // after the end: its last news is still being told

async function askOutages() {
  const { items } = await ask("outages?limit=20");
  const going = items
    .filter(({ resolved_at: end }) => !end || now() - new Date(end) < STILL_SHOWN)
    .sort((one, other) => Boolean(one.resolved_at) - Boolean(other.resolved_at))
    .slice(0, MOST_OUTAGES);
  return Promise.all(going.map((outage) => ask(`outages/${outage.id}`)));
}

function drawOutages(outages) {
  const rows = outages.map((outage) => {
    const latest = outage.announcements.at(-1);
    return make("li", { class: outage.level === "red" && !outage.resolved_at ? "late" : null },
      make("p", { class: "who" }, outage.title, make("span", { class: "quiet" }, ` · ${say(`label_${outage.kind}_${outage.level}`)}`)),
      make("p", { class: "asked" }, say(`step_${outage.state}`), latest.expected_at ? ` · ${say("dash_expected")} ` : null,
        latest.expected_at ? moment(latest.expected_at) : null),
      make("p", { class: "due" }, ...fanOut(outage, latest)),
      make("p", { class: "quiet" }, say("dash_outage_tickets", { n: outage.tickets })));
  });
  fill("outages", rows.length ? make("ol", { class: "tickets" }, ...rows) : make("p", { class: "quiet" }, say("dash_no_outages")));
}

function fanOut(outage, latest) {
  if (latest.awaits_approval) return [`⚠️ ${say("dash_awaits_approval")}`];
  const { delivery } = latest;
  if (!delivery) return [];
  const failed = Object.values(delivery.failed).reduce((sum, n) => sum + n, 0);
  const told = say("dash_told", { told: delivery.told, waiting: delivery.not_yet, failed, unknown: delivery.unknown });
  const done = delivery.told + failed + delivery.unknown;
  const bar = delivery.not_yet ? make("meter", { min: 0, max: done + delivery.not_yet, value: done, "aria-label": told }) : null;
  return [bar, outage.paused ? `⏸ ${say("dash_paused")} · ${told}` : told];
}

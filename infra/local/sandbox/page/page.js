// The sandbox's page: `world` mirrors GET /state and follows GET /events; the client's side and the team's side show it.

import { trying } from "./asking.js";
import * as client from "./client.js";
import { $, kept } from "./elements.js";
import { MESSENGERS } from "./messengers.js";
import { readWhatWasBefore, roomPlaces, topicPlaces } from "./places.js";
import { unreadIn } from "./rooms.js";
import * as team from "./team.js";
import { apply, load, world } from "./world.js";

/** Unread marks and the window's title: what may change without a conversation changing. */
function renderMarks() {
  if (!world.bot) return;
  team.renderList();
  client.renderMessengers();
  const count = [...roomPlaces(), ...topicPlaces()].reduce((sum, where) => sum + unreadIn(where, team.selfIn), 0);
  document.title = `${count ? `(${count}) ` : ""}Vipdesk messenger sandbox`;
}

/** How updates come to the product, of all messengers together; of what goes wrong, the first. */
function deliveryState() {
  const hosts = new Set();
  let pending = 0;
  for (const [name, { webhook }] of world.sides) {
    const reason = webhook.last_error_message ?? webhook.last_error;
    if (reason && webhook.pending) return ["bad", `${MESSENGERS[name].name}: ${webhook.pending} waiting (${reason})`];
    if (webhook.url) hosts.add(new URL(webhook.url).host);
    pending += webhook.pending;
  }
  if (!hosts.size) return ["", "No webhook yet: the product has not called setWebhook"];
  const where = [...hosts].join(", ");
  return pending > 2 ? ["warn", `${pending} updates on their way to ${where}`] : ["good", `Delivering to ${where}`];
}

function renderStatus(connected = true) {
  const [mood, words] = connected ? deliveryState() : ["bad", "The sandbox does not answer, trying again…"];
  const status = $("#status");
  if (status.dataset.mood !== mood) status.dataset.mood = mood;
  if ($(".words", status).textContent !== words) $(".words", status).textContent = words;
  status.title = words;
}

function render() {
  team.render();
  client.render();
  renderStatus();
  renderMarks();
}

client.begin(renderMarks);
team.begin(renderMarks);

for (const button of document.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => {
    document.body.dataset.panel = button.dataset.show;
    for (const other of document.querySelectorAll("[data-show]")) other.setAttribute("aria-pressed", String(other === button));
    (button.dataset.show === "client" ? client : team).conversation.toBottom();
  });
}

function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
}

setTheme(kept.read("theme", null));
$("#theme").addEventListener("click", () => {
  const shown = document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const theme = shown === "dark" ? "light" : "dark";
  kept.write("theme", theme);
  setTheme(theme);
});

document.addEventListener("visibilitychange", () => {
  for (const { conversation } of [client, team]) if (conversation.stuck) conversation.readAll();
});

// Living: many events may come at once (a topic, its card, a pin), and are drawn once for all of them.

let waiting = null;
let scheduled = false;

function renderSoon() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    render();
  });
}

async function refresh() {
  waiting = [];
  load(await (await fetch("/state")).json());
  readWhatWasBefore();
  waiting.forEach(apply);
  waiting = null;
  render();
}

const stream = new EventSource("/events");
stream.addEventListener("hello", () => trying(refresh));
stream.addEventListener("error", () => world.bot && renderStatus(false));
stream.addEventListener("message", ({ data }) => {
  const event = JSON.parse(data);
  if (waiting) waiting.push(event);
  else if (world.bot) {
    apply(event);
    renderSoon();
  }
});

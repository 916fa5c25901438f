// The list of rooms and topics: names, last words, how much is unread. Drawn by team.js.

import { $, h } from "./elements.js";
import { icon } from "./icons.js";
import { messagesIn, roomDetail, roomFace, roomName, roomPlaces, shownName, summary, topicOf, topicPlaces, unread } from "./places.js";
import { shortTime } from "./times.js";

const rows = new Map();
const fixed = new Map();

function once(key, make) {
  if (!fixed.has(key)) fixed.set(key, make());
  return fixed.get(key);
}

const heading = (words) => once(words, () => h("h2", { role: "presentation" }, words));
const noTopics = () => once("none", () => h("p", { class: "room-empty", role: "presentation" }, "A topic opens here when a client writes."));

/** `team`: the place that is `chosen`, whether it `isRead` to its end, who one is (`selfIn` a place), how to `goTo` one. */
export function renderRooms(team) {
  const list = $("#room-list");
  const focusedKey = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const topics = topicPlaces();
  const row = (where) => roomRow(where, team);
  const wanted = [heading("Rooms"), ...roomPlaces().map(row), heading("Topics"), ...(topics.length ? topics.map(row) : [noTopics()])];
  for (const child of [...list.children]) if (!wanted.includes(child)) child.remove();
  wanted.forEach((element, n) => {
    if (list.children[n] !== element) list.insertBefore(element, list.children[n] ?? null);
  });
  if (focusedKey) rows.get(focusedKey)?.element.focus({ preventScroll: true });
}

export const unreadIn = (where, selfIn) => unread(where, (message) => message.from.id === selfIn(where)?.id);

function roomRow(where, { chosen, selfIn, isRead, goTo }) {
  const messages = messagesIn(where);
  const last = messages.findLast((message) => !message.service) ?? messages.at(-1);
  const topic = topicOf(where);
  const selected = chosen.key === where.key;
  const count = selected && isRead ? 0 : unreadIn(where, selfIn);
  const who = last && !last.service && !last.isBot ? `${last.from.id === selfIn(where)?.id ? "You" : last.from.name.split(" ")[0]}: ` : "";
  const words = last ? who + summary(last) : roomDetail(where);
  const sign = JSON.stringify([roomName(where), words, last && shortTime(last.at), count, selected, topic]);
  const old = rows.get(where.key);
  const element = old?.element ?? h("button", { type: "button", class: "room-row", role: "tab", "data-key": where.key, "aria-controls": "room", onclick: () => goTo(where), onkeydown: (event) => walk(event, goTo) });
  element.place = where;
  if (old?.sign === sign) return element;
  element.setAttribute("aria-selected", String(selected));
  element.tabIndex = selected ? 0 : -1;
  element.classList.toggle("closed", Boolean(topic?.closed));
  element.setAttribute("aria-label", [roomName(where), topic?.closed && "closed", count && `${count} unread`].filter(Boolean).join(", "));
  element.replaceChildren(roomFace(where), h("b", {}, topic?.closed && icon("lock", "lock"), shownName(where)), h("time", {}, last ? shortTime(last.at) : ""), h("small", {}, words), count ? h("span", { class: "badge" }, String(count)) : "");
  rows.set(where.key, { element, sign });
  return element;
}

function walk(event, goTo) {
  const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = [...document.querySelectorAll(".room-row")];
  const next = all[Math.min(Math.max(all.indexOf(event.currentTarget) + step, 0), all.length - 1)];
  goTo(next.place, false);
  next.focus();
}

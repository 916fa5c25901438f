// The pinned message, the log and the composer of one place. People's acts go out as POSTs and come back as events, like
// everybody else's: nothing is shown twice.

import { post, toast, trying } from "./asking.js";
import { bubble } from "./bubble.js";
import { Composer } from "./composer.js";
import { $, h } from "./elements.js";
import { icon } from "./icons.js";
import { chatOf, markRead, messagesIn, summary } from "./places.js";
import { dayOf, startOfDay } from "./times.js";
import { can } from "./world.js";

const SHOWN_AT_ONCE = 200;
const GROUP_WITHIN_SECONDS = 300;
const AT_BOTTOM_PX = 60;

/** `side` is whose conversation it is: see client.js and team.js. `onRead` is called when something here was read. */
export class Conversation {
  constructor(root, side, onRead) {
    Object.assign(this, { root, side, onRead, where: null, shown: new Map(), limit: SHOWN_AT_ONCE, newerCount: 0 });
    this.pinned = h("button", { type: "button", class: "pinned", hidden: true, onclick: () => this.goTo(this.pinnedId) });
    this.inner = h("div", { class: "log-inner" });
    this.log = h("div", { class: "log", role: "log", tabindex: 0, "aria-label": `Conversation: ${side.name}`, onscroll: () => this.scrolled(), onkeydown: (event) => this.walk(event) }, this.inner);
    this.newer = h("button", { type: "button", class: "newer", hidden: true, onclick: () => this.toBottom(true) });
    this.toasts = h("div", { class: "toasts", role: "status" });
    this.composer = new Composer(this);
    root.append(this.pinned, h("div", { class: "log-box" }, this.log, this.newer, this.toasts), this.composer.element);
    const growing = new ResizeObserver(() => this.stuck && this.toBottom());
    growing.observe(this.log);
    growing.observe(this.inner);  // a picture that has arrived, a list that was opened
  }

  isOwn = (message) => message.from.id === this.side.selfId();

  can = (act) => can(this.where.messenger, act);

  open(where) {
    if (this.where?.key === where.key) return this.render();
    const before = this.where;
    this.where = where;
    this.composer.moved(before);
    this.limit = SHOWN_AT_ONCE;
    this.shown.clear();
    this.inner.replaceChildren();
    this.stuck = true;
    this.render(false);
    this.toBottom();
  }

  render(animate = true) {
    if (!this.where) return;
    const messages = messagesIn(this.where);
    const wasAtBottom = this.stuck;
    const focused = this.focusedMark();
    const arrived = this.draw(this.parts(messages.slice(-this.limit), messages.length > this.limit), animate);
    this.restoreFocus(focused);
    this.renderPinned(messages);
    this.composer.render();
    if (wasAtBottom) this.toBottom();
    else if (arrived) this.countNewer(arrived);
  }

  /** Everything in the log, top to bottom, each with a key, a signature of how it looks, and a way to make it. */
  parts(messages, hasEarlier) {
    if (!messages.length) return [{ key: "empty", sign: this.where.key, make: () => this.side.emptyWords(this.where) }];
    const parts = hasEarlier ? [{ key: "earlier", sign: "", make: () => this.earlierButton() }] : [];
    const byId = chatOf(this.where).messages;
    messages.forEach((message, n) => {
      const [before, after] = [messages[n - 1], messages[n + 1]];
      const newDay = !before || startOfDay(before.at) !== startOfDay(message.at);
      if (newDay) parts.push({ key: `day ${startOfDay(message.at)}`, sign: dayOf(message.at), make: () => h("div", { class: "day" }, dayOf(message.at)) });
      const own = this.isOwn(message);
      const original = byId.get(message.reply_to) ?? null;
      const position = { first: newDay || !follows(before, message), last: !after || !follows(message, after), own, original, tick: this.side.tickOf(message) };
      const sign = JSON.stringify([message, position, this.side.selfId()]);
      parts.push({ key: `message ${message.id}`, sign, message, make: () => bubble(this, message, position) });
    });
    return parts;
  }

  /** Only what has changed is made anew. How many messages of others have arrived. */
  draw(parts, animate) {
    const wanted = new Set(parts.map((part) => part.key));
    for (const [key, { element }] of this.shown) {
      if (wanted.has(key)) continue;
      element.remove();
      this.shown.delete(key);
    }
    let [after, arrived] = [null, 0];
    for (const part of parts) {
      const old = this.shown.get(part.key);
      if (old?.sign !== part.sign) {
        const element = part.make();
        if (old) old.element.replaceWith(element);
        else if (animate && part.message) {
          element.classList.add("arrived");
          if (!part.message.service && !this.isOwn(part.message)) arrived += 1;
        }
        this.shown.set(part.key, { sign: part.sign, element });
      }
      const { element } = this.shown.get(part.key);
      if (after ? after.nextSibling !== element : this.inner.firstChild !== element) {
        if (after) after.after(element);
        else this.inner.prepend(element);
      }
      after = element;
    }
    return arrived;
  }

  earlierButton() {
    return h("button", { type: "button", class: "earlier", onclick: () => {
      const fromBottom = this.log.scrollHeight - this.log.scrollTop;
      this.limit += SHOWN_AT_ONCE;
      this.render(false);
      this.log.scrollTop = this.log.scrollHeight - fromBottom;
    } }, "Show earlier messages");
  }

  renderPinned(messages) {
    const here = new Set(messages.map((message) => message.id));
    const chat = chatOf(this.where);
    const id = chat?.pinned_ids?.findLast((pinned) => here.has(pinned));
    this.pinnedId = id ?? null;
    this.pinned.hidden = id === undefined;
    if (id === undefined) return;
    this.pinned.replaceChildren(h("span", {}, h("b", {}, "Pinned message"), h("span", { class: "pinned-text" }, summary(chat.messages.get(id)).replace(/\s*\n\s*/g, " · "))), icon("pin"));
  }

  // Scrolling: the log stays where its reader is, and follows only a reader who is at the bottom.

  scrolled() {
    this.stuck = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < AT_BOTTOM_PX;
    if (this.stuck) this.readAll();
  }

  toBottom(smoothly = false) {
    this.log.scrollTo({ top: this.log.scrollHeight, behavior: smoothly ? "smooth" : "instant" });
    this.stuck = true;
    this.readAll();
  }

  readAll() {
    this.newerCount = 0;
    this.newer.hidden = true;
    if (document.visibilityState !== "visible" || !this.root.checkVisibility() || !this.where) return;
    markRead(this.where);
    this.onRead();
  }

  countNewer(count) {
    this.newerCount += count;
    this.newer.hidden = false;
    this.newer.replaceChildren(icon("down"), `${this.newerCount} new`);
  }

  goTo(id) {
    const { element } = this.shown.get(`message ${id}`) ?? {};
    if (!element) return;
    element.scrollIntoView({ block: "center", behavior: "smooth" });
    element.focus({ preventScroll: true });
    element.classList.add("flash");
    setTimeout(() => element.classList.remove("flash"), 1500);
  }

  /** Arrows walk from message to message once the log or a message has the focus. */
  walk(event) {
    if (!["ArrowUp", "ArrowDown"].includes(event.key) || event.target.closest("button, a, summary, audio, video")) return;
    const all = [...this.inner.querySelectorAll(".message")];
    if (!all.length) return;
    event.preventDefault();
    const at = all.indexOf(document.activeElement);
    const next = at < 0 ? all.length - 1 : Math.min(Math.max(at + (event.key === "ArrowUp" ? -1 : 1), 0), all.length - 1);
    all[next].focus();
  }

  /** A message drawn anew must not lose the focus somebody has in it. */
  focusedMark() {
    const message = document.activeElement?.closest?.(".message");
    if (!message || !this.inner.contains(message)) return null;
    const all = [...message.querySelectorAll("button, a")];
    return { id: message.dataset.messageId, at: all.indexOf(document.activeElement), element: document.activeElement };
  }

  restoreFocus(mark) {
    if (!mark || mark.element.isConnected) return;
    const message = $(`[data-message-id="${CSS.escape(mark.id)}"]`, this.inner);
    (mark.at < 0 ? message : (message?.querySelectorAll("button, a")[mark.at] ?? message))?.focus({ preventScroll: true });
  }

  // What people do with a message.

  act(path, message, body) {
    return trying(() => post(`/${path}`, { ...this.side.acting(this.where), ...body, message_id: message.id }));
  }

  /** A button of a message or, where a keyboard stands under the chat, of none. */
  async press(element, button, message = null) {
    if (element.getAttribute("aria-busy")) return;
    element.setAttribute("aria-busy", "true");
    const body = { ...this.side.acting(this.where), button: button.data, ...(message && { message_id: message.id }) };
    const answer = await trying(() => post("/tap", body));
    element.removeAttribute("aria-busy");
    if (answer?.text && answer.show_alert) {
      $("#alert p").textContent = answer.text;
      $("#alert").showModal();
    } else if (answer?.text) toast(answer.text, "", this.toasts);
    else if (answer?.answered === false) toast("The bot did not answer the button", "bad", this.toasts);
  }
}

const follows = (before, message) => !before.service && !message.service && before.from.id === message.from.id
  && message.at - before.at < GROUP_WITHIN_SECONDS && startOfDay(before.at) === startOfDay(message.at);

// Where a message is written: the text, what it answers or changes, a file beside it. Part of a Conversation.

import { post, trying } from "./asking.js";
import { h } from "./elements.js";
import { icon } from "./icons.js";
import { chooseFile } from "./media.js";
import { current } from "./menus.js";
import { KINDS } from "./messengers.js";
import { messagesIn, summary } from "./places.js";
import { keyRows } from "./bubble.js";

export class Composer {
  constructor(conversation) {
    this.conversation = conversation;
    this.drafts = new Map();
    this.context = null;
    const { name } = conversation.side;
    this.contextBar = h("div", { class: "context", hidden: true });
    this.input = h("textarea", { rows: 1, "aria-label": `${name}’s message`, enterkeyhint: "send", oninput: () => this.typed(), onkeydown: (event) => this.keyed(event) });
    const attach = h("button", { type: "button", class: "icon-button", popovertarget: "attach-menu", "aria-haspopup": "true", "aria-label": `Send something else as the ${name.toLowerCase()}`, title: "Photo, voice, file…", onclick: () => (current.attaching = this) }, icon("clip"));
    this.sendButton = h("button", { type: "submit", class: "send", "aria-label": `Send the ${name.toLowerCase()}’s message`, title: "Send (Enter)", disabled: true }, icon("send"));
    this.row = h("div", { class: "composer-row" }, attach, this.input, this.sendButton);
    this.unblock = h("button", { type: "button", class: "unblock", hidden: true, onclick: () => trying(() => post("/block", { ...conversation.side.acting(this.where), blocked: false })) }, "Unblock the bot");
    this.keyboard = h("div", { class: "keys board", role: "group", "aria-label": "Keyboard", hidden: true });
    this.element = h("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); this.submit(); } },
      h("div", { class: "composer-box" }, this.contextBar, this.row, this.unblock), this.keyboard);
  }

  get where() { return this.conversation.where; }

  /** The place is another one: its draft comes back, and nothing is answered or changed yet. */
  moved(before) {
    if (before) this.drafts.set(before.key, this.input.value);
    this.context = null;
    this.input.value = this.drafts.get(this.where.key) ?? "";
    this.setContext(null);
  }

  render() {
    this.input.placeholder = this.conversation.side.placeholder();
    // Who blocked the bot cannot write to it: messengers show a button in place of the text box, and so does this page.
    const blocked = this.conversation.side.isBlocking();
    this.row.hidden = blocked || this.where.chat === null;
    this.unblock.hidden = !blocked;
    const keys = blocked ? [] : this.conversation.side.keyboard();
    const sign = JSON.stringify(keys);
    this.keyboard.hidden = !keys.length;
    if (this.keyboard.dataset.sign === sign) return;
    this.keyboard.dataset.sign = sign;
    this.keyboard.replaceChildren(...keyRows(keys, (element, button) => this.conversation.press(element, button)));
  }

  typed() {
    this.sendButton.disabled = !this.input.value.trim();
    if (!CSS.supports("field-sizing", "content")) {
      this.input.style.height = "auto";
      this.input.style.height = `${this.input.scrollHeight}px`;
    }
  }

  keyed(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape" && this.context) {
      this.setContext(null);
    } else if (event.key === "ArrowUp" && !this.input.value && this.conversation.can("edit")) {
      const own = messagesIn(this.where).findLast((message) => this.conversation.isOwn(message) && !message.service && message.text);
      if (!own) return;
      event.preventDefault();
      this.setContext({ kind: "edit", message: own });
    }
  }

  /** Replying to or editing a message: shown above the text box until sent or dropped. */
  setContext(context) {
    if (this.context?.kind === "edit" && !context) this.input.value = "";
    this.context = context;
    this.contextBar.hidden = !context;
    if (context) {
      const { kind, message } = context;
      if (kind === "edit") this.input.value = message.text;
      this.contextBar.replaceChildren(
        h("span", {}, h("b", {}, kind === "edit" ? "Editing" : `Reply to ${message.from.name}`), summary(message)),
        h("button", { type: "button", class: "icon-button", "aria-label": "Drop", onclick: () => { this.setContext(null); this.input.focus(); } }, icon("close")));
      this.input.focus();
    }
    this.typed();
  }

  async submit() {
    const text = this.input.value.trim();
    if (!text) return;
    const { context } = this;
    if (context?.kind === "edit") {
      this.setContext(null);
      await this.conversation.act("edit", context.message, { text });
    } else await this.say({ text }, text);
  }

  /** A file is chosen first; the text in the box goes with it as its caption. */
  async sendKind(kind) {
    const media = KINDS[kind].accept ? await trying(() => chooseFile(kind)) : null;
    if (KINDS[kind].accept && !media) return;
    const text = KINDS[kind].accept ? this.input.value.trim() : "";
    await this.say(media ? { media, text } : { kind }, text);
  }

  /** What could not be sent comes back into the box, if nothing else is in it. */
  async say(content, text) {
    const { context, where } = this;
    if (text) this.input.value = "";
    this.setContext(null);
    this.conversation.stuck = true;
    const answered = context?.kind === "reply" ? { reply_to: context.message.id } : {};
    const sent = await trying(() => post("/say", { ...this.conversation.side.writing(where), ...content, ...answered }));
    if (!sent && this.where.key === where.key && !this.input.value) {
      this.input.value = text;
      this.typed();
    }
  }
}

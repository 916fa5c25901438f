// Files, places and contacts as a message shows them; and files of one's own, read to be sent.

import { h } from "./elements.js";
import { icon } from "./icons.js";
import { KINDS } from "./messengers.js";

const LARGEST_BYTES = 8 * 1024 * 1024;
const LARGEST_DOT_PX = 4;
const WAVE = [5, 9, 14, 20, 12, 8, 16, 22, 18, 11, 7, 13, 19, 15, 9, 6, 11, 8, 5];

const size = (bytes) => (!bytes ? null : bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`);

/** The address, if it is of this machine: the page asks nobody else for anything. */
function here(url) {
  if (!url) return null;
  const { protocol, hostname } = new URL(url, location);
  return protocol.startsWith("http") && ["127.0.0.1", "localhost", location.hostname].includes(hostname) ? url : null;
}

const line = (shape, title, ...details) => h("div", { class: "media" }, h("span", { class: "disc" }, icon(shape)), h("span", {}, h("b", {}, title), h("small", {}, details.filter(Boolean).join(", "))));

const outline = (kind) => h("div", { class: "picture", role: "img", "aria-label": KINDS[kind].name }, icon(kind === "photo" ? "photo" : "play"));

const signed = (sign) => h("div", { class: "sticker", role: "img", "aria-label": KINDS.sticker.name }, sign ?? "🙂");

/** What cannot be shown after all, or is a dot since nobody chose a picture, is outlined. */
function picture(kind, url, sign = null) {
  const instead = () => image.replaceWith(kind === "sticker" ? signed(sign) : outline(kind));
  const image = h("img", { class: kind === "sticker" ? "sticker" : "picture", src: url, alt: KINDS[kind].name, onerror: instead, onload: () => image.naturalWidth <= LARGEST_DOT_PX && instead() });
  return image;
}

const wave = (name) => h("div", { class: "media" }, h("span", { class: "disc" }, icon("play")), h("span", {},
  h("span", { class: "wave", "aria-hidden": "true" }, WAVE.map((height) => h("i", { style: `height: ${height}px` }))), h("small", {}, name)));

const sound = (file, url) => h("div", { class: "sound" }, h("small", {}, [KINDS[file.kind].name, size(file.size_bytes)].filter(Boolean).join(", ")), h("audio", { controls: true, preload: "metadata", src: url, "aria-label": KINDS[file.kind].name }));

function document_(file, url) {
  const shown = line("file", file.name ?? "Document", size(file.size_bytes), file.mime);
  return url ? h("a", { class: "file", href: url, target: "_blank", rel: "noopener", "aria-label": `Open ${file.name ?? "the document"}` }, shown) : shown;
}

const moving = (file, url) => (file.mime?.startsWith("image/") ? picture(file.kind, url) : h("video", { class: "picture", controls: true, preload: "metadata", src: url, "aria-label": KINDS[file.kind].name }));

const SHOWN = {
  photo: (_, url) => (url ? picture("photo", url) : outline("photo")),
  video: (file, url) => (url ? moving(file, url) : outline("video")),
  animation: (file, url) => (url ? moving(file, url) : outline("animation")),
  audio: (file, url) => (url ? sound(file, url) : wave(file.name ?? "Audio")),
  voice: (file, url) => (url ? sound(file, url) : wave("Voice message")),
  document: document_,
  sticker: (_, url, sign) => (url ? picture("sticker", url, sign) : signed(sign)),
};

export function media(message) {
  const { location: spot, contact } = message;
  return [
    ...message.files.map((file) => SHOWN[file.kind](file, here(file.url), message.sign)),
    spot && line("place", spot.name ?? "Location", `${spot.latitude.toFixed(4)}, ${spot.longitude.toFixed(4)}`),
    contact && line("person", contact.name, contact.phone),
  ].filter(Boolean);
}

/** Let the person choose a file; what `POST /say` wants as ``media``, or null when they changed their mind. */
export function chooseFile(kind) {
  return new Promise((resolve) => {
    const input = h("input", { type: "file", accept: KINDS[kind].accept, onchange: () => resolve(readFile(kind, input.files[0])), oncancel: () => resolve(null) });
    input.click();
  });
}

async function readFile(kind, file) {
  if (file.size > LARGEST_BYTES) throw new Error(`${file.name} is larger than ${size(LARGEST_BYTES)}: choose a smaller file`);
  const content = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1] ?? "");
    reader.onerror = () => reject(new Error(`${file.name} cannot be read`));
    reader.readAsDataURL(file);
  });
  return { kind, name: file.name, ...(file.type && { mime: file.type.split(";")[0] }), content_base64: content };
}

// Elements, sentences and times. Whatever people wrote becomes text, never markup.
const { language, texts } = JSON.parse(document.getElementById("texts").textContent);
const plural = new Intl.PluralRules(language);
const forms = plural.resolvedOptions().pluralCategories.length > 2 ? ["one", "few", "many"] : ["one", "other"];

/** The sentence `key`: {name} is a field, {n:день|дня|дней} the word that goes with a number. */
function say(key, fields = {}) {
  return texts[key].replace(/{(\w+)(?::([^}]+))?}/g, (_, name, words) =>
    words ? words.split("|")[Math.max(0, forms.indexOf(plural.select(fields[name])))] : fields[name]);
}

/** An element with what stands in it; what is null is left out. */
function make(tag, attributes = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value != null) element.setAttribute(name, value);
  element.append(...inside.filter((each) => each != null));
  return element;
}

/** What stands in the place `id`. Only what differs is changed: a link keeps its focus, and long words where they were scrolled to. */
function fill(id, ...inside) {
  const place = document.getElementById(id);
  const focused = place.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  settle(place, inside.filter((each) => each != null).map((each) => (each.nodeType ? each : new Text(each))));
  if (focused && !place.contains(document.activeElement)) {
    place.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
}

function settle(place, fresh) {
  fresh.forEach((each, n) => {
    const was = place.childNodes[n];
    if (!was) place.append(each);
    else if (was.cloneNode().isEqualNode(each.cloneNode())) settle(was, [...each.childNodes]);
    else was.replaceWith(each);
  });
  while (place.childNodes.length > fresh.length) place.lastChild.remove();
}

const UNITS = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000]];

/** How long, in its two largest units: "5 min", "2 h 10 min". */
function length(milliseconds) {
  const shown = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(milliseconds / size);
    milliseconds -= count * size;
    if (count && shown.length < 2) shown.push(new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(count));
  }
  return shown.join(" ") || say("under_a_minute");
}

function moment(at, options = { dateStyle: "short", timeStyle: "short" }) {
  const shown = new Intl.DateTimeFormat(language, options).format(new Date(at));
  return make("time", { datetime: new Date(at).toISOString() }, shown);
}

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

function fill(id, ...inside) {
  document.getElementById(id).replaceChildren(...inside.filter((each) => each != null));
}

const UNITS = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000]];

/** How long, in its largest unit: "5 min", "2 h". */
function length(milliseconds) {
  const [unit, size] = UNITS.find(([, size]) => milliseconds >= size) ?? [];
  if (!unit) return say("under_a_minute");
  const count = Math.floor(milliseconds / size);
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(count);
}

function moment(at, options = { dateStyle: "short", timeStyle: "short" }) {
  const shown = new Intl.DateTimeFormat(language, options).format(new Date(at));
  return make("time", { datetime: new Date(at).toISOString() }, shown);
}

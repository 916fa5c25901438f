// Numbers of a period, not impressions: what clients answered and what they meet with. Nobody is ranked.
const KINDS = ["csat", "nps", "csi"];
const MOST_COMMENTS = 20;
const LONG = 300; // characters
const DAY = 86_400_000;

async function askNumbers(days) {
  const from = `from=${new Date(now() - days * DAY).toISOString()}`;
  const surveys = KINDS.map((kind) => ask(`surveys?kind=${kind}&order=latest&limit=100&${from}`));
  const [report, themes, ...answered] = await Promise.all([ask(`report?${from}`), ask(`themes?${from}`), ...surveys]);
  return { report, answered, themes };
}

function drawNumbers({ report, answered, themes }) {
  fill("promises", ...promises(report));
  fill("voices", ...answered.map(index));
  const comments = answered.flatMap((each) => each.items.filter((item) => item.comment).map((item) => ({ ...item, kind: each.kind })));
  comments.sort((one, other) => other.answered_at.localeCompare(one.answered_at));
  fill("comments", comments.length
    ? make("ol", { class: "comments" }, ...comments.slice(0, MOST_COMMENTS).map(comment))
    : make("p", { class: "quiet" }, say("dash_no_comments")));
  fill("themes", themes.items.length ? themeTable(themes) : make("p", { class: "quiet" }, say("dash_no_themes")));
}

function index(found) {
  const [bars, most] = found.kind === "csi"
    ? [found.qualities.map(({ quality, grade }) => [quality, grade]), 5]
    : [Object.entries(found.distribution).reverse(), Math.max(1, ...Object.values(found.distribution))];
  const value = found.index == null ? "—" : new Intl.NumberFormat(language).format(found.index);
  return make("article", {},
    make("h3", {}, say(`dash_${found.kind}`)),
    make("p", { class: "index" }, value, found.index == null || found.kind === "nps" ? null : " %"),
    make("p", {}, found.words[language]),
    found.arithmetic ? make("p", { class: "quiet" }, found.arithmetic) : null,
    make("p", { class: "quiet" }, found.invited
      ? say("dash_invited", { n: found.invited, rate: new Intl.NumberFormat(language).format(found.response_rate) })
      : say("dash_nobody_invited")),
    found.count ? make("ul", { class: "bars" }, ...bars.map((each) => bar(...each, most))) : null);
}

function bar(what, value, most) {
  const drawn = make("meter", { min: 0, max: most, value, "aria-label": what });
  return make("li", {}, make("span", {}, what), drawn, make("span", {}, String(value)));
}

function comment(answer) {
  const grade = answer.score == null ? say(`dash_${answer.kind}`) : `${say(`dash_${answer.kind}`)}: ${answer.score}`;
  const scrolls = answer.comment.length > LONG ? "0" : null; // long ones can be read by keyboard too
  return make("li", {},
    make("p", { class: "quiet" }, grade, " · ", moment(answer.answered_at)),
    make("p", { class: "words", dir: "auto", tabindex: scrolls }, answer.comment));
}

const sum = (counts) => Object.values(counts).reduce((whole, n) => whole + n, 0);

function promises({ opened, closed, promises: found, told_before_they_wrote: told }) {
  const rows = found.map((each) => [
    make("th", { scope: "row" }, `${MARKS[each.tier]} ${say(`tier_${each.tier}`)} · ${say(`metric_${each.metric}`)}`),
    kept(each), within(each.minutes.p50), within(each.minutes.p90)]);
  return [
    make("p", {}, say("dash_work", { opened: sum(opened), closed: sum(closed) })),
    told.affected ? make("p", {}, say("dash_told_before", told)) : null,
    rows.length
      ? table(["dash_promise", "dash_kept", "dash_half", "dash_most"], rows)
      : make("p", { class: "quiet" }, say("dash_no_promises"))];
}

const within = (minutes) => make("td", {}, minutes == null ? "—" : length(minutes * 60_000));

function kept({ met, missed, attainment }) {
  if (attainment == null) return make("td", {}, "—");
  const share = new Intl.NumberFormat(language).format(attainment);
  return make("td", {}, `${missed ? "⚠️ " : ""}${share} % (${say("dash_kept_of", { met, n: met + missed })})`);
}

function table(keys, rows) {
  const head = keys.map((key) => make("th", { scope: "col" }, say(key)));
  return make("table", {}, make("thead", {}, make("tr", {}, ...head)),
    make("tbody", {}, ...rows.map((cells) => make("tr", {}, ...cells))));
}

function themeTable({ items }) {
  const signed = new Intl.NumberFormat(language, { signDisplay: "exceptZero" });
  return table(["dash_theme", "dash_clients", "dash_change"], items.map((theme) => [
    make("th", { scope: "row", dir: "auto" }, theme.title, theme.component ? make("span", { class: "quiet" }, ` · ${theme.component}`) : null),
    make("td", {}, String(theme.clients)),
    make("td", {}, signed.format(theme.change))]));
}

// One line for any page of any product: <script src="https://status.example/banner.js" async></script>
// A bar at the foot of the page while something goes on; nothing at all while all is well.
(() => {
  const home = new URL(".", document.currentScript.src);
  const WORDS = "WORDS_BY_LANGUAGE";
  const SIGNS = { red: "⛔", yellow: "⚠️", green: "ℹ️" };
  const OFTEN = 30e3, SELDOM = 300e3; // milliseconds
  const STYLE = `
    :host { all: initial; position: fixed; inset: auto 0 0; z-index: 2147483647 }
    div { display: flex; flex-wrap: wrap; gap: 8px 12px; padding: 12px 16px; font: 16px/1.4 system-ui, sans-serif;
      border-top: 1px solid; color: #fff; background: #a8201a }
    .yellow { color: #221a00; background: #ffd24a }
    .green { color: #06281a; background: #cdeedd }
    p { margin: 0; flex: 1 1 320px }
    a, button { font: inherit; color: inherit }
    button { border: 1px solid; background: 0; align-self: start }`;
  const create = (tag, textContent) => Object.assign(document.createElement(tag), { textContent });
  let host, shown, timer, wait = OFTEN, memory = {};
  // A bar that was closed stays closed on the next pages too, until there is something new to say (a frame may refuse).
  try { memory = sessionStorage } catch {}

  const hide = () => host = shown = host?.remove();

  function show({ level, outages, updated_at }) {
    // What is planned is shown from a day before it begins.
    const tomorrow = Date.parse(updated_at) + 864e5;
    const going = outages.filter((each) => !each.resolved_at && Date.parse(each.started_at) < tomorrow), [first] = going;
    const news = going.map(({ id, latest }) => id + latest.at).join();
    if (shown === news) return;
    hide();
    if (!first || memory.vipdesk === news) return;
    const russian = /^(ru|be|uk|kk|ky|uz|tg)\b/i.test(document.documentElement.lang || navigator.language);
    const language = russian ? "ru" : "en", words = WORDS[language];
    const clock = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
    const from = new Date(first.started_at), until = first.expected_at && new Date(first.expected_at);
    const when = first.state === "scheduled" ? clock.formatRange(from, until || from) : until && `${words.until} ${clock.format(until)}`;
    const bar = create("div"), line = create("p"), more = create("a", words.more), close = create("button", words.hide);
    bar.className = level;
    bar.role = level === "red" ? "alert" : "status";
    more.href = new URL(russian ? "index.html" : "en.html", home);
    close.onclick = () => { memory.vipdesk = news; hide() };
    line.append(
      create("b", `${SIGNS[level]} ${words[first.kind]}: ${first.title}. `),
      first.latest.text[language],
      when ? ` ${when}.` : "",
      going[1] ? ` +${going.length - 1}` : "",
    );
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    const root = (host = create("div")).attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.append(bar);
    document.body.append(host);
    bar.append(line, more, close);
    shown = news;
  }

  async function look() {
    if (document.hidden) return;
    try {
      show(await (await fetch(new URL("status.json", home))).json());
      wait = OFTEN;
    } catch {
      wait = Math.min(wait * 2, SELDOM);
    }
    clearTimeout(timer);
    timer = setTimeout(look, wait * (0.9 + Math.random() / 5));
  }

  document.addEventListener("visibilitychange", look);
  document.body ? look() : addEventListener("DOMContentLoaded", look);
})();

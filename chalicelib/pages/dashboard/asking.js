// Asks the admin endpoint, with the token of this tab: it is forgotten when the tab is closed or somebody signs out.
const KEPT = "vipdesk-token";
const MOST_PAGES = 5;

class Refused extends Error {}

let visit = new AbortController(); // of whoever is signed in; what they asked for comes to nobody else
let ahead = 0; // how far the desk's clock is ahead of this one: deadlines are the desk's

const token = () => sessionStorage.getItem(KEPT);
const now = () => Date.now() + ahead;

/** What `path` answers. Throws Refused, with what to say, when the token is not taken. */
async function ask(path) {
  if (!/^[\x21-\x7e]+$/.test(token())) throw new Refused(say("dash_unknown_token"));
  const answer = await fetch(path, { headers: { Authorization: `Bearer ${token()}` }, cache: "no-store", signal: visit.signal });
  if (answer.status === 401) throw new Refused(say("dash_unknown_token"));
  if (answer.status === 403) throw new Refused(say("dash_wrong_scope"));
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  if (answer.headers.has("Date")) ahead = new Date(answer.headers.get("Date")) - Date.now();
  return answer.json();
}

/** All that a list has, as long as `wants` the next page, given the one before; `more` is left out after five. */
async function askAll(path, wants) {
  const items = [];
  let next = null;
  for (let n = 0; n < MOST_PAGES; n++) {
    const page = await ask(next ? `${path}&next=${encodeURIComponent(next)}` : path);
    items.push(...page.items);
    next = page.next;
    if (!next || !wants(page.items)) break;
  }
  return { items, more: Boolean(next) };
}

// Asks the admin endpoint, with the token of this tab: it is forgotten when the tab is closed or somebody signs out.
const KEPT = "vipdesk-token";
const MOST_PAGES = 5;

class Refused extends Error {}

const token = () => sessionStorage.getItem(KEPT);

/** What `path` answers. Throws Refused, with what to say, when the token is not taken. */
async function ask(path) {
  if (!/^[\x21-\x7e]+$/.test(token())) throw new Refused(say("dash_unknown_token"));
  const answer = await fetch(path, { headers: { Authorization: `Bearer ${token()}` }, cache: "no-store" });
  if (answer.status === 401) throw new Refused(say("dash_unknown_token"));
  if (answer.status === 403) throw new Refused(say("dash_wrong_scope"));
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
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

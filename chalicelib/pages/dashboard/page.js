// Signing in and out, and the pace: what waits every half minute, numbers every five, nothing while nobody looks.
const WAITING_EVERY = 30_000;
const NUMBERS_EVERY = 300_000;

let days = 7;
let staff = {};
let waiting = null; // what is shown
let numbersAt = 0;
let going = false;
let again = false;

const shown = (id, is) => { document.getElementById(id).hidden = !is; };

async function refresh() {
  again = going;
  if (going || document.hidden || !token()) return;
  going = true;
  const { signal } = visit;
  try {
    const isDue = Date.now() - numbersAt >= NUMBERS_EVERY;
    if (isDue) staff = Object.fromEntries((await ask("settings/staff")).members.map(({ id, name }) => [id, name]));
    const [tickets, outages, numbers] = await Promise.all([askTickets(), askOutages(), isDue ? askNumbers(days) : null]);
    waiting = tickets;
    drawTickets(waiting, staff);
    drawOutages(outages);
    if (numbers) {
      drawNumbers(numbers);
      numbersAt = Date.now();
    }
    enter("");
    fill("as-of", `${say("dash_as_of")} `, moment(now(), { timeStyle: "medium" }));
    shown("trouble", false);
  } catch (error) {
    if (signal.aborted) again = true;
    else if (error instanceof Refused) leave(error.message);
    else {
      console.error(error);
      if (waiting) drawTickets(waiting, staff); // the minutes go on
      fill("trouble", say("dash_unreachable"));
      shown("trouble", true);
    }
  } finally {
    going = false;
  }
  if (again) refresh();
}

function enter(message) {
  const isIn = Boolean(token());
  for (const id of ["desk", "leave"]) shown(id, isIn);
  shown("enter", !isIn);
  fill("refusal", message);
}

/** Nothing of what was shown stays in the page. */
function leave(message = "") {
  sessionStorage.removeItem(KEPT);
  visit.abort();
  visit = new AbortController();
  numbersAt = 0;
  waiting = null;
  for (const id of ["tiles", "vips", "attention", "queue", "outages", "promises", "voices", "comments", "themes", "as-of"]) fill(id);
  shown("trouble", false);
  enter(message);
  document.getElementById("token").focus();
}

document.getElementById("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = document.getElementById("token");
  sessionStorage.setItem(KEPT, field.value.trim());
  field.value = "";
  refresh();
});
document.getElementById("leave").addEventListener("click", () => leave());
document.getElementById("days").addEventListener("change", (event) => {
  days = Number(event.target.value);
  numbersAt = 0;
  refresh();
});
document.addEventListener("visibilitychange", refresh);
setInterval(refresh, WAITING_EVERY);
enter("");
refresh();

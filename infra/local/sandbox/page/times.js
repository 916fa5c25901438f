// When a message was written, in the words of this page. Times are seconds since 1970.

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const dayName = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });
const shortDay = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const now = () => Date.now() / 1000;

export const timeOf = (at) => clock.format(at * 1000);
export const startOfDay = (at) => new Date(at * 1000).setHours(0, 0, 0, 0);

export function dayOf(at) {
  const daysAgo = Math.round((startOfDay(now()) - startOfDay(at)) / 86_400_000);
  return ["Today", "Yesterday"][daysAgo] ?? dayName.format(at * 1000);
}

export const shortTime = (at) => (startOfDay(at) === startOfDay(now()) ? timeOf(at) : shortDay.format(at * 1000));

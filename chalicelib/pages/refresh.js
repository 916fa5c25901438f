// The status page needs no script to be read; this one only shows it anew when the feed has news, while somebody looks.
(() => {
  const seen = document.documentElement.dataset.news;
  async function look() {
    if (document.hidden) return;
    try {
      const feed = await (await fetch("status.json")).json();
      if (feed.outages.map(({ id, latest }) => id + latest.at).join() !== seen) location.reload();
    } catch {
      // The next look comes in half a minute.
    }
  }
  setInterval(look, 30_000);
  document.addEventListener("visibilitychange", look);
})();

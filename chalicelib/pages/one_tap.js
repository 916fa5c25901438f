(() => {
  const button = document.querySelector("button[autofocus]");
  const send = () => {
    if (document.prerendering || document.visibilityState !== "visible" || button.disabled) return;
    button.click();
    button.disabled = true;
  };
  document.addEventListener("prerenderingchange", send);
  document.addEventListener("visibilitychange", send);
  send();
})();

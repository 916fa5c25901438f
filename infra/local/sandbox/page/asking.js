// Asking the sandbox to do something, and telling the person when it could not.

import { $, h } from "./elements.js";

export async function post(path, body) {
  let response;
  try {
    response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  } catch {
    throw new Error("The sandbox does not answer. Is it still running?");
  }
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail ?? answer.title);
  return answer;
}

export function toast(words, mood = "", where = $("#toasts")) {
  const note = h("div", { class: `toast ${mood}` }, words);
  where.append(note);
  setTimeout(() => note.remove(), 4000 + words.length * 30);
}

/** Do something that may fail; a failure is told, and null comes back. */
export async function trying(act) {
  try {
    return await act();
  } catch (error) {
    toast(error.message, "bad");
    return null;
  }
}

// What the reader sees of all this: how much waits to be sent, that a page is an old one, and what can be read.

import { csrf } from "../http.ts";
import { all, el, icon, one, parse } from "../dom.ts";
import { refresh } from "../htmx.ts";
import { lang, t } from "../phrases.ts";
import { showToast } from "../toast.ts";
import { records } from "./kept.ts";
import { isUnreachable, put, remove, waiting, type Waiting } from "./outbox.ts";

const EVERY = 30_000;
const user = (): string => one<HTMLMetaElement>('meta[name="user"]')?.content ?? "";
const when = (at: number): string => new Date(at).toLocaleString(lang(), { dateStyle: "short", timeStyle: "short" });

function chip(): HTMLButtonElement {
  const present = one<HTMLButtonElement>("#sync");
  if (present) return present;
  const made = el("button", { class: "sync", id: "sync", type: "button", hidden: true }, icon("cloud-upload"), el("span", { class: "label", role: "status" }));
  made.addEventListener("click", () => void look());
  document.body.append(made);
  return made;
}

async function show(): Promise<void> {
  const items = await waiting(user());
  const offline = !navigator.onLine;
  const words = items.length > 0 ? t("sync.waiting", { n: items.length }) : t("sync.offline");
  const button = chip();
  button.hidden = items.length === 0 && !offline;
  button.classList.toggle("bad", items.some((item) => item.error));
  const label = one(".label", button);
  if (label && label.textContent !== words) label.textContent = words;
  button.title = words;
}

/** One attempt. True when the item is out of the way, false when the program cannot be reached. */
async function attempt(item: Waiting): Promise<boolean> {
  const headers = {
    "Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true", "HX-Current-URL": location.href,
    "X-CSRF-Token": csrf(), "Idempotency-Key": item.key, "X-Outbox": "1",
  };
  let answer: Response;
  try {
    answer = await fetch(item.url, { method: "POST", headers, body: item.body, credentials: "same-origin" });
  } catch {
    return false;
  }
  if (answer.status === 401) document.dispatchEvent(new CustomEvent("session:ended"));
  if (answer.status === 401 || isUnreachable(answer.status)) return false;
  if (answer.ok) await remove(item.key);
  else await put({ ...item, error: await reason(answer) });
  return true;
}

async function reason(answer: Response): Promise<string> {
  const toast = answer.headers.get("X-Toast");
  if (toast) return (JSON.parse(decodeURIComponent(toast)) as { text: string }).text;
  const body = parse(await answer.text());
  const told = [...body.querySelectorAll("#problems li, .notice .text, [role=alert]")].map((part) => part.textContent?.trim()).filter(Boolean);
  return told.join(" ") || `${t("error")} (${answer.status})`;
}

/** Sends what waits, oldest first. Two windows never do so at the same time. */
async function flush(again = false): Promise<void> {
  const sent: Waiting[] = [];
  await navigator.locks.request("outbox", { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    for (const item of await waiting(user())) {
      if (item.error && !again) continue;
      if (!(await attempt(item))) break;
      if (!(await waiting(user())).some((left) => left.key === item.key)) sent.push(item);
    }
  });
  await show();
  if (sent.length === 0) return;
  showToast({ text: t("sync.sent", { n: sent.length }), tone: "ok" });
  if (sent.some((item) => item.url.startsWith(location.pathname)) && !one("[data-guard-on]")) await refresh();
}

/** The list of what waits, with what was wrong with each. */
async function look(leaving?: () => void): Promise<void> {
  one("#outbox")?.remove();
  const items = await waiting(user());
  const line = (item: Waiting): HTMLElement => {
    const drop = el("button", { class: "btn ghost sz-s", type: "button", "aria-label": `${t("sync.drop")} ${item.label}` }, t("sync.drop"));
    drop.addEventListener("click", async () => {
      await remove(item.key);
      await show();
      await look(leaving);
    });
    return el("li", {}, el("div", { class: "text" }, el("span", { class: "ell" }, item.label || item.url), el("small", {}, when(item.at)), item.error ? el("small", { class: "tone-bad" }, item.error) : null), drop);
  };
  const close = el("button", { class: "btn", type: "button" }, t("close"));
  const retry = el("button", { class: "btn primary", type: "button", disabled: items.length === 0 }, t("sync.retry"));
  const leave = leaving ? el("button", { class: "btn danger", type: "button" }, t("sync.leave")) : null;
  const about = leaving ? t("sync.leaving", { n: items.length }) : items.length > 0 ? t("sync.about") : t("sync.none");
  const box = el("dialog", { class: "dialog", id: "outbox", "aria-labelledby": "outbox-title" },
    el("header", {}, el("h2", { id: "outbox-title" }, t("sync.title"))),
    el("div", { class: "content" }, el("p", { class: "muted" }, about), el("ul", { class: "outbox" }, ...items.map(line))),
    el("footer", {}, close, leave, retry));
  close.addEventListener("click", () => box.remove());
  leave?.addEventListener("click", () => {
    box.remove();
    leaving?.();
  });
  retry.addEventListener("click", async () => {
    retry.setAttribute("aria-busy", "true");
    await flush(true);
    box.remove();
    if ((await waiting(user())).length > 0) await look(leaving);
  });
  document.body.append(box);
  box.showModal();
}

/** Says of a page that comes out of the browser how old it is, and lists what else there is. */
async function tell(): Promise<void> {
  const main = one("#main[data-kept]");
  if (main && !one(".kept", main)) {
    const at = Number(main.dataset.kept);
    if (!one("offline-pages", main)) one(".bar", main)?.after(el("div", { class: "notice warn kept", role: "status" }, icon("wifi-off"), el("div", { class: "text" }, t("sync.kept", { when: when(at) }))));
  }
  const list = one("offline-pages ul");
  if (!list || list.childElementCount > 0) return;
  for (const { path, title, at } of await records()) {
    list.append(el("li", {}, el("a", { href: path }, el("span", { class: "ell" }, title.split(" · ")[0] ?? title), el("small", {}, when(at)))));
  }
}

/** A form that was taken in is as good as sent: it empties, and no bar asks to save it. */
function taken(url: string): void {
  for (const form of all<HTMLFormElement>("#main form")) {
    if (new URL(form.action).pathname !== url) continue;
    form.dispatchEvent(new CustomEvent("form:queued", { bubbles: true }));
    form.reset();
  }
  showToast({ text: t("sync.queued"), tone: "warn" });
  void show();
}

/** Leaving would wipe what waits, so it is asked about first. */
function guardLeaving(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-post="/logout"]') : null;
    if (!button || button.dataset.sure !== undefined || chip().hidden) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    void waiting(user()).then((items) => {
      const go = (): void => {
        button.dataset.sure = "";
        button.click();
      };
      if (items.length === 0) go();
      else void look(go);
    });
  }, true);
}

export function start(): void {
  navigator.serviceWorker.addEventListener("message", (event) => {
    const { queued } = event.data as { queued?: string };
    if (queued) taken(queued);
  });
  addEventListener("online", () => {
    void flush();
    if (one("#main[data-kept]")) void refresh();
  });
  addEventListener("offline", () => void show());
  document.addEventListener("visibilitychange", () => document.hidden || void flush());
  document.addEventListener("htmx:after:swap", () => void tell());
  setInterval(() => chip().hidden || void flush(), EVERY);
  guardLeaving();
  void tell();
  void show().then(() => flush());
}

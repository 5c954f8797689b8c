// A session that ended loses nothing: the page stays, log-in happens in another window, and work goes on.

import { el, icon, one } from "./dom.ts";
import { t } from "./phrases.ts";

/** After the new log-in the old token is void; the page's own address knows the new one. */
async function renewToken(): Promise<boolean> {
  const response = await fetch(location.href, { credentials: "same-origin", redirect: "manual" });
  if (!response.ok) return false;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const token = page.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content;
  const meta = one<HTMLMetaElement>('meta[name="csrf"]');
  if (!token || !meta) return false;
  meta.content = token;
  return true;
}

function ask(): void {
  if (one("#session-ended")) return;
  const again = el("button", { class: "btn", type: "button" }, t("session.continue"));
  const box = el("dialog", { class: "dialog", id: "session-ended", "aria-labelledby": "session-title" },
    el("header", {}, el("h2", { id: "session-title" }, t("session.title"))),
    el("div", { class: "content" }, el("p", {}, t("session.text"))),
    el("footer", {}, again,
      el("a", { class: "btn primary", href: "/login", target: "_blank" }, icon("log-in"), el("span", { class: "label" }, t("session.login")))),
  );
  again.addEventListener("click", async () => {
    if (await renewToken()) box.remove();
  });
  document.body.append(box);
  box.showModal();
}

export function startSession(): void {
  document.addEventListener("session:ended", ask);
}

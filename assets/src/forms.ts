// Forms: unsaved changes show a bar and guard against leaving; a checkbox group or a date needs nothing from here.

import { all, closest, one } from "./dom.ts";
import { t } from "./phrases.ts";

const dirty = new Set<HTMLFormElement>();

function note(event: Event): void {
  const form = closest<HTMLFormElement>(event, "form[data-guard]");
  if (!form) return;
  dirty.add(form);
  const bar = one("[data-dirty-bar]", form);
  if (bar) bar.hidden = false;
}

const unsaved = (): boolean => [...dirty].some((form) => form.isConnected);

export function startForms(): void {
  document.addEventListener("input", note);
  document.addEventListener("change", note);
  document.addEventListener("submit", (event) => dirty.delete(event.target as HTMLFormElement));
  document.addEventListener("form:queued", (event) => dirty.delete(event.target as HTMLFormElement));
  document.addEventListener("reset", (event) => {
    dirty.delete(event.target as HTMLFormElement);
    for (const bar of all("[data-dirty-bar]", event.target as HTMLFormElement)) bar.hidden = true;
  });
  addEventListener("beforeunload", (event) => {
    if (unsaved()) event.preventDefault();
  });
  // Boosted links do not unload the page, so they are asked about here.
  document.addEventListener("click", (event) => {
    const link = closest<HTMLAnchorElement>(event, "a[href]");
    if (!link || link.target || !unsaved() || link.getAttribute("href")?.startsWith("#")) return;
    if (confirm(t("form.leave"))) dirty.clear();
    else {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);
}

// The dialog and the drawer of the shell: their content is fetched, their forms are sent without leaving the page.

import { all, closest, composing, one, parse } from "./dom.ts";
import { applyFragments } from "./fragments.ts";
import { process, refresh, visit } from "./htmx.ts";
import { send } from "./http.ts";
import { t } from "./phrases.ts";
import { showToast } from "./toast.ts";

let back: HTMLElement | null = null;

const dialogBox = (): HTMLDialogElement | null => one<HTMLDialogElement>("#dialog");
const drawerBox = (): HTMLElement | null => one("#drawer");

function fill(box: HTMLElement, html: string): void {
  box.replaceChildren(parse(html));
  process(box);
  const first = one("[autofocus]", box) ?? one(".content :is(input:not([type=hidden]), select, textarea)", box) ?? one("footer .btn", box);
  const target = first ?? box;
  // Whoever opens a dialog has not asked for a list yet; it would hide what the dialog says.
  target.dataset.quiet = "";
  target.focus();
  delete target.dataset.quiet;
}

/** Opens the dialog with content from an address, or with markup at hand. */
export async function openDialog(source: { url: string } | { html: string }, closed?: () => void): Promise<boolean> {
  const box = dialogBox();
  if (!box) return false;
  let html = "html" in source ? source.html : "";
  if ("url" in source) {
    const answer = await send(source.url);
    // A refusal may be words for a dialog as well; anything but a fragment is not.
    if (!answer.ok && !answer.text.includes("dialog-title")) {
      if (answer.status && answer.status !== 401 && !answer.headers.get("X-Toast")) showToast({ text: t("error"), tone: "bad" });
      return false;
    }
    html = answer.text;
  }
  if (!box.open) back = document.activeElement as HTMLElement | null;
  if (!box.open) box.showModal();
  fill(box, html);
  box.classList.toggle("wide", one("header[data-wide]", box) !== null);
  if (closed) box.addEventListener("close", closed, { once: true });
  return true;
}

export function closeDialog(): void {
  dialogBox()?.close();
  if (back?.isConnected) back.focus();
}

export async function openDrawer(url: string): Promise<void> {
  const box = drawerBox();
  if (!box) return;
  const answer = await send(url);
  if (!answer.ok) return;
  if (box.hidden) back = document.activeElement as HTMLElement | null;
  box.hidden = false;
  box.replaceChildren(parse(answer.text));
  process(box);
  box.focus();
}

export function closeDrawer(): void {
  const box = drawerBox();
  if (!box || box.hidden) return;
  box.hidden = true;
  box.replaceChildren();
  if (back?.isConnected) back.focus();
}

/** 2xx closes and updates the page; 409 and 422 bring the dialog again, now saying what is wrong. */
async function submit(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  const body = new FormData(form, submitter);
  const files = [...body.values()].some((value) => value instanceof File && value.size > 0);
  const data = files ? body : new URLSearchParams([...body].map(([name, value]) => [name, String(value)]));
  const buttons = all<HTMLButtonElement>("button[type=submit]", form);
  for (const button of buttons) button.setAttribute("aria-busy", "true");
  const answer = await send(form.action, data);
  for (const button of buttons) button.removeAttribute("aria-busy");
  const box = form.closest<HTMLElement>("#dialog, #drawer");
  // An answer that is a dialog again, such as a secret that is shown once, takes the place of the form.
  if (box?.id === "dialog" && answer.ok && answer.text.includes('id="dialog-title"')) return fill(box, answer.text);
  if (answer.ok) {
    box?.dispatchEvent(new CustomEvent("dialog:done", { bubbles: true }));
    if (box?.id === "drawer") closeDrawer();
    else closeDialog();
    const where = answer.headers.get("HX-Redirect") ?? answer.headers.get("HX-Location");
    if (where) return visit(where);
    if (answer.headers.has("X-Queued")) return; // It waits to be sent: there is nothing new to see.
    if (applyFragments(answer.text).length === 0) await refresh();
  } else if (answer.status === 409 || answer.status === 422) {
    if (box) fill(box, answer.text);
    one('[aria-invalid="true"]', box ?? document)?.focus();
  } else if (answer.status && answer.status !== 401 && !answer.headers.get("X-Toast")) {
    showToast({ text: t("error"), tone: "bad" });
  }
}

export function startDialogs(): void {
  document.addEventListener("submit", (event) => {
    const form = closest<HTMLFormElement>(event, "form[data-dialog-form]");
    if (!form) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    void submit(form, event.submitter);
  }, true);
  document.addEventListener("click", (event) => {
    const button = closest(event, "[data-close]");
    if (button?.closest("#drawer")) closeDrawer();
    else if (button) closeDialog();
    const box = dialogBox();
    if (box && event.target === box && !one("form", box)) closeDialog();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || composing(event) || dialogBox()?.open || event.defaultPrevented) return;
    closeDrawer();
  });
  document.addEventListener("htmx:before:history:update", closeDrawer);
}

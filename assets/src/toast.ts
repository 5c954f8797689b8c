// Toasts: six seconds, longer under the pointer or focus, with undo when the server offers it.

import { el, icon, one } from "./dom.ts";
import { refresh } from "./htmx.ts";
import { send } from "./http.ts";
import { t } from "./phrases.ts";

export interface Toast {
  text: string;
  tone?: string;
  undo?: string;
}

const icons: Record<string, string> = { ok: "circle-check", warn: "triangle-alert", bad: "circle-alert" };
const STAY = 6000;

export function showToast(toast: Toast): void {
  const box = one("#toasts");
  if (!box) return;
  const item = el("div", { class: `toast ${toast.tone ?? ""}` });
  const mark = icons[toast.tone ?? ""];
  if (mark) item.append(icon(mark));
  item.append(el("span", {}, toast.text));
  if (toast.undo) item.append(undoButton(item, toast.undo));
  const close = el("button", { type: "button", class: "close", "aria-label": t("close") }, icon("x", true));
  close.addEventListener("click", () => item.remove());
  item.append(close);
  box.append(item);
  while (box.children.length > 3) box.firstElementChild?.remove();
  leaveLater(item);
}

function undoButton(item: HTMLElement, url: string): HTMLElement {
  const button = el("button", { type: "button" }, t("undo"));
  button.addEventListener("click", async () => {
    item.remove();
    const answer = await send(url, {});
    if (answer.ok) await refresh();
  });
  return button;
}

function leaveLater(item: HTMLElement): void {
  let timer = setTimeout(() => item.remove(), STAY);
  const hold = () => clearTimeout(timer);
  const release = () => {
    clearTimeout(timer);
    timer = setTimeout(() => item.remove(), STAY / 2);
  };
  item.addEventListener("pointerenter", hold);
  item.addEventListener("focusin", hold);
  item.addEventListener("pointerleave", release);
  item.addEventListener("focusout", release);
}

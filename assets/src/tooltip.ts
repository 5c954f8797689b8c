// One tooltip for everything that carries data-tip; it also follows the focus.

import { closest, el } from "./dom.ts";
import { place } from "./overlay.ts";

let tip: HTMLElement | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

function hide(): void {
  clearTimeout(timer);
  tip?.remove();
  tip = undefined;
}

function show(owner: HTMLElement): void {
  hide();
  const text = owner.dataset.tip;
  if (!text) return;
  timer = setTimeout(() => {
    if (!owner.isConnected) return;
    tip = el("div", { class: "tooltip", role: "tooltip" }, text);
    document.body.append(tip);
    place(tip, owner);
  }, 350);
}

export function startTooltips(): void {
  document.addEventListener("pointerover", (event) => {
    const owner = closest(event, "[data-tip]");
    if (owner && event.pointerType === "mouse") show(owner);
    else hide();
  });
  document.addEventListener("focusin", (event) => {
    const owner = closest(event, "[data-tip]");
    if (owner?.matches(":focus-visible")) show(owner);
    else hide();
  });
  for (const event of ["pointerdown", "keydown", "scroll"]) document.addEventListener(event, hide, true);
}

// Menus and popovers: one open at a time, placed beside its button, closed by Escape, a click elsewhere or a new page.

import { all, closest, composing, one } from "./dom.ts";

interface Open {
  panel: HTMLElement;
  anchor: HTMLElement;
  closed?: (() => void) | undefined;
}

let open: Open | undefined;

/** Puts a panel below its anchor, or above it where there is more room, inside the window. */
export function place(panel: HTMLElement, anchor: Element): void {
  const box = anchor.getBoundingClientRect();
  const width = panel.offsetWidth;
  const height = panel.offsetHeight;
  const below = box.bottom + 4 + height <= innerHeight || box.top < innerHeight - box.bottom;
  const top = below ? box.bottom + 4 : box.top - height - 4;
  const start = box.left + width <= innerWidth - 8 ? box.left : box.right - width;
  panel.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
  panel.style.left = `${Math.max(8, Math.min(start, innerWidth - width - 8))}px`;
}

export function openPanel(panel: HTMLElement, anchor: HTMLElement, closed?: () => void): void {
  closePanel(false);
  panel.hidden = false;
  place(panel, anchor);
  anchor.setAttribute("aria-expanded", "true");
  open = { panel, anchor, closed };
}

/** Closes what is open and gives the focus back, unless it has gone elsewhere on purpose. */
export function closePanel(giveBack = true): void {
  if (!open) return;
  const { panel, anchor, closed } = open;
  open = undefined;
  const inside = panel.contains(document.activeElement);
  panel.hidden = true;
  anchor.setAttribute("aria-expanded", "false");
  if (giveBack && inside && anchor.isConnected) anchor.focus();
  closed?.();
}

export const isOpen = (panel: HTMLElement): boolean => open?.panel === panel;

/** The button's own menu: the nearest of that id, so that a page swapped in keeps its own. */
function toggleMenu(button: HTMLElement): void {
  const panel = one(`#${CSS.escape(button.dataset.menu ?? "")}`);
  if (!panel) return;
  if (isOpen(panel)) return closePanel();
  openPanel(panel, button);
  one('[role^="menuitem"], input, button', panel)?.focus();
}

function moveInMenu(event: KeyboardEvent, panel: HTMLElement): void {
  const items = all('[role^="menuitem"]', panel);
  const at = items.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined || items.length === 0) return;
  event.preventDefault();
  items[(to + items.length) % items.length]?.focus();
}

export function startOverlays(): void {
  document.addEventListener("click", (event) => {
    const button = closest(event, "[data-menu]");
    if (button) return toggleMenu(button);
    if (!open) return;
    const inside = event.target instanceof Node && (open.panel.contains(event.target) || open.anchor.contains(event.target));
    // A panel that redraws itself takes the clicked element out of the document before this runs.
    const gone = event.target instanceof Node && !event.target.isConnected;
    if (gone) return;
    if (!inside || closest(event, '[role^="menuitem"]')) closePanel(inside);
  });
  document.addEventListener("keydown", (event) => {
    if (!open || composing(event)) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      closePanel();
    } else if (open.panel.getAttribute("role") === "menu") moveInMenu(event, open.panel);
  }, true);
  document.addEventListener("htmx:before:swap", (event) => {
    const target = (event as CustomEvent<{ ctx?: { target?: unknown } }>).detail?.ctx?.target;
    // What arrives late for another part of the page, such as its sums, leaves open what someone is choosing from.
    if (open && target instanceof Element && (target.id === "main" || target.contains(open.anchor))) closePanel(false);
  });
  addEventListener("resize", () => open && place(open.panel, open.anchor));
}

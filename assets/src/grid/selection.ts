// Selected rows and the bar that acts on them.

import { all, closest, el, one } from "../dom.ts";
import { openDialog } from "../dialog.ts";
import { refresh } from "../htmx.ts";
import { send } from "../http.ts";
import { extend } from "./range.ts";

let anchor = 0;
let former = 0;
let everything = false;

const rows = (table: Element): HTMLElement[] => all("tbody tr[data-id]", table);
const check = (row: Element): HTMLInputElement | null => one<HTMLInputElement>("[data-check]", row);
const isSelected = (row: Element): boolean => row.getAttribute("aria-selected") === "true";

function set(row: Element, on: boolean): void {
  const box = check(row);
  if (!box) return;
  box.checked = on;
  if (on) row.setAttribute("aria-selected", "true");
  else row.removeAttribute("aria-selected");
}

/** Selects or drops one row, and makes it the anchor of the next range. */
export function toggle(table: HTMLElement, index: number): void {
  const row = rows(table)[index];
  if (!row) return;
  set(row, !isSelected(row));
  anchor = former = index;
  everything = false;
  showBar(table);
}

/** Selects from the anchor to this row. */
export function selectTo(table: HTMLElement, index: number): void {
  const list = rows(table);
  const now = new Set(list.flatMap((row, number) => (isSelected(row) ? [number] : [])));
  const next = extend(now, anchor, former, index);
  list.forEach((row, number) => set(row, next.has(number)));
  former = index;
  showBar(table);
}

export function startRange(index: number): void {
  anchor = former = index;
}

function clear(table: HTMLElement): void {
  for (const row of rows(table)) set(row, false);
  everything = false;
  showBar(table);
}

export function showBar(table: HTMLElement): void {
  const list = rows(table);
  const count = list.filter(isSelected).length;
  const head = one<HTMLInputElement>("[data-check-all]", table);
  if (head) {
    head.checked = count > 0 && count === list.length;
    head.indeterminate = count > 0 && count < list.length;
  }
  const bar = one("[data-bulk]");
  if (!bar) return;
  bar.hidden = count === 0;
  const total = bar.dataset.total ?? String(count);
  const words = one(".selected", bar);
  if (words) words.textContent = (bar.dataset.selected ?? "{n}").replace("{n}", everything ? total : String(count));
  const whole = one("[data-select-all]", bar);
  if (whole) whole.hidden = everything || count < list.length;
}

/** What the bar's actions are about: the ids, or the whole view by its filter. */
function subject(table: HTMLElement): URLSearchParams {
  if (!everything) return new URLSearchParams({ ids: rows(table).filter(isSelected).map((row) => row.dataset.id).join(",") });
  const params = new URLSearchParams(location.search);
  params.set("all", "1");
  return params;
}

async function act(table: HTMLElement, button: HTMLElement): Promise<void> {
  const { dialog, post } = button.dataset;
  if (dialog) await openDialog({ url: `${dialog}${dialog.includes("?") ? "&" : "?"}${subject(table)}` });
  else if (post && (await send(post, subject(table))).ok) {
    clear(table);
    await refresh();
  } else if (button instanceof HTMLAnchorElement) {
    // A download of the selection: the link is used once with what is selected.
    const link = el("a", { href: `${button.getAttribute("href")?.split("?")[0]}?${subject(table)}`, download: true });
    link.click();
  }
}

export function startSelection(): void {
  document.addEventListener("click", (event) => {
    const table = one("[data-grid]");
    if (!table) return;
    const box = closest<HTMLInputElement>(event, "[data-check]");
    const row = box?.closest<HTMLElement>("tr");
    if (box && row) {
      const index = rows(table).indexOf(row);
      if (event.shiftKey) selectTo(table, index);
      else {
        box.checked = isSelected(row);
        toggle(table, index);
        // The browser undoes a prevented click; here the state was set by hand, so it is set once more after it.
        queueMicrotask(() => set(row, isSelected(row)));
      }
      return;
    }
    if (closest(event, "[data-check-all]")) {
      const on = closest<HTMLInputElement>(event, "[data-check-all]")?.checked ?? false;
      for (const each of rows(table)) set(each, on);
      everything = false;
      return showBar(table);
    }
    if (closest(event, "[data-clear-selection]")) return clear(table);
    if (closest(event, "[data-select-all]")) {
      everything = true;
      return showBar(table);
    }
    const action = closest(event, "[data-bulk] :is([data-dialog],[data-post],a[download])");
    if (action) {
      event.preventDefault();
      void act(table, action);
    }
  });
  document.addEventListener("htmx:after:swap", () => {
    const table = one("[data-grid]");
    if (!table) return;
    // A morph takes away what marks a row, but leaves its box ticked.
    for (const row of rows(table)) set(row, isSelected(row));
    showBar(table);
  });
}

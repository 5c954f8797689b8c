// Columns are made wider and narrower by the edge of their head, in steps of 20 px because widths are classes.
// The keyboard does the same in the column chooser. The choice travels in the address as `widths=a:160,b:120`.

import { all, closest, el, one } from "../dom.ts";
import { visit } from "../htmx.ts";
import { t } from "../phrases.ts";

const LEAST = 80;
const MOST = 400;

const snapped = (px: number): number => Math.round(Math.max(LEAST, Math.min(MOST, px)) / 20) * 20;

/** Puts a handle on the edge of each head. A morph takes them away, so this runs after every swap. */
export function addHandles(table: HTMLElement): void {
  for (const head of all("thead th[data-field]", table)) {
    if (!one(".edge", head)) head.append(el("span", { class: "edge", "aria-hidden": "true", "data-tip": t("columns.width") }));
  }
}

const cellsOf = (head: HTMLTableCellElement): HTMLElement[] => {
  const table = head.closest("table")!;
  return [...table.rows].flatMap((row) => (row.cells.length > 1 && row.cells[head.cellIndex] ? [row.cells[head.cellIndex]!] : []));
};

function show(head: HTMLTableCellElement, width: number): void {
  for (const cell of cellsOf(head)) {
    for (const name of [...cell.classList]) if (/^w-\d+$/.test(name)) cell.classList.remove(name);
    if (width) cell.classList.add(`w-${width}`);
  }
}

function keep(field: string, width: number): void {
  const params = new URLSearchParams(location.search);
  const choices = data();
  choices.set(field, width);
  params.set("widths", [...choices].filter(([, px]) => px > 0).map(([name, px]) => `${name}:${px}`).join(","));
  params.delete("cursor");
  visit(`${location.pathname}?${params}`);
}

/** The widths that the columns have now. */
function data(): Map<string, number> {
  const text = one('column-button script[type="application/json"]')?.textContent ?? "[]";
  return new Map((JSON.parse(text) as { field: string; width?: number }[]).map(({ field, width }) => [field, width ?? 0]));
}

export function startWidths(): void {
  document.addEventListener("pointerdown", (event) => {
    const edge = closest(event, ".grid th .edge");
    const head = edge?.closest<HTMLTableCellElement>("th");
    if (!edge || !head || event.button !== 0) return;
    event.preventDefault();
    const field = head.dataset.field ?? "";
    const from = { x: event.clientX, width: head.offsetWidth };
    let width = 0;
    const turn = getComputedStyle(head).direction === "rtl" ? -1 : 1;
    const move = (event: PointerEvent): void => {
      const next = snapped(from.width + (event.clientX - from.x) * turn);
      if (next !== width) show(head, (width = next));
    };
    edge.setPointerCapture(event.pointerId);
    edge.addEventListener("pointermove", move);
    edge.addEventListener("lostpointercapture", () => {
      edge.removeEventListener("pointermove", move);
      if (width) keep(field, width);
    }, { once: true });
  });
  // Twice on the edge gives the column the width of its content again.
  document.addEventListener("dblclick", (event) => {
    const head = closest(event, ".grid th .edge")?.closest<HTMLTableCellElement>("th");
    if (head) keep(head.dataset.field ?? "", 0);
  });
}

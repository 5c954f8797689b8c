// What every row has alike is not sent with each of them: its addresses, the button that opens its drawer, the
// name of its checkbox, and the full text of a cell that cuts it.

import { all, closest, el, icon, one } from "../dom.ts";

/** The address of a row's page: that of its name. */
export const hrefOf = (row: HTMLElement): string => one<HTMLAnchorElement>("a.name", row)?.getAttribute("href") ?? "";

/** The address of a row's drawer. */
export const peekOf = (row: HTMLElement): string =>
  `/${row.closest<HTMLElement>("[data-grid]")?.dataset.object}/${row.dataset.id}/peek`;

const nameOf = (row: HTMLElement): string => one("a.name", row)?.textContent ?? "";

/** Checkboxes are called after their row. A morph takes the names away, so this runs after every swap. */
export function nameBoxes(table: HTMLElement): void {
  const word = table.dataset.select ?? "";
  for (const box of all("tbody [data-check]", table)) {
    const row = box.closest<HTMLElement>("tr");
    if (row && !box.title) box.setAttribute("aria-label", `${word} ${nameOf(row)}`);
  }
}

/** One button goes from row to row with the pointer; the keyboard has the space key. */
function offerPeek(row: HTMLElement, table: HTMLElement): void {
  const cell = one("td.col-name .row", row);
  if (!cell || one(".peek", cell)) return;
  one(".peek", table)?.remove();
  const label = `${table.dataset.peek ?? ""} ${nameOf(row)}`;
  cell.append(el("button", { class: "peek", type: "button", tabindex: -1, "data-drawer": peekOf(row), "aria-label": label }, icon("eye")));
}

/** A cell that cuts its text shows all of it as a title. */
function offerText(part: HTMLElement): void {
  if (part.title || part.scrollWidth <= part.clientWidth) return;
  part.title = part.textContent?.trim() ?? "";
}

export function startHover(): void {
  document.addEventListener("pointerover", (event) => {
    const table = closest(event, "[data-grid]");
    const row = closest(event, "tr[data-id]");
    if (!table || !row || event.pointerType !== "mouse") return;
    offerPeek(row, table);
    const part = closest(event, "a.name, td[data-field]");
    if (part) offerText(part);
  });
}

// Keys of the grid: one tab stop, movement, editing, selection, preview. Also edits values of the record page.

import { all, closest, composing, one } from "../dom.ts";
import { openDrawer } from "../dialog.ts";
import { visit } from "../htmx.ts";
import { cancel, edit, isEditing, save } from "./editor.ts";
import { move, nextEditable, type Extent, type Position } from "./range.ts";
import { hrefOf, nameBoxes, peekOf, startHover } from "./rows.ts";
import { addHandles, startWidths } from "./widths.ts";
import { selectTo, showBar, startRange, startSelection, toggle } from "./selection.ts";

const CELL = "td[role=gridcell]";
const rowsOf = (table: Element): HTMLElement[] => all("tbody tr[data-id]", table);
const cellsOf = (row: Element | undefined): HTMLElement[] => (row ? all(CELL, row) : []);

function extentOf(table: HTMLElement): Extent {
  const rows = rowsOf(table);
  const height = rows[0]?.offsetHeight || 36;
  const view = table.closest<HTMLElement>(".grid")?.clientHeight ?? 600;
  return { rows: rows.length, columns: cellsOf(rows[0]).length, page: Math.max(1, Math.floor(view / height) - 2) };
}

function positionOf(cell: HTMLElement, table: HTMLElement): Position {
  const row = cell.closest<HTMLElement>("tr")!;
  return { row: rowsOf(table).indexOf(row), column: cellsOf(row).indexOf(cell) };
}

const cellAt = (table: HTMLElement, at: Position): HTMLElement | undefined => cellsOf(rowsOf(table)[at.row])[at.column];

/** Roving focus: exactly one cell of the grid can be reached by Tab. */
function focus(table: HTMLElement, cell: HTMLElement | undefined): void {
  if (!cell) return;
  for (const other of all(`${CELL}[tabindex="0"]`, table)) other.tabIndex = -1;
  cell.tabIndex = 0;
  cell.focus({ preventScroll: true });
  reveal(table, cell);
}

/** Sticky head and columns cover cells that the browser believes visible, so scrolling is done by hand. */
function reveal(table: HTMLElement, cell: HTMLElement): void {
  const view = table.closest<HTMLElement>(".grid");
  if (!view) return;
  const frame = view.getBoundingClientRect();
  const box = cell.getBoundingClientRect();
  const top = frame.top + (one("thead", table)?.offsetHeight ?? 0);
  const bottom = frame.bottom - (one("tfoot", table)?.offsetHeight ?? 0);
  if (box.top < top) view.scrollTop -= top - box.top;
  else if (box.bottom > bottom) view.scrollTop += box.bottom - bottom;
  if (getComputedStyle(cell).position === "sticky") return;
  const still = one("th.pin-end", table);
  const left = still && getComputedStyle(still).position === "sticky" ? still.getBoundingClientRect().right : frame.left;
  if (box.left < left) view.scrollLeft -= left - box.left;
  else if (box.right > frame.right) view.scrollLeft += box.right - frame.right;
}

async function saveAndMove(table: HTMLElement, cell: HTMLElement, to: (at: Position) => Position | undefined): Promise<void> {
  const next = to(positionOf(cell, table));
  // The next cell gets the focus at once; the answer arrives while the reader is already there.
  const saving = save();
  const target = next && cellAt(table, next);
  focus(table, target ?? cell);
  await saving;
}

function keysWhileEditing(event: KeyboardEvent, table: HTMLElement | null, host: HTMLElement): void {
  const area = event.target instanceof HTMLTextAreaElement;
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    cancel();
  } else if (event.key === "Enter" && (!area || event.metaKey || event.ctrlKey)) {
    event.preventDefault();
    if (table) void saveAndMove(table, host, (at) => move(at, event.shiftKey ? "ArrowUp" : "ArrowDown", false, extentOf(table)));
    else void save().then(() => host.isConnected && host.focus());
  } else if (event.key === "Tab" && table && !area) {
    event.preventDefault();
    const step = event.shiftKey ? -1 : 1;
    const editable = (at: Position) => Boolean(cellAt(table, at)?.dataset.edit);
    const next = nextEditable(positionOf(host, table), step, extentOf(table), editable);
    void saveAndMove(table, host, () => next).then(() => {
      const cell = next && cellAt(table, next);
      if (cell) void edit(cell);
    });
  }
}

function keys(event: KeyboardEvent, table: HTMLElement, cell: HTMLElement): boolean {
  const at = positionOf(cell, table);
  const control = event.ctrlKey || event.metaKey;
  const row = cell.closest<HTMLElement>("tr")!;
  if (event.key === "Enter" || event.key === "F2") {
    const href = hrefOf(row);
    if (cell.dataset.edit || !href || event.key === "F2") void edit(cell);
    else visit(href);
    return true;
  }
  if (event.key === " ") {
    void openDrawer(peekOf(row));
    return true;
  }
  if (event.key === "x" && !control) {
    toggle(table, at.row);
    return true;
  }
  if (!control && /^[jk]$/.test(event.key) === false && event.key.length === 1 && !event.altKey && cell.dataset.edit && /\S/.test(event.key)) {
    if (/^[gcf/?]$/i.test(event.key)) return false; // Global keys keep working from the grid.
    void edit(cell, event.key);
    return true;
  }
  const next = move(at, event.key, control, extentOf(table));
  if (!next || (control && /Arrow/.test(event.key))) return false;
  if (event.shiftKey && /Arrow(Up|Down)/.test(event.key)) selectTo(table, next.row);
  else if (!event.shiftKey) startRange(next.row);
  focus(table, cellAt(table, next));
  return true;
}

document.addEventListener("keydown", (event) => {
  if (composing(event)) return;
  const host = closest(event, ".editing");
  const table = closest(event, "[data-grid]");
  if (host && isEditing()) return keysWhileEditing(event, table, host);
  const cell = closest(event, CELL);
  if (table && cell && event.target === cell) {
    if (keys(event, table, cell)) {
      event.preventDefault();
      event.stopPropagation();
    }
  } else if ((event.key === "Enter" || event.key === "F2") && event.target instanceof HTMLElement && event.target.matches("[data-record] [data-edit]")) {
    event.preventDefault();
    void edit(event.target);
  }
}, true);

document.addEventListener("click", (event) => {
  if (closest(event, "a, button, input, select, textarea, label")) return;
  const value = closest(event, "[data-record] dd[data-field]");
  if (value && !isEditing() && (value.dataset.edit || value.dataset.locked)) return void edit(value);
  const cell = closest(event, CELL);
  const table = closest(event, "[data-grid]");
  if (!cell || !table || cell.classList.contains("editing")) return;
  if (event.shiftKey) selectTo(table, positionOf(cell, table).row);
  else void save();
  focus(table, cell);
});

document.addEventListener("dblclick", (event) => {
  const cell = closest(event, CELL);
  if (cell && !cell.classList.contains("editing")) void edit(cell);
});

/** The first cell is the tab stop until another one has had the focus. */
function prepare(): void {
  const table = one("[data-grid]");
  if (!table) return;
  if (!one(`${CELL}[tabindex="0"]`, table)) {
    const first = cellsOf(rowsOf(table)[0])[0];
    if (first) first.tabIndex = 0;
  }
  nameBoxes(table);
  addHandles(table);
  showBar(table);
}

startSelection();
startWidths();
startHover();
prepare();
document.addEventListener("htmx:after:swap", prepare);

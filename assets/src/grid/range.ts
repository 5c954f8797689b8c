// Which cells and rows a key or a click means: pure, so that it can be tested without a browser.

export interface Position {
  row: number;
  column: number;
}

export interface Extent {
  rows: number;
  columns: number;
  /** How many rows are in sight, for the page keys. */
  page: number;
}

const clamp = (value: number, top: number): number => Math.max(0, Math.min(value, top));

/** Where a key moves the focus, or undefined when the key is not one of movement. */
export function move(at: Position, key: string, control: boolean, extent: Extent): Position | undefined {
  const last = { row: extent.rows - 1, column: extent.columns - 1 };
  const to = (row: number, column: number): Position => ({ row: clamp(row, last.row), column: clamp(column, last.column) });
  switch (key) {
    case "ArrowDown":
    case "j":
      return to(at.row + 1, at.column);
    case "ArrowUp":
    case "k":
      return to(at.row - 1, at.column);
    case "ArrowRight":
      return to(at.row, at.column + 1);
    case "ArrowLeft":
      return to(at.row, at.column - 1);
    case "Home":
      return control ? to(0, 0) : to(at.row, 0);
    case "End":
      return control ? to(last.row, last.column) : to(at.row, last.column);
    case "PageDown":
      return to(at.row + extent.page, at.column);
    case "PageUp":
      return to(at.row - extent.page, at.column);
    default:
      return undefined;
  }
}

/** The next cell that can be edited, sideways and over the ends of rows; undefined past either end. */
export function nextEditable(at: Position, step: 1 | -1, extent: Extent, editable: (at: Position) => boolean): Position | undefined {
  const size = extent.rows * extent.columns;
  for (let index = at.row * extent.columns + at.column + step; index >= 0 && index < size; index += step) {
    const cell = { row: Math.floor(index / extent.columns), column: index % extent.columns };
    if (editable(cell)) return cell;
  }
  return undefined;
}

/** The rows between two, both included, in order. */
export function span(from: number, to: number): number[] {
  const first = Math.min(from, to);
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, offset) => first + offset);
}

/**
 * A selection that grows from an anchor: the old range is dropped, the new one added, and what was selected
 * outside of both stays. Choosing rows one by one and then a range must not lose the former.
 */
export function extend(selected: ReadonlySet<number>, anchor: number, former: number, to: number): Set<number> {
  const next = new Set(selected);
  for (const row of span(anchor, former)) next.delete(row);
  for (const row of span(anchor, to)) next.add(row);
  return next;
}

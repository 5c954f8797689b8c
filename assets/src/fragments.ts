// Puts the fragments of an answer where they belong: every top-level element with an id replaces the element of
// that id, and <hx-partial id> likewise. What is being edited is never replaced.

import { one, parse } from "./dom.ts";
import { process } from "./htmx.ts";

const beingEdited = (element: Element): boolean =>
  element.matches("[data-guard-on]") || element.querySelector("[data-guard-on]") !== null;

function place(incoming: Element): Element | undefined {
  const present = incoming.id ? document.getElementById(incoming.id) : null;
  if (!present || beingEdited(present)) return undefined;
  const held = document.activeElement;
  const hadFocus = held instanceof HTMLElement && present.contains(held);
  const way = hadFocus ? (held.id ? `#${CSS.escape(held.id)}` : held.dataset.field ? `[data-field="${held.dataset.field}"]` : "") : "";
  present.replaceWith(incoming);
  process(incoming);
  if (hadFocus) {
    const next = way && incoming.id !== held.id ? one(way, incoming) : incoming;
    if (next instanceof HTMLElement) next.focus({ preventScroll: true });
  }
  return incoming;
}

/** Applies an answer; returns the elements that were placed. */
export function applyFragments(html: string): Element[] {
  const body = parse(html.replace(/<(\/?)hx-partial/g, "<$1section"));
  const placed: Element[] = [];
  for (const element of [...body.children]) {
    if (element.tagName === "SCRIPT" || element.tagName === "TITLE") continue;
    const done = place(element);
    if (done) placed.push(done);
  }
  return placed;
}

/** Replaces those cells or the whole row that an edit's answer brings, and takes over the row's new version. */
export function applyRow(row: HTMLElement, html: string): void {
  const body = parse(html);
  const fresh = body.querySelector<HTMLElement>("tr[data-id]");
  const version = fresh?.dataset.version ?? body.querySelector<HTMLElement>("[data-version]")?.dataset.version;
  if (version) row.dataset.version = version;
  for (const cell of (fresh ?? body).querySelectorAll<HTMLElement>("td[data-field]")) {
    const present = one(`td[data-field="${cell.dataset.field}"]`, row);
    if (!present || beingEdited(present)) continue;
    if (present === document.activeElement) {
      present.replaceWith(cell);
      cell.tabIndex = 0;
      cell.focus({ preventScroll: true });
    } else present.replaceWith(cell);
    process(cell);
  }
  // Other parts of the page, such as the footer's sums, may come along.
  for (const other of [...body.children]) if (other.id && !/^T[RD]$/.test(other.tagName)) place(other);
}

// Putting the members of a list in order by dragging them. Buttons beside them do the same for the keyboard.

import { closest } from "./dom.ts";

interface Sorting {
  /** What is dragged: a selector within the list. */
  item: string;
  /** Members that stay where they are, and that nothing is put before. */
  fixed?: string;
  /** Whether the list runs sideways. */
  sideways?: boolean;
  /** Called when a member was put elsewhere. */
  done?: () => void;
}

/** Lets the members of a list be dragged to another place among them. */
export function sortable(list: HTMLElement, { item, fixed, sideways, done }: Sorting): void {
  let held: HTMLElement | undefined;
  let next: Element | null = null;
  list.addEventListener("dragstart", (event) => {
    held = closest(event, item) ?? undefined;
    if (held && fixed && held.matches(fixed)) held = undefined;
    if (!held) return;
    next = held.nextElementSibling;
    held.classList.add("dragging");
    if (event.dataTransfer) event.dataTransfer.effectAllowed = "move";
  });
  list.addEventListener("dragover", (event) => {
    const over = closest(event, item);
    if (!held) return;
    event.preventDefault();
    if (!over || over === held || (fixed && over.matches(fixed))) return;
    const box = over.getBoundingClientRect();
    const before = sideways ? event.clientX < box.left + box.width / 2 : event.clientY < box.top + box.height / 2;
    if (before) over.before(held);
    else over.after(held);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
  list.addEventListener("dragend", () => {
    const moved = held && held.nextElementSibling !== next;
    held?.classList.remove("dragging");
    held = undefined;
    if (moved) done?.();
  });
}

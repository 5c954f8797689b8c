// Keys that work everywhere. Keys of a page belong to its buttons: data-key presses, G then data-go follows.

import { all, composing, one, typing } from "./dom.ts";
import { openDialog } from "./dialog.ts";
import { run } from "./commands.ts";

let goUntil = 0;

const blocked = (): boolean => one("dialog[open]") !== null;

function press(key: string): boolean {
  const button = all(`[data-key="${CSS.escape(key)}"]`).find((item) => item.offsetParent !== null && !item.closest("form"));
  button?.click();
  return button !== undefined;
}

function go(key: string): boolean {
  const link = one(`[data-go="${CSS.escape(key)}"]`);
  link?.click();
  return link !== null;
}

function handle(event: KeyboardEvent): boolean {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.timeStamp < goUntil) {
    goUntil = 0;
    if (go(key)) return true;
  }
  if (key === "g") {
    goUntil = event.timeStamp + 1200;
    return true;
  }
  if (key === "/") {
    run("palette");
    return true;
  }
  if (key === "?") {
    void openDialog({ url: "/shortcuts" });
    return true;
  }
  return key.length === 1 && press(key.toUpperCase());
}

export function startShortcuts(): void {
  document.addEventListener("keydown", (event) => {
    if (composing(event) || event.defaultPrevented) return;
    if ((event.metaKey || event.ctrlKey) && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      return run("palette");
    }
    if (event.metaKey || event.ctrlKey || event.altKey || typing(event.target) || blocked()) return;
    if (handle(event)) event.preventDefault();
  });
}

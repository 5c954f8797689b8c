// The line at the top of the window while a page is on its way; nothing shows in the first 150 ms.

import { one } from "./dom.ts";

let pending = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

export function startBusyLine(): void {
  document.addEventListener("htmx:before:request", () => {
    pending += 1;
    clearTimeout(timer);
    timer = setTimeout(() => one("#top-progress")?.classList.add("busy"), 150);
  });
  document.addEventListener("htmx:finally:request", () => {
    pending = Math.max(0, pending - 1);
    if (pending > 0) return;
    clearTimeout(timer);
    one("#top-progress")?.classList.remove("busy");
  });
}

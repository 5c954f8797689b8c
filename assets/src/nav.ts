// The sidebar stays when pages change, so its current item is set here: the longest address that begins the page's.

import { all, one } from "./dom.ts";

function mark(selector: string): void {
  // A fragment alone would resolve to whatever page is shown.
  const links = all<HTMLAnchorElement>(selector).filter((link) => !link.getAttribute("href")?.startsWith("#"));
  // A list of a pool has the address of customers, and says itself where it belongs.
  const path = one("#main [data-nav]")?.dataset.nav ?? location.pathname;
  const fits = (link: HTMLAnchorElement) => {
    const at = new URL(link.href).pathname;
    return path === at || (at !== "/" && path.startsWith(`${at}/`)) ? at.length : -1;
  };
  const best = links.reduce<HTMLAnchorElement | undefined>((top, link) => (fits(link) > (top ? fits(top) : -1) ? link : top), undefined);
  // A page of none of them, such as a search, keeps what the server said.
  if (!best) return;
  for (const link of links) {
    if (link === best) {
      link.setAttribute("aria-current", "page");
      link.closest("details")?.setAttribute("open", "");
    }
    else link.removeAttribute("aria-current");
  }
}

/** Lists scroll inside the sheet, which the browser does not remember for the back button. */
function keepPlaces(): void {
  const places = new Map<string, number>();
  let back: string | undefined;
  document.addEventListener("scroll", ({ target }) => {
    if (target instanceof HTMLElement && target.matches("#main .grid") && back === undefined) places.set(location.href, target.scrollTop);
  }, true);
  addEventListener("popstate", () => (back = location.href));
  document.addEventListener("htmx:after:swap", () => {
    const place = back === location.href ? places.get(back) : undefined;
    const grid = one("#main .grid");
    if (grid && place !== undefined) grid.scrollTop = place;
    back = undefined;
  });
}

export function startNav(): void {
  keepPlaces();
  document.addEventListener("htmx:after:swap", () => {
    mark("#nav a");
    mark("#bottom-nav a");
  });
}

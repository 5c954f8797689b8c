// The sidebar stays when pages change, so its current item is set here: the longest address that begins the page's.

import { all } from "./dom.ts";

function mark(selector: string): void {
  // A fragment alone would resolve to whatever page is shown.
  const links = all<HTMLAnchorElement>(selector).filter((link) => !link.getAttribute("href")?.startsWith("#"));
  const path = location.pathname;
  const fits = (link: HTMLAnchorElement) => {
    const at = new URL(link.href).pathname;
    return path === at || (at !== "/" && path.startsWith(`${at}/`)) ? at.length : -1;
  };
  const best = links.reduce<HTMLAnchorElement | undefined>((top, link) => (fits(link) > (top ? fits(top) : -1) ? link : top), undefined);
  // A page of none of them, such as a search, keeps what the server said.
  if (!best) return;
  for (const link of links) {
    if (link === best) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

export function startNav(): void {
  document.addEventListener("htmx:after:swap", () => {
    mark("#nav a");
    mark("#bottom-nav a");
  });
}

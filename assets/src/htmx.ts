// The only module that knows htmx. It moves between pages by swapping <main>, keeps the address and focus right,
// and could be replaced by forty lines of fetch.

import htmx from "./htmx-global.ts";
import "htmx.org/dist/ext/hx-preload.js";
import { all, closest, one } from "./dom.ts";
import { csrf, handleHeaders } from "./http.ts";

interface Context {
  sourceElement: Element;
  target: Element | string;
  request: { action: string; method: string; headers: Record<string, string> };
  response?: { status: number; headers: Headers; raw: Response };
}

interface Task {
  type: string;
  fragment: DocumentFragment;
  swapSpec: { style: string };
}

const context = (event: Event): Context | undefined => (event as CustomEvent<{ ctx?: Context }>).detail?.ctx;

/** Lets htmx take over the links and forms of new content. */
export const process = (root: Element): void => htmx.process(root);

/** Goes to an address by swapping <main>. */
export function visit(url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.hidden = true;
  (one("#main") ?? document.body).append(link);
  htmx.process(link);
  link.click();
  link.remove();
}

/** Fetches the present page again, keeping scroll and focus. */
export const refresh = (): Promise<unknown> =>
  Promise.resolve(
    htmx.ajax("GET", location.pathname + location.search, { target: "#main", swap: "outerMorph", select: "#main" } as never),
  );

/** Pages that differ share nothing worth keeping; the same page with another filter does. */
function chooseSwap(event: Event): void {
  const detail = (event as CustomEvent<{ ctx: Context; tasks: Task[] }>).detail;
  const main = detail.tasks.find((task) => task.type === "main");
  if (!main || !(detail.ctx.target instanceof Element) || detail.ctx.target.id !== "main") return;
  if (!main.fragment.querySelector("#main")) {
    // A document without a sheet: the log-in page, a proxy's error. Only a real visit can show it.
    event.preventDefault();
    if (detail.ctx.request.method === "GET") location.assign(detail.ctx.response?.raw.url ?? detail.ctx.request.action);
    return;
  }
  const path = new URL(detail.ctx.response?.raw.url ?? location.href, location.href).pathname;
  if (path !== location.pathname) main.swapSpec.style = "outerHTML";
}

/** An answer that refuses a form keeps the address of the form. */
function keepAddress(event: Event): void {
  const detail = (event as CustomEvent<{ response?: { status: number } }>).detail;
  if ((detail.response?.status ?? 200) >= 400) event.preventDefault();
}

/** Focus that fell to the body goes to the sheet, and to the first problem of a refused form. */
function mendFocus(): void {
  const problem = one<HTMLElement>('#main [aria-invalid="true"]');
  if (problem && one("#problems")) problem.focus();
  else if (document.activeElement === document.body) one("#main")?.focus({ preventScroll: true });
}

/** Islands add to their markup, and a merging swap removes what the server does not know of. */
function mendIslands(): void {
  for (const island of all("date-field, combo-box, order-list")) (island as HTMLElement & { mend?: () => void }).mend?.();
}

/** Fetching ahead begins when the pointer rests on a link for 80 ms, not when it passes over. */
function preloadOnRest(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  document.addEventListener("pointerover", (event) => {
    clearTimeout(timer);
    const link = closest<HTMLAnchorElement>(event, "a[href]");
    if (link && event.pointerType === "mouse") timer = setTimeout(() => link.dispatchEvent(new Event("rest")), 80);
  });
}

export function startHtmx(): void {
  const config = htmx.config as unknown as Record<string, unknown>;
  config.includeIndicatorCSS = false;
  config.morphSkip = "[hx-morph-skip],[data-guard-on]";
  config.preload = { boostEvent: "rest", boostTimeout: "30s" };
  document.addEventListener("htmx:config:request", (event) => {
    const ctx = context(event);
    if (ctx && ctx.request.method !== "GET") ctx.request.headers["X-CSRF-Token"] = csrf();
  });
  document.addEventListener("htmx:after:request", (event) => {
    const response = context(event)?.response;
    if (response && !handleHeaders(response.status, response.headers)) event.preventDefault();
  });
  document.addEventListener("htmx:before:swap", chooseSwap);
  document.addEventListener("htmx:before:history:update", keepAddress);
  document.addEventListener("htmx:after:swap", mendFocus);
  document.addEventListener("htmx:after:swap", mendIslands);
  preloadOnRest();
}

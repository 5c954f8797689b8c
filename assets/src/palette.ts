// The command palette: GET /palette?q= answers groups of records, actions and pages. ">" asks for actions only.

import { all, composing, debounce, el, icon, onText, one } from "./dom.ts";
import { openDialog, openDrawer } from "./dialog.ts";
import { run } from "./commands.ts";
import { visit } from "./htmx.ts";
import { json } from "./http.ts";
import { t } from "./phrases.ts";

interface Item {
  label: string;
  /** Where matches stand in the label: [start, end) pairs. */
  marks?: [number, number][];
  hint?: string;
  icon?: string;
  keys?: string[];
  url?: string;
  dialog?: string;
  drawer?: string;
  do?: string;
}

interface Group {
  title: string;
  items: Item[];
}

const box = one<HTMLDialogElement>("#palette")!;
const input = one<HTMLInputElement>("#palette-input")!;
const results = one("#palette-results")!;
let request: AbortController | undefined;
let items: Item[] = [];

function marked(item: Item): HTMLElement {
  const label = el("span", { class: "ell" });
  let at = 0;
  for (const [from, to] of item.marks ?? []) {
    label.append(item.label.slice(at, from), el("mark", {}, item.label.slice(from, to)));
    at = to;
  }
  label.append(item.label.slice(at));
  return label;
}

function option(item: Item): HTMLElement {
  const end = el("span", { class: "end" }, item.hint ?? "", ...(item.keys ?? []).map((key) => el("kbd", {}, key)));
  const line = el("div", { role: "option", id: `palette-${items.length}`, "aria-selected": "false" }, icon(item.icon ?? "arrow-right"), marked(item), end);
  items.push(item);
  return line;
}

function show(groups: Group[]): void {
  items = [];
  results.replaceChildren(
    ...groups.filter((group) => group.items.length > 0).flatMap((group) => [el("h3", { role: "presentation" }, group.title), ...group.items.map(option)]),
  );
  if (items.length === 0) results.append(el("p", { class: "none", role: "presentation" }, t("palette.none")));
  select(0);
}

function select(index: number): void {
  const options = all('[role="option"]', results);
  const at = options.length ? (index + options.length) % options.length : -1;
  options.forEach((line, number) => line.setAttribute("aria-selected", String(number === at)));
  options[at]?.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", options[at]?.id ?? "");
}

const selected = (): number => all('[role="option"]', results).findIndex((line) => line.getAttribute("aria-selected") === "true");

function choose(index: number, newTab: boolean): void {
  const item = items[index];
  if (!item) return;
  if (item.url && newTab) return void window.open(item.url, "_blank", "noopener");
  box.close();
  if (item.url) visit(item.url);
  else if (item.dialog) void openDialog({ url: item.dialog });
  else if (item.drawer) void openDrawer(item.drawer);
  else if (item.do) run(item.do);
}

const search = debounce(60, async () => {
  request?.abort();
  request = new AbortController();
  const groups = await json<Group[]>(`/palette?q=${encodeURIComponent(input.value)}`, request.signal);
  if (groups) show(groups);
});

export function open(): void {
  if (box.open) return box.close();
  box.showModal();
  input.value = "";
  input.focus();
  search();
}

onText(input, search);
input.addEventListener("keydown", (event) => {
  if (composing(event)) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    select(selected() + step);
  } else if (event.key === "Enter") {
    event.preventDefault();
    choose(selected(), event.metaKey || event.ctrlKey);
  }
});
results.addEventListener("click", (event) => {
  const line = event.target instanceof Element ? event.target.closest('[role="option"]') : null;
  if (line) choose(all('[role="option"]', results).indexOf(line as HTMLElement), event.metaKey || event.ctrlKey);
});
box.addEventListener("click", (event) => {
  if (event.target === box) box.close();
});

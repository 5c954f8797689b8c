// Names after an @ and phrases after a / while one writes. Used by the composer and by <mention-area>.

import { all, composing, el } from "./dom.ts";
import { json } from "./http.ts";
import { place } from "./overlay.ts";

interface Found {
  id: string;
  label: string;
  hint?: string;
  text?: string;
}

/** What stands before the cursor: the sign and the letters typed since. */
export function asked(before: string, signs: string): { sign: string; query: string; from: number } | undefined {
  const at = Math.max(...[...signs].map((sign) => before.lastIndexOf(sign)));
  if (at < 0) return undefined;
  const sign = before[at] ?? "";
  const query = before.slice(at + 1);
  const previous = before[at - 1] ?? "\n";
  // A slash opens phrases only at the start of a line or after a space, so that "1/2" and addresses stay text.
  const opens = sign === "@" ? !/[A-Za-z0-9]/.test(previous) : /\s/.test(previous);
  return opens && query.length <= 20 && !/[\s,，。；]/.test(query) ? { sign, query, from: at } : undefined;
}

let serial = 0;

export class Suggest {
  private list: HTMLElement | undefined;
  private request: AbortController | undefined;

  constructor(
    private readonly area: HTMLTextAreaElement,
    private readonly sources: Record<string, string>,
  ) {
    area.addEventListener("input", (event) => {
      if (!(event as InputEvent).isComposing) void this.look();
    });
    area.addEventListener("compositionend", () => void this.look());
    area.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    // Before the composer's own keys, because Enter takes what is offered.
    area.addEventListener("keydown", (event) => this.keys(event), true);
    // Whoever types while the page is still loading has written the sign before anybody listened.
    if (document.activeElement === area) void this.look();
  }

  /** Types a sign as the button beside the text does. */
  insert(sign: string): void {
    const { area } = this;
    const before = area.value.slice(0, area.selectionStart);
    const gap = before && !/\s$/.test(before) ? " " : "";
    area.focus();
    area.setRangeText(gap + sign, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  private async look(): Promise<void> {
    const found = asked(this.area.value.slice(0, this.area.selectionStart), Object.keys(this.sources).join(""));
    const source = found && this.sources[found.sign];
    if (!found || !source) return this.close();
    this.request?.abort();
    this.request = new AbortController();
    const items = await json<Found[]>(`${source}?q=${encodeURIComponent(found.query)}`, this.request.signal);
    if (items && document.activeElement === this.area) this.open(items.slice(0, 8), found.from, found.sign);
  }

  private open(items: Found[], from: number, sign: string): void {
    this.close();
    if (items.length === 0) return;
    const lines = items.map((item) => {
      const line = el("div", { role: "option", id: `suggest-${(serial += 1)}`, "aria-selected": "false" }, el("span", { class: "ell" }, item.label));
      if (item.hint) line.append(el("span", { class: "hint" }, item.hint));
      const take = () => this.take(item, from, sign);
      line.addEventListener("mousedown", (event) => {
        event.preventDefault();
        take();
      });
      line.addEventListener("suggest:take", take);
      return line;
    });
    this.list = el("div", { class: "listbox popover", role: "listbox", id: `suggest-${(serial += 1)}` }, ...lines);
    (this.area.closest("dialog") ?? document.body).append(this.list);
    place(this.list, this.area);
    this.area.setAttribute("aria-controls", this.list.id);
    this.select(0);
  }

  private options(): HTMLElement[] {
    return this.list ? all('[role="option"]', this.list) : [];
  }

  private select(index: number): void {
    const options = this.options();
    const at = (index + options.length) % options.length;
    options.forEach((line, number) => line.setAttribute("aria-selected", String(number === at)));
    options[at]?.scrollIntoView({ block: "nearest" });
    this.area.setAttribute("aria-activedescendant", options[at]?.id ?? "");
  }

  private keys(event: KeyboardEvent): void {
    if (!this.list || composing(event)) return;
    const at = this.options().findIndex((line) => line.getAttribute("aria-selected") === "true");
    const taken = event.key === "Enter" && !event.ctrlKey && !event.metaKey;
    if (event.key === "ArrowDown") this.select(at + 1);
    else if (event.key === "ArrowUp") this.select(at - 1);
    else if (taken || event.key === "Tab") this.options()[at]?.dispatchEvent(new Event("suggest:take"));
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private take(item: Found, from: number, sign: string): void {
    const text = sign === "@" ? `@${item.label} ` : (item.text ?? item.label);
    this.close();
    this.area.setRangeText(text, from, this.area.selectionStart, "end");
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
    this.area.focus();
  }

  private close(): void {
    this.list?.remove();
    this.list = undefined;
    this.area.removeAttribute("aria-activedescendant");
    this.area.removeAttribute("aria-controls");
  }
}

class MentionArea extends HTMLElement {
  connectedCallback(): void {
    const area = this.querySelector("textarea");
    if (!area || area.dataset.suggests) return;
    area.dataset.suggests = "1";
    new Suggest(area, { "@": "/lookup/user" });
    area.addEventListener("keydown", (event) => {
      if (composing(event) || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      area.form?.requestSubmit();
    });
  }
}

if (!customElements.get("mention-area")) customElements.define("mention-area", MentionArea);

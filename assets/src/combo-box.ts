// <combo-box>: one or several of many. Searches GET /lookup/{object}?q= or the datalist inside it.
// What is chosen travels in hidden inputs, so the form needs no script to be sent.

import { all, closest, composing, debounce, el, icon, onText, one } from "./dom.ts";
import { json } from "./http.ts";
import { place } from "./overlay.ts";
import { t } from "./phrases.ts";

interface Found {
  id: string;
  label: string;
  hint?: string;
  hue?: number;
}

let serial = 0;

class ComboBox extends HTMLElement {
  private input!: HTMLInputElement;
  private list: HTMLElement | undefined;
  private request: AbortController | undefined;

  connectedCallback(): void {
    const input = one<HTMLInputElement>('input[role="combobox"]', this);
    if (!input || this.input === input) return;
    this.input = input;
    const search = debounce(120, () => void this.search());
    onText(input, search);
    input.addEventListener("keydown", (event) => this.keys(event));
    input.addEventListener("focus", () => {
      if (input.dataset.quiet === undefined) search();
    });
    input.addEventListener("click", () => {
      if (!this.list) search();
    });
    input.addEventListener("blur", () => setTimeout(() => this.close(), 120));
    this.addEventListener("click", (event) => {
      const remove = closest(event, ".remove");
      if (remove) this.drop(remove.closest<HTMLElement>(".pick"));
      else input.focus();
    });
    for (const pick of this.picks()) this.addRemove(pick);
    this.showRoom();
  }

  disconnectedCallback(): void {
    this.close();
  }

  /** A swap that merges the server's markup takes away what was added here. */
  mend(): void {
    for (const pick of this.picks()) this.addRemove(pick);
    this.showRoom();
  }

  private get multiple(): boolean {
    return this.dataset.multiple !== undefined;
  }

  private picks(): HTMLElement[] {
    return all(".pick", this);
  }

  private addRemove(pick: HTMLElement): void {
    const tag = one(".tag", pick);
    if (!tag || one(".remove", tag) || this.input.readOnly) return;
    const label = `${t("remove")} ${tag.textContent ?? ""}`;
    tag.append(el("button", { type: "button", class: "remove", "aria-label": label }, icon("x")));
  }

  /** A single choice leaves no room for a second one. */
  private showRoom(): void {
    this.input.hidden = !this.multiple && this.picks().length > 0;
  }

  private async search(): Promise<void> {
    const text = this.input.value.trim();
    if (this.input.readOnly) return;
    if (!this.dataset.lookup) return this.open(this.local(text), text);
    this.request?.abort();
    this.request = new AbortController();
    const found = await json<Found[]>(`/lookup/${this.dataset.lookup}?q=${encodeURIComponent(text)}`, this.request.signal);
    if (found && document.activeElement === this.input) this.open(found, text);
  }

  private local(text: string): Found[] {
    const needle = text.toLowerCase();
    return all<HTMLOptionElement>("datalist option", this)
      .map((option) => ({ id: option.value, label: option.textContent ?? "", hue: Number(option.dataset.hue) || 256 }))
      .filter((option) => option.label.toLowerCase().includes(needle));
  }

  private open(found: Found[], text: string): void {
    this.close();
    const chosen = new Set(this.picks().map((pick) => pick.dataset.value));
    const lines = found.filter((item) => !chosen.has(item.id)).slice(0, 50).map((item) => this.line(item, item.label));
    if (this.dataset.free !== undefined && text && !found.some((item) => item.label === text)) {
      lines.push(this.line({ id: text, label: text }, t("combo.add", { text })));
    }
    const id = `listbox-${(serial += 1)}`;
    this.list = el("div", { class: "listbox popover", role: "listbox", id }, ...lines);
    if (lines.length === 0) this.list.append(el("div", { class: "none" }, t("combo.none")));
    // Inside a modal dialog only its own descendants can be clicked.
    (this.closest("dialog") ?? document.body).append(this.list);
    this.list.style.minWidth = `${this.offsetWidth}px`;
    place(this.list, this);
    this.input.setAttribute("aria-expanded", "true");
    this.input.setAttribute("aria-controls", id);
    this.select(0);
  }

  private line(item: Found, label: string): HTMLElement {
    const line = el("div", { role: "option", id: `option-${(serial += 1)}`, "aria-selected": "false" }, el("span", { class: "ell" }, label));
    if (item.hint) line.append(el("span", { class: "hint" }, item.hint));
    line.addEventListener("mousedown", (event) => {
      event.preventDefault();
      this.take(item);
    });
    line.addEventListener("combo:take", () => this.take(item));
    return line;
  }

  private options(): HTMLElement[] {
    return this.list ? all('[role="option"]', this.list) : [];
  }

  private select(index: number): void {
    const options = this.options();
    const at = options.length ? (index + options.length) % options.length : -1;
    options.forEach((line, number) => line.setAttribute("aria-selected", String(number === at)));
    options[at]?.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", options[at]?.id ?? "");
  }

  private keys(event: KeyboardEvent): void {
    if (composing(event)) return;
    const options = this.options();
    const at = options.findIndex((line) => line.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list) this.select(at + (event.key === "ArrowDown" ? 1 : -1));
      else void this.search();
    } else if (event.key === "Enter" && this.list && options[at]) {
      event.preventDefault();
      event.stopPropagation();
      options[at].dispatchEvent(new Event("combo:take"));
    } else if (event.key === "Escape" && this.list) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "Backspace" && this.input.value === "") this.drop(this.picks().at(-1));
  }

  private take(item: Found): void {
    if (!this.multiple) for (const pick of this.picks()) pick.remove();
    const hidden = this.dataset.name ? el("input", { type: "hidden", name: this.dataset.name, value: item.id }) : null;
    const pick = el("span", { class: "pick", "data-value": item.id }, hidden, el("span", { class: `tag h-${item.hue ?? 256}` }, el("span", { class: "ell" }, item.label)));
    this.input.before(pick);
    this.addRemove(pick);
    this.input.value = "";
    this.close();
    this.changed();
  }

  private drop(pick: HTMLElement | null | undefined): void {
    if (!pick || this.input.readOnly) return;
    pick.remove();
    this.changed();
    this.input.focus();
  }

  private changed(): void {
    this.showRoom();
    this.dispatchEvent(new CustomEvent("combo:change", { detail: this.picks().map((pick) => pick.dataset.value ?? ""), bubbles: true }));
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  private close(): void {
    this.list?.remove();
    this.list = undefined;
    this.input?.setAttribute("aria-expanded", "false");
  }
}

if (!customElements.get("combo-box")) customElements.define("combo-box", ComboBox);

// <record-composer>: kinds, a local draft, and Ctrl+Enter. The form itself is sent like any other.

import { all, closest, composing, debounce, one } from "./dom.ts";
import { t } from "./phrases.ts";

class RecordComposer extends HTMLElement {
  private area: HTMLTextAreaElement | null = null;

  connectedCallback(): void {
    const area = one<HTMLTextAreaElement>("textarea", this);
    if (!area || area === this.area) return;
    this.area = area;
    const draft = localStorage.getItem(this.key);
    if (draft && !area.value) {
      area.value = draft;
      this.grow();
    }
    const keep = debounce(400, () => this.keep());
    area.addEventListener("input", () => {
      this.grow();
      keep();
    });
    this.onkeydown = (event) => {
      if (composing(event) || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      one<HTMLFormElement>("form", this)?.requestSubmit();
    };
    this.onclick = (event) => {
      const kind = closest(event, "[data-kind]");
      if (kind) this.choose(kind);
    };
    this.addEventListener("htmx:after:request", (event) => {
      const status = (event as CustomEvent<{ ctx?: { response?: { status: number } } }>).detail.ctx?.response?.status ?? 500;
      if (status < 400) this.clear();
    });
  }

  private get key(): string {
    return `draft:${this.dataset.draft}`;
  }

  private keep(): void {
    const text = this.area?.value ?? "";
    if (text) localStorage.setItem(this.key, text);
    else localStorage.removeItem(this.key);
    const words = one(".draft", this);
    if (words) words.textContent = text ? t("composer.saved") : "";
  }

  private clear(): void {
    localStorage.removeItem(this.key);
    // The next date and the contact belong to what was just posted.
    one<HTMLFormElement>("form", this)?.reset();
    if (this.area) this.area.value = "";
    const words = one(".draft", this);
    if (words) words.textContent = "";
    this.grow();
  }

  private grow(): void {
    if (!this.area) return;
    this.area.style.height = "auto";
    this.area.style.height = `${Math.min(this.area.scrollHeight, 320)}px`;
  }

  private choose(button: HTMLElement): void {
    for (const kind of all("[data-kind]", this)) kind.setAttribute("aria-pressed", String(kind === button));
    const hidden = one<HTMLInputElement>('input[name="kind"]', this);
    if (hidden) hidden.value = button.dataset.kind ?? "";
    if (this.area) this.area.placeholder = button.dataset.placeholder ?? "";
    this.area?.focus();
  }
}

if (!customElements.get("record-composer")) customElements.define("record-composer", RecordComposer);

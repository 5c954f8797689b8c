// <record-composer>: kinds, a local draft, Ctrl+Enter, names and phrases, files that are pasted or dropped, the
// usual days for the next contact, and the place. The form itself is sent like any other.

import { all, closest, composing, debounce, one } from "./dom.ts";
import { locate } from "./locate.ts";
import { t } from "./phrases.ts";
import { Suggest } from "./suggest.ts";
import type { UploadField } from "./upload-field.ts";

class RecordComposer extends HTMLElement {
  private area: HTMLTextAreaElement | null = null;
  private suggest: Suggest | undefined;

  connectedCallback(): void {
    const area = one<HTMLTextAreaElement>("textarea", this);
    if (!area || area === this.area) return;
    this.area = area;
    const sources: Record<string, string> = { "@": "/lookup/user" };
    if (this.dataset.phrases) sources["/"] = this.dataset.phrases;
    this.suggest = new Suggest(area, sources);
    const draft = localStorage.getItem(this.key);
    if (draft && !area.value) area.value = draft;
    this.classList.toggle("rest", !area.value);
    this.grow();
    const keep = debounce(400, () => this.keep());
    area.addEventListener("input", () => {
      this.wake();
      this.grow();
      keep();
    });
    this.addEventListener("focusin", () => this.wake());
    this.onkeydown = (event) => {
      if (composing(event) || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      one<HTMLFormElement>("form", this)?.requestSubmit();
    };
    this.onclick = (event) => this.clicked(event);
    this.onpaste = (event) => this.take(event, event.clipboardData?.files);
    this.ondragover = (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      this.classList.add("over");
    };
    this.ondragleave = () => this.classList.remove("over");
    this.ondrop = (event) => this.take(event, event.dataTransfer?.files);
    this.addEventListener("htmx:after:request", (event) => {
      const status = (event as CustomEvent<{ ctx?: { response?: { status: number } } }>).detail.ctx?.response?.status ?? 500;
      if (status < 400) this.clear();
    });
  }

  private get key(): string {
    return `draft:${this.dataset.draft}`;
  }

  /** Everything but the text shows once somebody writes; at rest the page belongs to what happened. */
  private wake(): void {
    this.classList.remove("rest");
  }

  private clicked(event: MouseEvent): void {
    const button = closest(event, "button");
    if (!button) return;
    const { kind, pick, insert, next } = button.dataset;
    if (kind !== undefined) this.choose(button);
    else if (pick) one(`#${pick}`, this)?.click();
    else if (insert) this.suggest?.insert(insert);
    else if (next) this.agree(next);
  }

  private agree(next: string): void {
    const input = one<HTMLInputElement>(".when date-field input", this);
    if (!input) return;
    input.value = next;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  private take(event: Event, files: FileList | undefined): void {
    this.classList.remove("over");
    const field = one<UploadField>("upload-field", this);
    if (!field?.add || !files?.length) return;
    event.preventDefault();
    this.wake();
    for (const file of files) field.add(file);
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
    // The next date, the contact and the files belong to what was just posted.
    one<HTMLFormElement>("form", this)?.reset();
    one("upload-field ul", this)?.replaceChildren();
    for (const words of all(".draft, [data-located]", this)) words.textContent = "";
    if (this.area) this.area.value = "";
    this.classList.add("rest");
    this.grow();
  }

  private grow(): void {
    if (!this.area) return;
    this.area.style.height = "auto";
    this.area.style.height = `${Math.min(this.area.scrollHeight, 320)}px`;
  }

  private choose(button: HTMLElement): void {
    for (const kind of all("[data-kind]", this)) kind.setAttribute("aria-pressed", String(kind === button));
    const kind = button.dataset.kind ?? "";
    const hidden = one<HTMLInputElement>('input[name="kind"]', this);
    if (hidden) hidden.value = kind;
    this.dataset.kind = kind;
    for (const part of all("[data-only]", this)) part.hidden = !(part.dataset.only ?? "").split(",").includes(kind);
    if (this.area) this.area.placeholder = button.dataset.placeholder ?? "";
    this.wake();
    this.area?.focus();
    const form = one("form", this);
    if (kind === "check_in" && form) locate(form);
  }
}

if (!customElements.get("record-composer")) customElements.define("record-composer", RecordComposer);

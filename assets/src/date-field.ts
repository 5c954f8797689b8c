// <date-field>: a text that also opens a month. Touch devices get their own picker instead.

import { closest, composing, el, icon, one } from "./dom.ts";
import { iso, readDate, weeks } from "./month.ts";
import { closePanel, isOpen, openPanel } from "./overlay.ts";
import { lang, t } from "./phrases.ts";

class DateField extends HTMLElement {
  private input!: HTMLInputElement;
  private opener: HTMLElement | undefined;
  private panel: HTMLElement | undefined;
  private shown = new Date();

  connectedCallback(): void {
    const input = one<HTMLInputElement>("input", this);
    if (!input || this.input === input) return;
    this.input = input;
    if (matchMedia("(pointer: coarse)").matches) {
      input.type = this.timed ? "datetime-local" : "date";
      input.value = input.value.replace(" ", "T");
      return;
    }
    const opener = el("button", { type: "button", class: "open", "aria-label": t("date.open"), tabindex: -1 }, icon("calendar"));
    this.opener = opener;
    if (!input.readOnly) this.append(opener);
    opener.addEventListener("click", () => this.toggle());
    input.addEventListener("keydown", (event) => {
      if (composing(event) || event.key !== "ArrowDown" || !event.altKey) return;
      event.preventDefault();
      this.toggle();
    });
    input.addEventListener("change", () => this.tidy());
  }

  disconnectedCallback(): void {
    this.panel?.remove();
  }

  /** A swap that merges the server's markup takes away what was added here. */
  mend(): void {
    if (this.opener && !this.input.readOnly && !this.contains(this.opener)) this.append(this.opener);
  }

  private get timed(): boolean {
    return this.dataset.time !== undefined;
  }

  /** Writes what was typed in the one form the server reads; what is no date stays for the server to refuse. */
  private tidy(): void {
    const [day = "", time] = this.input.value.trim().split(/[ T]+/);
    const date = readDate(day, new Date());
    if (date) this.input.value = this.timed ? `${iso(date)} ${time ?? "09:00"}` : iso(date);
  }

  private toggle(): void {
    if (this.panel && isOpen(this.panel)) return closePanel();
    this.shown = readDate(this.input.value.split(/[ T]/)[0] ?? "", new Date()) ?? new Date();
    this.panel = el("div", { class: "date-picker popover", role: "dialog", "aria-label": t("date.open") });
    (this.closest("dialog") ?? document.body).append(this.panel);
    this.draw();
    openPanel(this.panel, this, () => this.panel?.remove());
    this.focusDay(iso(this.shown));
    this.panel.addEventListener("click", (event) => this.clicked(event));
    this.panel.addEventListener("keydown", (event) => this.keys(event));
  }

  private focusDay(day: string): void {
    one(`[data-day="${day}"]`, this.panel ?? this)?.focus();
  }

  private draw(): void {
    const year = this.shown.getFullYear();
    const month = this.shown.getMonth();
    const title = new Intl.DateTimeFormat(lang(), { year: "numeric", month: "long" }).format(this.shown);
    const step = (by: number, name: string, label: string) => el("button", { type: "button", class: "btn ghost square sz-s", "data-step": by, "aria-label": label }, icon(name));
    const narrow = new Intl.DateTimeFormat(lang(), { weekday: "narrow" });
    const rows = weeks(year, month);
    const head = el("tr", {}, ...(rows[0] ?? []).map((day) => el("th", { scope: "col" }, narrow.format(day))));
    const body = rows.map((week) => el("tr", {}, ...week.map((day) => el("td", {}, this.day(day, month)))));
    const footer = el("footer", {});
    for (const name of ["today", "clear"]) footer.append(el("button", { type: "button", class: "btn ghost sz-s", "data-pick": name }, t(`date.${name}`)));
    if (this.timed) footer.prepend(el("input", { class: "input sz-s", type: "time", value: this.input.value.split(/[ T]/)[1] ?? "09:00", "aria-label": t("date.time") }));
    this.panel?.replaceChildren(
      el("header", {}, step(-1, "chevron-left", t("date.previous")), el("b", { "aria-live": "polite" }, title), step(1, "chevron-right", t("date.next"))),
      el("table", {}, el("thead", {}, head), el("tbody", {}, ...body)),
      footer,
    );
  }

  private day(day: Date, month: number): HTMLElement {
    const text = iso(day);
    const classes = [day.getMonth() !== month && "outside", text === iso(new Date()) && "today"].filter(Boolean).join(" ");
    return el("button", { type: "button", class: classes || null, "data-day": text, tabindex: -1, "aria-pressed": text === this.input.value.slice(0, 10) ? "true" : null }, String(day.getDate()));
  }

  private clicked(event: Event): void {
    const step = closest(event, "[data-step]")?.dataset.step;
    const pick = closest(event, "[data-pick]")?.dataset.pick;
    const day = closest(event, "[data-day]")?.dataset.day;
    if (step) {
      this.shown = new Date(this.shown.getFullYear(), this.shown.getMonth() + Number(step), 1);
      this.draw();
    } else if (pick) this.choose(pick === "today" ? iso(new Date()) : "");
    else if (day) this.choose(day);
  }

  private keys(event: KeyboardEvent): void {
    const day = closest(event, "[data-day]")?.dataset.day;
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
    const date = day && readDate(day, new Date());
    if (!by || !date || composing(event)) return;
    event.preventDefault();
    this.shown = new Date(date.getFullYear(), date.getMonth(), date.getDate() + by);
    this.draw();
    this.focusDay(iso(this.shown));
  }

  private choose(day: string): void {
    const time = one<HTMLInputElement>("input[type=time]", this.panel ?? this)?.value;
    this.input.value = day && this.timed ? `${day} ${time || "09:00"}` : day;
    closePanel(false);
    this.input.focus();
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

if (!customElements.get("date-field")) customElements.define("date-field", DateField);

// <column-button>: show, hide, order, pin and size columns. The choice travels in the address as `columns=a,b,c`,
// `pin=b` and `widths=a:160,c:120`.

import { all, closest, data, el, icon, one } from "./dom.ts";
import { allFieldsOf } from "./fields.ts";
import { visit } from "./htmx.ts";
import { closePanel, isOpen, openPanel } from "./overlay.ts";
import { t } from "./phrases.ts";
import { sortable } from "./sortable.ts";

interface ColumnChoice {
  field: string;
  label: string;
  shown: boolean;
  /** The name column always stays, at the front. */
  fixed?: boolean;
  pinned?: boolean;
  /** In pixels; 0 is the width of the content. */
  width?: number;
}

const steps = [0, 80, 120, 160, 200, 260, 320, 400];

function widths(column: ColumnChoice): HTMLElement {
  const now = column.width ?? 0;
  const offered = steps.includes(now) ? steps : [...steps, now].sort((a, b) => a - b);
  const options = offered.map((px) => el("option", { value: px, selected: px === now }, px ? `${px}` : t("columns.auto")));
  return el("select", { class: "input sz-s", "aria-label": `${t("columns.width")} ${column.label}` }, ...options);
}

function line(column: ColumnChoice): HTMLElement {
  const box = el("input", { type: "checkbox", value: column.field, checked: column.shown, disabled: column.fixed ?? false });
  const move = (name: string, label: string, step: string) =>
    el("button", { class: "btn ghost square sz-s", type: "button", "data-step": step, "aria-label": `${label} ${column.label}` }, icon(name));
  const pin = el("button", { class: "btn ghost square sz-s", type: "button", "data-pin": true, "aria-pressed": String(column.pinned ?? false), "aria-label": `${t("columns.pin")} ${column.label}`, "data-tip": t("columns.pin") }, icon("pin"));
  return el("li", { draggable: !column.fixed, "data-fixed": column.fixed ?? false },
    el("span", { class: "grip" }, icon("grip-vertical", true)),
    el("label", {}, box, el("span", { class: "ell" }, column.label)),
    column.fixed ? null : el("span", { class: "move" }, move("chevron-up", t("columns.up"), "-1"), move("chevron-down", t("columns.down"), "1")),
    column.fixed ? null : pin,
    widths(column));
}

/** Moves a line past its neighbour, but never before a fixed one. */
function step(item: HTMLElement, by: number): void {
  const other = (by < 0 ? item.previousElementSibling : item.nextElementSibling) as HTMLElement | null;
  if (!other || other.dataset.fixed !== undefined) return;
  if (by < 0) other.before(item);
  else other.after(item);
}

/** The part of the address that the lines describe. */
function chosen(list: HTMLElement): Record<string, string> {
  const shown = all("li", list).filter((item) => one<HTMLInputElement>("input", item)!.checked);
  const field = (item: HTMLElement) => one<HTMLInputElement>("input", item)!.value;
  const width = (item: HTMLElement) => Number(one("select", item) ? (one("select", item) as unknown as HTMLSelectElement).value : 0);
  return {
    columns: shown.map(field).join(","),
    pin: shown.filter((item) => one('[data-pin][aria-pressed="true"]', item)).map(field).join(","),
    widths: shown.filter(width).map((item) => `${field(item)}:${width(item)}`).join(","),
  };
}

class ColumnButton extends HTMLElement {
  connectedCallback(): void {
    this.onclick = (event) => {
      if (closest(event, "button[data-open]")) void this.toggle();
    };
  }

  private async toggle(): Promise<void> {
    const button = one("button[data-open]", this)!;
    const present = one(".column-chooser");
    if (present && isOpen(present)) return closePanel();
    present?.remove();
    const shown = data<ColumnChoice[]>(this) ?? [];
    const others = (await allFieldsOf(this.dataset.object ?? ""))
      .filter(({ name }) => !shown.some(({ field }) => field === name))
      .map(({ name, label }) => ({ field: name, label, shown: false }));
    if (!this.isConnected || one(".column-chooser")) return;
    const list = el("ul", {}, ...[...shown, ...others].map(line));
    sortable(list, { item: "li", fixed: "[data-fixed]" });
    list.addEventListener("click", (event) => {
      const mover = closest(event, "[data-step]");
      const item = mover?.closest<HTMLElement>("li");
      if (mover && item) {
        step(item, Number(mover.dataset.step));
        mover.focus();
      }
      const pin = closest(event, "[data-pin]");
      if (pin) pin.setAttribute("aria-pressed", String(pin.getAttribute("aria-pressed") !== "true"));
    });
    const apply = el("button", { class: "btn primary sz-s", type: "button" }, t("columns.apply"));
    apply.addEventListener("click", () => {
      const params = new URLSearchParams(location.search);
      for (const [name, value] of Object.entries(chosen(list))) params.set(name, value);
      closePanel();
      visit(`${location.pathname}?${params}`);
    });
    const panel = el("div", { class: "column-chooser popover sheet", role: "dialog", "aria-label": button.textContent?.trim() ?? "" }, list, el("footer", {}, apply));
    document.body.append(panel);
    openPanel(panel, button, () => panel.remove());
    one("input:not(:disabled)", list)?.focus();
  }
}

if (!customElements.get("column-button")) customElements.define("column-button", ColumnButton);

// <column-button data-columns='[…]'>: show, hide and order columns. The choice travels in the address as `columns=a,b,c`.

import { all, closest, data, el, icon, one } from "./dom.ts";
import { visit } from "./htmx.ts";
import { closePanel, isOpen, openPanel } from "./overlay.ts";
import { t } from "./phrases.ts";

interface ColumnChoice {
  field: string;
  label: string;
  shown: boolean;
  /** The name column always stays. */
  fixed?: boolean;
}

function line(column: ColumnChoice): HTMLElement {
  const box = el("input", { type: "checkbox", value: column.field, checked: column.shown, disabled: column.fixed ?? false });
  const move = (name: string, label: string, step: string) =>
    el("button", { class: "btn ghost square sz-s", type: "button", "data-step": step, "aria-label": `${label} ${column.label}` }, icon(name));
  return el("li", { draggable: !column.fixed, "data-fixed": column.fixed ?? false },
    el("span", { class: "grip" }, icon("grip-vertical", true)),
    el("label", {}, box, el("span", { class: "ell" }, column.label)),
    column.fixed ? null : el("span", { class: "move" }, move("chevron-up", t("columns.up"), "-1"), move("chevron-down", t("columns.down"), "1")));
}

/** Moves a line past its neighbour, but never before a fixed one. */
function step(item: HTMLElement, by: number): void {
  const other = (by < 0 ? item.previousElementSibling : item.nextElementSibling) as HTMLElement | null;
  if (!other || other.dataset.fixed !== undefined) return;
  if (by < 0) other.before(item);
  else other.after(item);
}

function dragging(list: HTMLElement): void {
  let held: HTMLElement | undefined;
  list.addEventListener("dragstart", (event) => {
    held = closest(event, "li") ?? undefined;
    held?.classList.add("dragging");
  });
  list.addEventListener("dragover", (event) => {
    event.preventDefault();
    const over = closest(event, "li");
    if (!held || !over || over === held || over.dataset.fixed !== undefined) return;
    const box = over.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) over.before(held);
    else over.after(held);
  });
  list.addEventListener("dragend", () => held?.classList.remove("dragging"));
}

class ColumnButton extends HTMLElement {
  connectedCallback(): void {
    this.onclick = (event) => {
      if (closest(event, "button[data-open]")) this.toggle();
    };
  }

  private toggle(): void {
    const button = one("button[data-open]", this)!;
    const present = one(".column-chooser");
    if (present && isOpen(present)) return closePanel();
    present?.remove();
    const list = el("ul", {}, ...(data<ColumnChoice[]>(this) ?? []).map(line));
    dragging(list);
    list.addEventListener("click", (event) => {
      const mover = closest(event, "[data-step]");
      const item = mover?.closest<HTMLElement>("li");
      if (mover && item) {
        step(item, Number(mover.dataset.step));
        mover.focus();
      }
    });
    const apply = el("button", { class: "btn primary sz-s", type: "button" }, t("columns.apply"));
    apply.addEventListener("click", () => {
      const params = new URLSearchParams(location.search);
      params.set("columns", all<HTMLInputElement>("input:checked", list).map((box) => box.value).join(","));
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

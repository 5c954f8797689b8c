// <deal-board>: drag with the pointer or a long press, [ and ] by key, a move shown at once and taken back when refused.

import Sortable from "sortablejs";
import { all, closest, composing, one } from "./dom.ts";
import { openDialog, openDrawer } from "./dialog.ts";
import { applyFragments } from "./fragments.ts";
import { visit } from "./htmx.ts";
import { send } from "./http.ts";
import { lang, t } from "./phrases.ts";
import { showToast } from "./toast.ts";

const columnOf = (card: Element): HTMLElement => card.closest<HTMLElement>(".column")!;
const listOf = (column: Element): HTMLElement => one("ul", column)!;

class DealBoard extends HTMLElement {
  private sorters: Sortable[] = [];

  connectedCallback(): void {
    this.disconnectedCallback();
    this.sorters = all(".column > ul", this).map((list) => this.sorter(list));
    this.onkeydown = (event) => this.keys(event);
    this.onclick = (event) => {
      const card = closest(event, ".deal");
      if (!card || closest(event, "a, button")) return;
      if (card.dataset.peek) void openDrawer(card.dataset.peek);
    };
  }

  disconnectedCallback(): void {
    for (const sorter of this.sorters) sorter.destroy();
    this.sorters = [];
  }

  private sorter(list: HTMLElement): Sortable {
    return Sortable.create(list, {
      group: "deals",
      draggable: ".deal:not([data-locked])",
      animation: 140,
      delay: 180,
      delayOnTouchOnly: true,
      onMove: ({ to }) => {
        for (const column of all(".column.over", this)) column.classList.remove("over");
        columnOf(to).classList.add("over");
      },
      onEnd: ({ item, from, to, oldDraggableIndex }) => {
        for (const column of all(".column.over", this)) column.classList.remove("over");
        if (from !== to) void this.moved(item, from, oldDraggableIndex ?? 0, columnOf(to));
      },
    });
  }

  private keys(event: KeyboardEvent): void {
    const card = closest(event, ".deal");
    if (!card || event.target !== card || composing(event) || event.metaKey || event.ctrlKey) return;
    if (event.key === "Enter") visit(card.dataset.href ?? "");
    else if (event.key === " " && card.dataset.peek) void openDrawer(card.dataset.peek);
    else if (event.key === "[" || event.key === "]") this.step(card, event.key === "[" ? -1 : 1);
    else if (!this.walk(card, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  private walk(card: HTMLElement, key: string): boolean {
    const columns = all(".column:not(.folded)", this);
    const cards = all(".deal", columnOf(card));
    const row = cards.indexOf(card);
    const across = (step: number) => {
      const next = all(".deal", columns[columns.indexOf(columnOf(card)) + step] ?? card);
      return next[Math.min(row, next.length - 1)];
    };
    const target = { ArrowDown: cards[row + 1], ArrowUp: cards[row - 1], ArrowRight: across(1), ArrowLeft: across(-1) }[key];
    target?.focus();
    return /^Arrow/.test(key);
  }

  private step(card: HTMLElement, by: number): void {
    if (card.dataset.locked !== undefined) return;
    const columns = all(".column", this);
    const from = columnOf(card);
    const to = columns[columns.indexOf(from) + by];
    if (!to) return;
    const list = listOf(from);
    const index = all(".deal", list).indexOf(card);
    listOf(to).prepend(card);
    card.focus();
    void this.moved(card, list, index, to);
  }

  /** The card already stands in its new column; the server has the last word. */
  private async moved(card: HTMLElement, from: HTMLElement, index: number, to: HTMLElement): Promise<void> {
    const back = () => {
      from.insertBefore(card, all(".deal", from).filter((each) => each !== card)[index] ?? null);
      this.count(columnOf(from));
      this.count(to);
      card.removeAttribute("aria-busy");
    };
    this.count(columnOf(from));
    this.count(to);
    const base = `/${this.dataset.object}/${card.dataset.id}`;
    const { verb, value } = to.dataset;
    if (verb) {
      let done = false;
      document.addEventListener("dialog:done", () => (done = true), { once: true });
      const opened = await openDialog({ url: `${base}/${verb}` }, () => setTimeout(() => !done && back()));
      if (!opened) back();
      return;
    }
    card.setAttribute("aria-busy", "true");
    const form = { field: this.dataset.field ?? "", value: value ?? "", version: card.dataset.version ?? "" };
    const answer = await send(`${base}/move`, form);
    card.removeAttribute("aria-busy");
    if (answer.ok) {
      const version = answer.headers.get("X-Version");
      if (version) card.dataset.version = version;
      applyFragments(answer.text);
    } else {
      back();
      // A stage that asks for more says so with a small form.
      if (answer.text.includes("dialog-title")) await openDialog({ html: answer.text });
      else if (answer.status && answer.status !== 401 && !answer.headers.get("X-Toast")) showToast({ text: t("board.refused"), tone: "bad" });
    }
  }

  /** Count and sum of a column until the server sends its own. */
  private count(column: HTMLElement): void {
    const cards = all(".deal", column);
    const fen = cards.reduce((sum, card) => sum + Number(card.dataset.fen ?? 0), 0);
    const compact = new Intl.NumberFormat(lang(), { style: "currency", currency: "CNY", currencyDisplay: "narrowSymbol", notation: "compact", maximumFractionDigits: 1 });
    const count = one("[data-count]", column);
    const sum = one("[data-sum]", column);
    if (count) count.textContent = String(cards.length);
    if (sum) sum.textContent = compact.format(fen / 100);
  }
}

if (!customElements.get("deal-board")) customElements.define("deal-board", DealBoard);

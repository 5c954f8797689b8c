// <order-list data-url>: the rows of its table are dragged; the new order is posted as `values=a,b,c`.

import { all, one } from "./dom.ts";
import { refresh } from "./htmx.ts";
import { send } from "./http.ts";
import { sortable } from "./sortable.ts";

class OrderList extends HTMLElement {
  private body: HTMLElement | null = null;

  connectedCallback(): void {
    this.mend();
    const body = one("tbody", this);
    if (!body || body === this.body) return;
    this.body = body;
    sortable(body, { item: "tr", done: () => void this.save() });
  }

  /** A morph takes away what lets rows be dragged. */
  mend(): void {
    for (const row of all("tbody tr", this)) row.draggable = true;
  }

  private async save(): Promise<void> {
    const values = all("[data-value]", this).map((grip) => grip.dataset.value).join(",");
    await send(this.dataset.url ?? "", { values });
    await refresh();
  }
}

if (!customElements.get("order-list")) customElements.define("order-list", OrderList);

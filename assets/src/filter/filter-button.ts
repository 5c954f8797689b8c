// <filter-button data-object data-filter data-count>: opens the builder beside its button.

import { el, one } from "../dom.ts";
import { allFieldsOf } from "../fields.ts";
import { isOpen, openPanel, closePanel } from "../overlay.ts";
import { builder } from "./builder.ts";

class FilterButton extends HTMLElement {
  connectedCallback(): void {
    this.onclick = (event) => {
      if (!(event.target instanceof Element) || !event.target.closest("button[data-open]")) return;
      void this.toggle();
    };
  }

  private async toggle(): Promise<void> {
    const button = one("button[data-open]", this)!;
    const present = one(".filter-builder");
    if (present && isOpen(present)) return closePanel();
    present?.remove();
    const fields = await allFieldsOf(this.dataset.object ?? "");
    if (fields.length === 0 || !this.isConnected || one(".filter-builder")) return;
    const panel = el("div", { class: "filter-builder popover sheet", role: "dialog", "aria-label": button.textContent?.trim() ?? "" });
    panel.append(builder(fields, this.dataset.filter ?? "", this.dataset.count, () => closePanel()));
    document.body.append(panel);
    openPanel(panel, button, () => panel.remove());
    one("select, input", panel)?.focus();
  }
}

if (!customElements.get("filter-button")) customElements.define("filter-button", FilterButton);

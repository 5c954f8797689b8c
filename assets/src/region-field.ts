// <region-field>: province, city, district. The next level comes from GET /api/v1/regions?parent=.

import { all, el, one } from "./dom.ts";
import { json } from "./http.ts";

interface Region {
  code: string;
  name: string;
}

class RegionField extends HTMLElement {
  connectedCallback(): void {
    this.onchange = (event) => {
      const select = event.target;
      if (select instanceof HTMLSelectElement) void this.chosen(select);
    };
  }

  private async chosen(select: HTMLSelectElement): Promise<void> {
    const selects = all<HTMLSelectElement>("select", this);
    const level = selects.indexOf(select);
    for (const lower of selects.slice(level + 1)) {
      // The first option is the empty one, in the reader's language.
      lower.replaceChildren(...[...lower.options].slice(0, 1));
      lower.disabled = true;
    }
    const value = [...selects].reverse().find((each) => each.value)?.value ?? "";
    const hidden = one<HTMLInputElement>("input[type=hidden]", this);
    if (hidden) hidden.value = value;
    const next = selects[level + 1];
    if (!next || !select.value) return;
    const answer = await json<Region[] | { items: Region[] }>(`/api/v1/regions?parent=${encodeURIComponent(select.value)}`);
    const regions = Array.isArray(answer) ? answer : (answer?.items ?? []);
    if (next.options.length === 0) next.append(el("option", { value: "" }, ""));
    next.append(...regions.map((region) => el("option", { value: region.code }, region.name)));
    next.disabled = regions.length === 0;
  }
}

if (!customElements.get("region-field")) customElements.define("region-field", RegionField);

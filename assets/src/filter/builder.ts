// The filter builder: rows of field, operator and value, in and/or groups, with a live count.

import { debounce, el, icon } from "../dom.ts";
import type { FieldMeta } from "../fields.ts";
import { visit } from "../htmx.ts";
import { json } from "../http.ts";
import { t } from "../phrases.ts";
import { read, write } from "./expression.ts";
import { isGroup, type Condition, type Group } from "./model.ts";
import { operatorOf, operators, operatorsFor } from "./operators.ts";
import { valueInput } from "./value.ts";

/** What a new condition on a field begins with. */
const blank = (meta: FieldMeta | undefined): Condition => ({
  field: meta?.name ?? "",
  op: operatorsFor(meta?.kind ?? "text")[0] ?? "is",
  values: [],
});

/** The filter in the address, without the page that was shown of the old one. */
function addressWith(filter: string): string {
  const params = new URLSearchParams(location.search);
  params.delete("cursor");
  // An empty filter is said too: left out, the view's own would come back.
  params.set("filter", filter);
  return `${location.pathname}?${params}`;
}

export function builder(all: FieldMeta[], source: string, countUrl: string | undefined, done: () => void): HTMLElement {
  const fields = all.filter((field) => operatorsFor(field.kind).length > 0);
  const parsed = read(source);
  const root: Group = parsed ?? { join: "and", items: [] };
  if (root.items.length === 0) root.items.push(blank(fields[0]));
  const output = el("output", { "aria-live": "polite" });
  const body = el("div", {});
  let request: AbortController | undefined;

  const count = debounce(250, async () => {
    if (!countUrl) return;
    request?.abort();
    request = new AbortController();
    const params = new URLSearchParams(location.search);
    params.set("filter", write(root));
    const answer = await json<{ count: number; text?: string }>(`${countUrl}?${params}`, request.signal);
    if (answer) output.textContent = answer.text ?? t("filter.matches", { n: answer.count });
  });

  const redraw = (): void => {
    body.replaceChildren(groupBox(root, true));
    count();
  };

  function groupBox(group: Group, outer: boolean): HTMLElement {
    const box = el("div", { class: "group", role: "group" });
    group.items.forEach((item, index) => {
      const remove = () => {
        group.items.splice(index, 1);
        redraw();
      };
      const join = joinBox(group, index);
      box.append(isGroup(item) ? el("div", { class: "stack" }, join, groupBox(item, false)) : line(item, join, remove));
    });
    box.append(adders(group, outer));
    return box;
  }

  /** The second row chooses between and / or; the later ones repeat it. */
  function joinBox(group: Group, index: number): HTMLElement {
    if (index === 0) return el("span", { class: "join" }, t("filter.where"));
    const select = el("select", { class: "input sz-s", "aria-label": t("filter.join"), disabled: index > 1 });
    for (const join of ["and", "or"] as const) select.append(el("option", { value: join, selected: group.join === join }, t(`filter.${join}`)));
    select.addEventListener("change", () => {
      group.join = select.value as "and" | "or";
      redraw();
    });
    return select;
  }

  function line(condition: Condition, join: HTMLElement, remove: () => void): HTMLElement {
    const meta = fields.find((field) => field.name === condition.field);
    const kind = meta?.kind ?? "text";
    condition.op = operatorOf(kind, condition.op);
    const field = el("select", { class: "input sz-s", "aria-label": t("filter.field") });
    for (const each of fields) field.append(el("option", { value: each.name, selected: each.name === condition.field }, each.label));
    field.addEventListener("change", () => {
      Object.assign(condition, blank(fields.find((each) => each.name === field.value)));
      redraw();
    });
    const op = el("select", { class: "input sz-s op", "aria-label": t("filter.operator") });
    // One that was written by hand and that the kind has not is kept as it is.
    const offered = new Set([...operatorsFor(kind), condition.op]);
    for (const name of offered) op.append(el("option", { value: name, selected: name === condition.op }, t(`op.${name}`)));
    op.addEventListener("change", () => {
      const keeps = operators[op.value]?.need === operators[condition.op]?.need;
      condition.op = op.value;
      if (!keeps) condition.values = [];
      redraw();
    });
    const bin = el("button", { class: "btn ghost square sz-s", type: "button", "aria-label": t("filter.remove") }, icon("x"));
    bin.addEventListener("click", remove);
    const value = el("div", { class: "value" }, valueInput(condition, meta, count));
    return el("div", { class: "line" }, join, field, op, value, bin);
  }

  function adders(group: Group, outer: boolean): HTMLElement {
    const add = (label: string, item: () => Condition | Group) => {
      const button = el("button", { class: "btn ghost sz-s", type: "button" }, icon("plus"), label);
      button.addEventListener("click", () => {
        group.items.push(item());
        redraw();
      });
      return button;
    };
    const row = el("div", { class: "row" }, add(t("filter.add"), () => blank(fields[0])));
    if (outer) row.append(add(t("filter.add_group"), () => ({ join: "or", items: [blank(fields[0])] })));
    return row;
  }

  const apply = (filter: string) => {
    done();
    visit(addressWith(filter));
  };
  const clear = el("button", { class: "btn ghost sz-s", type: "button" }, t("filter.clear"));
  clear.addEventListener("click", () => apply(""));
  const ready = el("button", { class: "btn primary sz-s", type: "submit" }, t("filter.done"));
  const form = el("form", {}, body, el("footer", {}, clear, output, ready));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    // A filter that the builder cannot show is kept beside the new conditions, never silently dropped.
    const made = write(root);
    apply(parsed || !source ? made : made ? `(${source}) && (${made})` : source);
  });
  redraw();
  return form;
}

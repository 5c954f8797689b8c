// The input of a condition's value, by what its operator needs.

import { el, onText } from "../dom.ts";
import type { FieldMeta, Option } from "../fields.ts";
import { t } from "../phrases.ts";
import type { Condition } from "./model.ts";
import { operators } from "./operators.ts";

export function valueInput(condition: Condition, meta: FieldMeta | undefined, changed: () => void): Node | null {
  const need = operators[condition.op]?.need ?? "none";
  if (need === "none") return null;
  if (need === "some" || need === "one") return choices(condition, meta, need === "one", changed);
  const type = need === "date" ? "date" : "text";
  const input = el("input", {
    class: "input sz-s", type, value: condition.values[0] ?? "", "aria-label": t("filter.value"), autocomplete: "off",
    inputmode: need === "number" || need === "days" ? "decimal" : null,
  });
  onText(input, () => {
    condition.values = [input.value];
    changed();
  });
  if (need !== "days") return input;
  const box = document.createDocumentFragment();
  box.append(input, el("span", { class: "muted" }, t("filter.days")));
  return box;
}

/** Known options are pressed; records are searched, so that a filter can name any of them. */
function choices(condition: Condition, meta: FieldMeta | undefined, single: boolean, changed: () => void): Node {
  if (meta?.target) return search(condition, meta.target, changed);
  const box = el("div", { class: "picks" });
  for (const option of meta?.options ?? []) box.append(press(condition, option, single, box, changed));
  return box;
}

function press(condition: Condition, option: Option, single: boolean, box: HTMLElement, changed: () => void): HTMLElement {
  const button = el("button", { class: "pick", type: "button", "aria-pressed": condition.values.includes(option.value) }, option.label);
  button.setAttribute("aria-pressed", String(condition.values.includes(option.value)));
  button.addEventListener("click", () => {
    const on = !condition.values.includes(option.value);
    const others = single ? [] : condition.values.filter((value) => value !== option.value);
    condition.values = on ? [...others, option.value] : others;
    if (single) for (const other of box.children) other.setAttribute("aria-pressed", "false");
    button.setAttribute("aria-pressed", String(on));
    changed();
  });
  return button;
}

function search(condition: Condition, target: string, changed: () => void): Node {
  const input = el("input", { type: "text", role: "combobox", "aria-expanded": "false", autocomplete: "off", "aria-label": t("filter.value") });
  const box = el("combo-box", { class: "input combo sz-s", "data-lookup": target, "data-multiple": true }, input);
  box.addEventListener("combo:change", (event) => {
    condition.values = (event as CustomEvent<string[]>).detail;
    changed();
  });
  for (const value of condition.values) box.prepend(el("span", { class: "pick", "data-value": value }, el("span", { class: "tag h-256" }, value)));
  return box;
}

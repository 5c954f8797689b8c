// Opens an editor in a cell of the grid or a value of the record page, saves it, and mends what went wrong.
// Simple kinds are built here, so that the editor appears at once; the others come from the server as a form.

import { all, el, one, parse } from "../dom.ts";
import { openDialog } from "../dialog.ts";
import { applyFragments, applyRow } from "../fragments.ts";
import { send } from "../http.ts";
import { t } from "../phrases.ts";
import { fieldsOf, type FieldMeta } from "../fields.ts";
import { showToast } from "../toast.ts";

interface Editing {
  host: HTMLElement;
  before: Node[];
  form: HTMLFormElement;
  /** The value before. */
  value: string;
  closing: boolean;
}

let editing: Editing | undefined;

/** The value of a cell; one that shows its value as it is does not name it again. */
const valueOf = (host: HTMLElement): string => host.dataset.value ?? (host.tagName === "TD" ? ((one("a.name", host) ?? host).textContent?.trim() ?? "") : "");

/** Why a cell is not edited: its own reason, or that of its whole column. */
function lockOf(host: HTMLElement): string | undefined {
  const head = host instanceof HTMLTableCellElement ? host.closest("table")?.tHead?.rows[0]?.cells[host.cellIndex] : undefined;
  return host.dataset.locked ?? (host.dataset.edit ? undefined : head?.dataset.locked);
}

const inputTypes: Record<string, string> = {
  text: "text", credit_code: "text", phone: "tel", email: "email", link: "url", number: "text", money: "text",
  percent: "text", date: "date", instant: "datetime-local",
};
const numeric = /^(number|money|percent)$/;

interface Owner {
  object: string;
  id: string;
  element: HTMLElement;
}

function ownerOf(host: HTMLElement): Owner | undefined {
  const element = host.closest<HTMLElement>("tr[data-id], [data-record]");
  const object = element?.dataset.object ?? host.closest<HTMLElement>("[data-grid]")?.dataset.object;
  return element?.dataset.id && object ? { object, id: element.dataset.id, element } : undefined;
}

const address = (owner: Owner, field: string): string => `/${owner.object}/${owner.id}/field/${field}`;

function input(kind: string, value: string, meta: FieldMeta | undefined): HTMLElement {
  const label = meta?.label ?? "";
  if (kind === "choice" || kind === "yes_no") {
    const options = kind === "yes_no" ? [{ value: "true", label: t("yes") }, { value: "false", label: t("no") }] : (meta?.options ?? []);
    const select = el("select", { name: "value", "aria-label": label });
    if (!meta?.required) select.append(el("option", { value: "" }, "—"));
    for (const option of options) select.append(el("option", { value: option.value, selected: option.value === value }, option.label));
    return select;
  }
  const mode = numeric.test(kind) ? "decimal" : undefined;
  return el("input", { name: "value", type: inputTypes[kind] ?? "text", value, inputmode: mode, autocomplete: "off", "aria-label": label });
}

async function build(host: HTMLElement, owner: Owner, typed: string | undefined): Promise<HTMLFormElement | undefined> {
  const field = host.dataset.field ?? "";
  const kind = host.dataset.edit ?? "text";
  const meta = fieldsOf(owner.object).find((each) => each.name === field);
  const simple = kind in inputTypes || kind === "yes_no" || (kind === "choice" && meta?.options !== undefined);
  if (simple) {
    const control = input(kind, typed !== undefined && !/date|instant|choice|yes_no/.test(kind) ? typed : valueOf(host), meta);
    return el("form", { class: "cell-editor", novalidate: true }, control);
  }
  host.setAttribute("aria-busy", "true");
  const answer = await send(address(owner, field));
  host.removeAttribute("aria-busy");
  return answer.ok ? (parse(answer.text).querySelector("form") ?? undefined) : undefined;
}

/** Opens the editor; `typed` is the letter that asked for it and replaces the value. */
export async function edit(host: HTMLElement, typed?: string): Promise<void> {
  if (editing?.host === host) return;
  const lock = lockOf(host);
  if (lock) return showToast({ text: lock });
  if (!host.dataset.edit) return showToast({ text: t("grid.readonly") });
  await save();
  const owner = ownerOf(host);
  const form = owner && (await build(host, owner, typed));
  if (!form || !host.isConnected) return;
  editing = { host, before: [...host.childNodes], form, value: valueOf(host), closing: false };
  host.dataset.guardOn = "";
  host.classList.add("editing");
  host.replaceChildren(form);
  const control = one<HTMLInputElement>(":is(input:not([type=hidden]), select, textarea)", form);
  control?.focus();
  if (control instanceof HTMLInputElement && typed === undefined && /text|tel|email|url/.test(control.type)) control.select();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    void save();
  });
  form.addEventListener("focusout", (event) => {
    const to = event.relatedTarget;
    const within = to instanceof Node && (form.contains(to) || (to as Element).closest?.(".popover, .listbox"));
    if (!within && document.hasFocus() && editing?.form === form && to !== null) void save();
  });
}

export const isEditing = (): boolean => editing !== undefined;

/** Gives the cell its former content. */
export function cancel(): HTMLElement | undefined {
  if (!editing) return undefined;
  const { host, before } = editing;
  editing = undefined;
  restore(host, before);
  host.focus({ preventScroll: true });
  return host;
}

function restore(host: HTMLElement, content: Node[]): void {
  delete host.dataset.guardOn;
  host.classList.remove("editing");
  host.removeAttribute("aria-busy");
  host.replaceChildren(...content);
}

function shown(form: HTMLFormElement): string {
  const values = all<HTMLInputElement>('[name="value"], [name="value"] option:checked', form);
  const control = values[0];
  if (control instanceof HTMLSelectElement) return control.selectedOptions[0]?.textContent ?? "";
  return control?.value ?? "";
}

/** Saves what is open. True when there is nothing left to mend. */
export async function save(): Promise<boolean> {
  if (!editing || editing.closing) return true;
  const now = editing;
  const { host, before, form, value } = now;
  const owner = ownerOf(host);
  const data = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  if (!owner || (data.getAll("value").length === 1 && data.get("value") === value)) {
    editing = undefined;
    restore(host, before);
    return true;
  }
  now.closing = true;
  editing = undefined;
  // The new value shows at once; the server's own form of it follows.
  restore(host, [document.createTextNode(shown(form))]);
  host.setAttribute("aria-busy", "true");
  data.set("version", owner.element.dataset.version ?? "");
  data.set("as", host.tagName === "TD" ? "cell" : "field");
  const answer = await send(address(owner, host.dataset.field ?? ""), data);
  host.removeAttribute("aria-busy");
  if (answer.ok) return place(owner, host, answer.text, answer.headers);
  restore(host, before);
  if (answer.status === 409 && answer.text) await openDialog({ html: answer.text });
  else if (answer.status === 422) await complain(host, data.get("value") ?? "", answer.text);
  else if (answer.status && answer.status !== 401 && !answer.headers.get("X-Toast")) showToast({ text: t("error"), tone: "bad" });
  return false;
}

function place(owner: Owner, host: HTMLElement, html: string, headers: Headers): boolean {
  const version = headers.get("X-Version");
  if (version) owner.element.dataset.version = version;
  if (host.tagName === "TD") applyRow(owner.element, html);
  else applyFragments(html);
  return true;
}

/** Opens the editor again with the refused value and says what is wrong with it. */
async function complain(host: HTMLElement, value: string, html: string): Promise<void> {
  await edit(host);
  if (!editing) return;
  const control = one<HTMLInputElement>('[name="value"]', editing.form);
  if (control) {
    control.value = value;
    control.setAttribute("aria-invalid", "true");
  }
  const words = parse(html).textContent?.trim() ?? "";
  editing.form.append(el("div", { class: "error", role: "alert" }, words));
}

// What the attributes of buttons mean: data-dialog, data-drawer, data-post, data-do, data-pane, data-stage, data-copy.

import { all, closest, one } from "./dom.ts";
import { openDialog, openDrawer } from "./dialog.ts";
import { applyFragments } from "./fragments.ts";
import { refresh, visit } from "./htmx.ts";
import { send } from "./http.ts";
import { t } from "./phrases.ts";
import { showToast } from "./toast.ts";

type Command = (source: HTMLElement) => void;
const commands = new Map<string, Command>();

/** Names something that a button's data-do can run. */
export const command = (name: string, run: Command): void => void commands.set(name, run);

export function run(name: string, source: HTMLElement = document.body): void {
  commands.get(name)?.(source);
}

async function post(button: HTMLElement, url: string): Promise<void> {
  button.setAttribute("aria-busy", "true");
  const answer = await send(url, {});
  button.removeAttribute("aria-busy");
  const where = answer.headers.get("HX-Redirect") ?? answer.headers.get("HX-Location");
  if (answer.ok && where) visit(where);
  else if (answer.ok && applyFragments(answer.text).length === 0) await refresh();
  else if (!answer.ok && answer.status && !answer.headers.get("X-Toast")) showToast({ text: t("error"), tone: "bad" });
}

/** On narrow screens the record's panes are tabs; which one shows is a class of the page. */
function showPane(button: HTMLElement): void {
  const page = button.closest("#record");
  if (!page) return;
  page.classList.remove("show-fields", "show-related");
  if (button.dataset.pane !== "timeline") page.classList.add(`show-${button.dataset.pane}`);
  for (const tab of all("[data-pane]", page)) {
    if (tab === button) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
}

async function moveStage(button: HTMLElement): Promise<void> {
  const path = button.closest<HTMLElement>("[data-move]");
  if (!path?.dataset.move) return;
  const form = { field: path.dataset.field ?? "", value: button.dataset.stage ?? "", version: path.dataset.version ?? "" };
  const answer = await send(path.dataset.move, form);
  // The path's heading, facts and timeline all change with the stage, so the page is fetched as a whole.
  if (answer.ok) await refresh();
  else if (answer.text.includes("dialog-title")) await openDialog({ html: answer.text });
  else if (answer.status && !answer.headers.get("X-Toast")) showToast({ text: t("error"), tone: "bad" });
}

function fillLogin(button: HTMLElement): void {
  const login = one<HTMLInputElement>('[autocomplete="username"], [name="login"]');
  const password = one<HTMLInputElement>('[type="password"]');
  if (!login || !password) return;
  login.value = button.dataset.fillLogin ?? "";
  password.value = button.dataset.fillPassword ?? "";
  password.focus();
}

export function startCommands(): void {
  document.addEventListener("click", (event) => {
    const button = closest(event, "[data-dialog],[data-drawer],[data-post],[data-do],[data-pane],[data-stage],[data-copy],[data-fill-login]");
    if (!button || event.defaultPrevented) return;
    const { dialog, drawer, post: url, do: name, pane, stage, copy } = button.dataset;
    if (button.closest("[data-bulk]") && (dialog || url)) return; // The grid adds the selection first.
    if (dialog) void openDialog({ url: dialog });
    else if (drawer) void openDrawer(drawer);
    else if (url) void post(button, url);
    else if (name) run(name, button);
    else if (pane) showPane(button);
    else if (stage !== undefined) void moveStage(button);
    else if (copy) void navigator.clipboard.writeText(copy).then(() => showToast({ text: t("copied"), tone: "ok" }));
    else if (button.dataset.fillLogin) fillLogin(button);
  });
}

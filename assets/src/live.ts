// Live updates. The server says what changed ({object, id, change}); the page fetches what it shows of it.
// What is being edited is left alone (fragments.ts), and new records are announced instead of moving the list.

import { debounce, el, one } from "./dom.ts";
import { applyFragments, applyRow } from "./fragments.ts";
import { refresh } from "./htmx.ts";
import { send } from "./http.ts";
import { t } from "./phrases.ts";
import { showToast, type Toast } from "./toast.ts";

interface Change {
  object: string;
  id: string;
  change: "created" | "updated" | "deleted";
  /** The version after the change; a row that already has it is left alone. */
  version?: number;
}

let fresh = 0;

function announce(): void {
  fresh += 1;
  one("#main > .news")?.remove();
  const pill = el("button", { class: "news", type: "button" }, t("live.new", { n: fresh }));
  pill.addEventListener("click", () => {
    pill.remove();
    fresh = 0;
    void refresh();
  });
  one("#main")?.append(pill);
}

async function update(change: Change): Promise<void> {
  const { object, id } = change;
  const row = document.getElementById(`r-${id}`);
  const inGrid = row?.closest<HTMLElement>("[data-grid]")?.dataset.object === object;
  const card = document.getElementById(`d-${id}`);
  const onBoard = card?.closest<HTMLElement>("deal-board")?.dataset.object === object;
  const known = Number((inGrid ? row : card)?.dataset.version ?? 0);
  if (change.version !== undefined && known >= change.version) return;
  if (change.change === "deleted") {
    if (inGrid) row?.remove();
    if (onBoard) card?.remove();
    return;
  }
  if (inGrid && row) {
    const answer = await send(`/${object}/${id}/row${location.search}`);
    if (!answer.ok || !row.isConnected) return;
    applyRow(row, answer.text);
    row.classList.add("changed");
    setTimeout(() => row.classList.remove("changed"), 1700);
  } else if (onBoard) {
    const answer = await send(`/${object}/${id}/card${location.search}`);
    if (answer.ok) applyFragments(answer.text);
  } else if (change.change === "created" && one(`[data-grid][data-object="${CSS.escape(object)}"]`)) announce();
}

function badge(count: number): void {
  for (const link of document.querySelectorAll('#nav a[href="/notices"], #bottom-nav a[href="/notices"]')) {
    one(".badge", link)?.remove();
    if (count > 0) link.append(el("span", { class: "badge" }, count > 99 ? "99+" : String(count)));
  }
}

export function startLive(): void {
  const url = document.body.dataset.events;
  if (!url || !("EventSource" in window)) return;
  const pending = new Map<string, Change>();
  const flush = debounce(120, () => {
    const changes = [...pending.values()];
    pending.clear();
    for (const change of changes) void update(change);
  });
  const source = new EventSource(url);
  source.addEventListener("change", (event) => {
    const change = JSON.parse((event as MessageEvent<string>).data) as Change;
    pending.set(`${change.object}/${change.id}`, change);
    flush();
  });
  source.addEventListener("unread", (event) => badge(Number((event as MessageEvent<string>).data)));
  source.addEventListener("toast", (event) => showToast(JSON.parse((event as MessageEvent<string>).data) as Toast));
  document.addEventListener("htmx:after:history:update", () => (fresh = 0));
}

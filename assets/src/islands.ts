// Islands are fetched when a page holds one: a page without a chart never loads the charts.

const islands: Record<string, () => Promise<unknown>> = {
  "[data-grid]": () => import("./grid/grid.ts"),
  "[data-record] [data-edit]": () => import("./grid/grid.ts"),
  "deal-board": () => import("./board.ts"),
  "chart-card": () => import("./chart-card.ts"),
  "combo-box": () => import("./combo-box.ts"),
  "date-field": () => import("./date-field.ts"),
  "region-field": () => import("./region-field.ts"),
  "upload-field": () => import("./upload-field.ts"),
  "record-composer": () => import("./composer.ts"),
  "mention-area": () => import("./suggest.ts"),
  "[data-locate]": () => import("./locate.ts"),
  "[data-picture]": () => import("./pictures.ts"),
  "month-calendar": () => import("./calendar.ts"),
  "filter-button": () => import("./filter/filter-button.ts"),
  "column-button": () => import("./columns.ts"),
  "order-list": () => import("./order-list.ts"),
};

function load(): void {
  for (const [selector, fetchIsland] of Object.entries(islands)) {
    if (!document.querySelector(selector)) continue;
    delete islands[selector];
    void fetchIsland();
  }
}

export function startIslands(): void {
  load();
  // Fragments arrive by many ways; one observer sees them all, and goes silent when everything is loaded.
  let waiting = false;
  const observer = new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      load();
    });
  });
  observer.observe(document.body, { childList: true, subtree: true });
}

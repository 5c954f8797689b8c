// <chart-card>: the frame of a chart: its menu, its table, its downloads. The drawing itself loads when it is in sight.

import { closest, data, el, icon, one } from "./dom.ts";
import { visit } from "./htmx.ts";
import { closePanel, openPanel } from "./overlay.ts";
import { t } from "./phrases.ts";
import type { ChartData, Drawing } from "./chart.ts";

class ChartCard extends HTMLElement {
  private drawing: Drawing | undefined;
  private observer: IntersectionObserver | undefined;
  private readonly redraw = () => this.drawing?.theme();

  connectedCallback(): void {
    const plot = one(".plot", this);
    if (!plot) return;
    this.observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) void this.draw(plot);
    });
    this.observer.observe(plot);
    document.addEventListener("theme:changed", this.redraw);
    this.onclick = (event) => {
      const button = closest(event, ".menu-button");
      if (button) this.menu(button);
    };
  }

  disconnectedCallback(): void {
    this.observer?.disconnect();
    this.drawing?.close();
    this.drawing = undefined;
    document.removeEventListener("theme:changed", this.redraw);
  }

  private async draw(plot: HTMLElement): Promise<void> {
    this.observer?.disconnect();
    const chart = data<ChartData>(this);
    if (!chart || this.drawing) return;
    if (chart.series.every((series) => series.values.every((value) => !value))) {
      plot.replaceChildren(el("div", { class: "empty" }, el("p", {}, t("chart.empty"))));
      return;
    }
    const { draw } = await import("./chart.ts");
    if (!this.isConnected) return;
    plot.replaceChildren();
    this.drawing = draw(plot, chart, visit);
  }

  private menu(button: HTMLElement): void {
    const items: [string, string, () => void][] = [
      ["table", one(".table-view", this) ? "chart.chart" : "chart.table", () => this.toggleTable()],
      ["image", "chart.png", () => this.drawing?.png(this.fileName("png"))],
      ["file-spreadsheet", "chart.csv", () => this.csv()],
    ];
    const panel = el("div", { class: "menu popover", role: "menu" });
    for (const [name, key, act] of items) {
      const item = el("button", { type: "button", role: "menuitem", tabindex: -1 }, icon(name), el("span", {}, t(key)));
      item.addEventListener("click", () => {
        closePanel();
        act();
      });
      panel.append(item);
    }
    document.body.append(panel);
    openPanel(panel, button, () => panel.remove());
    one('[role="menuitem"]', panel)?.focus();
  }

  private rows(): (string | number | null)[][] {
    const chart = data<ChartData>(this);
    if (!chart) return [];
    const head = ["", ...chart.series.map((series) => series.name)];
    return [head, ...chart.categories.map((name, index) => [name, ...chart.series.map((series) => series.values[index] ?? null)])];
  }

  private toggleTable(): void {
    const plot = one(".plot", this);
    const present = one(".table-view", this);
    if (present) present.remove();
    else {
      const [head = [], ...body] = this.rows();
      const cell = (value: string | number | null, index: number) => el(index === 0 ? "th" : "td", { class: index ? "num" : null }, value === null ? "—" : typeof value === "number" ? value.toLocaleString() : value);
      plot?.after(el("div", { class: "table-view" }, el("table", { class: "table" },
        el("thead", {}, el("tr", {}, ...head.map((name, index) => el("th", { class: index ? "num" : null, scope: "col" }, String(name))))),
        el("tbody", {}, ...body.map((row) => el("tr", {}, ...row.map(cell)))))));
    }
    if (plot) plot.hidden = !present;
  }

  private fileName(ending: string): string {
    return `${one("h3", this)?.textContent ?? "chart"}.${ending}`;
  }

  private csv(): void {
    // Spreadsheets run what begins with these signs; a quote before them makes it text.
    const safe = (value: string | number | null) => {
      const text = String(value ?? "");
      const tamed = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
      return `"${tamed.replace(/"/g, '""')}"`;
    };
    const text = this.rows().map((row) => row.map(safe).join(",")).join("\r\n");
    // The mark at the start tells spreadsheets that this is UTF-8.
    const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
    el("a", { href: url, download: this.fileName("csv") }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }
}

if (!customElements.get("chart-card")) customElements.define("chart-card", ChartCard);

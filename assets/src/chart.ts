// Drawing with picked parts of echarts: bar, line, pie, funnel. Colours come from the style sheet's theme.

import { BarChart, FunnelChart, LineChart, PieChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use, type EChartsCoreOption } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, PieChart, FunnelChart, GridComponent, LegendComponent, TooltipComponent, MarkLineComponent, AriaComponent, LabelLayout, SVGRenderer]);

export interface Series {
  name: string;
  values: (number | null)[];
  /** Bars unless said otherwise. */
  type?: "bar" | "line";
  stack?: string;
  /** The second axis, at the right. */
  right?: boolean;
}

export interface ChartData {
  kind: "bar" | "line" | "pie" | "funnel" | "hbar";
  categories: string[];
  series: Series[];
  /** A line across, such as a target. */
  target?: { name: string; value: number };
  /** Where a click on a category leads. */
  urls?: (string | null)[];
  /** Written after values in tips. */
  unit?: string;
  smooth?: boolean;
}

export interface Drawing {
  theme: () => void;
  png: (file: string) => void;
  close: () => void;
}

const palettes = {
  light: ["#2f6fd6", "#1f9d6b", "#d98a2b", "#8a5cd0", "#2499ad", "#d25757"],
  dark: ["#5b93ea", "#45b88a", "#e0a253", "#b18ae0", "#4fb6c8", "#e07a7a"],
};

interface Look {
  ink: string;
  faint: string;
  line: string;
  raised: string;
  palette: string[];
  font: string;
}

/** The style sheet's colours as the browser computes them; echarts does not read oklch. */
function look(): Look {
  const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => {
    if (!probe) return "#888";
    probe.fillStyle = style.getPropertyValue(name).trim();
    probe.fillRect(0, 0, 1, 1);
    const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
    return `rgb(${r},${g},${b})`;
  };
  const dark = document.documentElement.dataset.theme === "dark";
  return { ink: colour("--ink-2"), faint: colour("--ink-3"), line: colour("--line"), raised: colour("--overlay"), palette: dark ? palettes.dark : palettes.light, font: style.getPropertyValue("--font") };
}

/** A hex colour at some strength; opacity would fade the labels as well. */
const faded = (hex: string, alpha: number): string => hex + Math.round(alpha * 255).toString(16).padStart(2, "0");

const number = (value: number): string => value.toLocaleString(undefined, { maximumFractionDigits: 2 });

function round(chart: ChartData, style: Look): EChartsCoreOption {
  const values = chart.series[0]?.values ?? [];
  const points = chart.categories.map((name, index) => ({ name, value: values[index] ?? 0 }));
  if (chart.kind === "pie") {
    return { series: [{ type: "pie", radius: ["52%", "76%"], data: points, label: { color: style.ink, formatter: "{b} {d}%" }, itemStyle: { borderColor: style.raised, borderWidth: 2 } }] };
  }
  // One hue in falling strengths; each step says how much of the one before it is left.
  const shares = points.map((point, index) => (index === 0 ? "" : `  ${Math.round((point.value / (points[index - 1]?.value || 1)) * 100)}%`));
  const steps = points.map((point, index) => ({ ...point, itemStyle: { color: faded(style.palette[0] ?? "", 1 - index * (0.6 / Math.max(1, points.length - 1))), borderWidth: 0 } }));
  const base = { type: "funnel", sort: "none", gap: 2, left: "22%", width: "52%", top: 4, bottom: 4, minSize: "12%", data: steps };
  return {
    series: [
      { ...base, label: { position: "left", color: style.ink, formatter: "{b}" }, labelLine: { show: false } },
      // A second, unseen funnel carries the labels of the other side.
      { ...base, data: points, itemStyle: { color: "transparent", borderWidth: 0 }, silent: true, tooltip: { show: false }, labelLine: { show: false },
        label: { position: "right", color: style.faint, formatter: (point: { value: number; dataIndex: number }) => number(point.value) + (shares[point.dataIndex] ?? "") } },
    ],
  };
}

function straight(chart: ChartData, style: Look): EChartsCoreOption {
  const lying = chart.kind === "hbar";
  const names = { type: "category", data: chart.categories, inverse: lying, axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: style.faint, hideOverlap: true } };
  const values = { type: "value", axisLabel: { color: style.faint, formatter: number }, splitLine: { lineStyle: { color: style.line } } };
  const axes = chart.series.some((series) => series.right) ? [values, { ...values, splitLine: { show: false } }] : values;
  const series = chart.series.map((each, index) => {
    const type = each.type ?? (chart.kind === "line" ? "line" : "bar");
    const mark = index === 0 && chart.target && {
      markLine: { symbol: "none", silent: true, lineStyle: { color: style.faint, type: "dashed" }, label: { color: style.faint, formatter: chart.target.name, position: "insideStartTop" }, data: [lying ? { xAxis: chart.target.value } : { yAxis: chart.target.value }] },
    };
    return { type, name: each.name, data: each.values, stack: each.stack, yAxisIndex: each.right ? 1 : 0, barMaxWidth: 18, itemStyle: { borderRadius: each.stack ? 0 : 3 }, showSymbol: false, symbolSize: 5, smooth: chart.smooth ? 0.3 : false, lineStyle: { width: 2 }, ...mark };
  });
  return {
    grid: { left: 4, right: 12, top: chart.series.length > 1 ? 36 : 12, bottom: 4, containLabel: true },
    legend: chart.series.length > 1 ? { top: 0, right: 0, itemWidth: 12, itemHeight: 4, textStyle: { color: style.ink } } : undefined,
    xAxis: lying ? values : names,
    yAxis: lying ? names : axes,
    series,
  };
}

function options(chart: ChartData): EChartsCoreOption {
  const style = look();
  return {
    color: style.palette,
    animationDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 300,
    textStyle: { fontFamily: style.font, fontSize: 12 },
    aria: { enabled: true },
    tooltip: { trigger: /pie|funnel/.test(chart.kind) ? "item" : "axis", axisPointer: { type: "shadow" }, backgroundColor: style.raised, borderColor: style.line, textStyle: { color: style.ink, fontSize: 12 }, valueFormatter: (value: unknown) => (typeof value === "number" ? `${number(value)}${chart.unit ? ` ${chart.unit}` : ""}` : "—"), confine: true },
    ...(/pie|funnel/.test(chart.kind) ? round(chart, style) : straight(chart, style)),
  };
}

/** Turns the drawing into a picture of twice the size. */
function savePng(plot: HTMLElement, url: string, file: string): void {
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = plot.clientWidth * 2;
    canvas.height = plot.clientHeight * 2;
    const pen = canvas.getContext("2d");
    if (!pen) return;
    pen.fillStyle = look().raised;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    const link = document.createElement("a");
    link.download = file;
    link.href = canvas.toDataURL("image/png");
    link.click();
  };
  image.src = url;
}

export function draw(plot: HTMLElement, chart: ChartData, visit: (url: string) => void): Drawing {
  const drawing = init(plot, null, { renderer: "svg" });
  drawing.setOption(options(chart));
  drawing.on("click", (event) => {
    const url = chart.urls?.[event.dataIndex ?? -1];
    if (url) visit(url);
  });
  const resizing = new ResizeObserver(() => drawing.resize());
  resizing.observe(plot);
  return {
    theme: () => drawing.setOption(options(chart)),
    png: (file) => savePng(plot, drawing.getDataURL({ type: "svg" }), file),
    close: () => {
      resizing.disconnect();
      drawing.dispose();
    },
  };
}

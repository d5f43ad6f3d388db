// Long time series by uPlot: figure[data-chart] reads {x: [...], series: [{label, values}], unit?, time?} from data-src.
// The figure fetches again when a live event asks it to, keeps the reader's zoom, and writes a table of the same numbers.
import uPlot from "uplot";
import { axis as axisOf, colour, number } from "./chartkit.js";
import { element } from "./page.js";

const drawn = new Map();

function prepare() {
  for (const [figure, chart] of drawn) {
    if (figure.isConnected) continue;
    chart?.destroy();
    drawn.delete(figure);
  }
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    if (drawn.has(figure)) continue;
    drawn.set(figure, null);
    figure.addEventListener("live", () => load(figure));
    widths.observe(figure);
    load(figure);
  }
}

async function load(figure) {
  const place = figure.querySelector("[data-plot]");
  try {
    const answer = await fetch(figure.dataset.src, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`The figures could not be loaded (${answer.status}).`);
    draw(figure, place, await answer.json());
  } catch (error) {
    if (!drawn.get(figure)) place.replaceChildren(element("p", { class: "blank" }, error.message));
  }
}

function draw(figure, place, data) {
  figure.toggleAttribute("data-empty", data.x.length === 0);
  writeTable(figure, data);
  if (data.x.length === 0) return place.replaceChildren(element("p", { class: "blank" }, figure.dataset.empty ?? "Nothing measured yet"));
  const values = [data.x, ...data.series.map((series) => series.values)];
  const chart = drawn.get(figure);
  if (chart && chart.series.length === values.length) return chart.setData(values, !zoomed(chart));
  chart?.destroy();
  place.replaceChildren();
  drawn.set(figure, new uPlot(options(figure, place, data), values, place));
}

const zoomed = (chart) => {
  const xs = chart.data[0];
  return chart.scales.x.min > xs[0] || chart.scales.x.max < xs[xs.length - 1];
};

function options(figure, place, data) {
  const axis = axisOf();
  return {
    width: place.clientWidth,
    height: Number(figure.dataset.height ?? 200),
    cursor: { sync: { key: figure.dataset.sync ?? "throughline" }, points: { size: 7 } },
    scales: { x: { time: data.time === true } },
    axes: [{ ...axis, grid: { show: false } }, { ...axis, size: 54, label: data.unit, labelFont: axis.font, labelSize: data.unit ? 18 : 0 }],
    series: [{ label: data.x_label ?? (data.time ? "time" : "step") }, ...data.series.map(line)],
  };
}

function line(series, index) {
  const stroke = colour(`--c${(index % 6) + 1}`);
  const dash = series.dash ? [5, 5] : undefined;
  return { label: series.label, stroke, width: 2, dash, spanGaps: true, points: { show: series.values.length < 40, size: 5 }, value: (_, v) => number(v) };
}

function writeTable(figure, data) {
  const table = figure.querySelector("[data-twin]");
  if (!table) return;
  const shown = data.x.length > 200 ? Math.ceil(data.x.length / 200) : 1;
  const head = element("tr", {}, ...[data.x_label ?? "step", ...data.series.map((s) => s.label)].map((name) => element("th", { class: "r" }, name)));
  const rows = data.x.flatMap((x, i) => {
    if (i % shown && i !== data.x.length - 1) return [];
    const first = data.time ? new Date(x * 1000).toISOString().slice(0, 16).replace("T", " ") : String(x);
    return [element("tr", {}, ...[first, ...data.series.map((s) => number(s.values[i]))].map((text) => element("td", { class: "r" }, text)))];
  });
  table.replaceChildren(element("thead", {}, head), element("tbody", {}, ...rows));
}

const widths = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const chart = drawn.get(target);
    const place = target.querySelector("[data-plot]");
    if (chart && place.clientWidth && chart.width !== place.clientWidth) chart.setSize({ width: place.clientWidth, height: chart.height });
  }
});

/** The colours are drawn on a canvas: a new theme needs new charts. */
function redraw() {
  for (const [figure, chart] of drawn) {
    chart?.destroy();
    drawn.set(figure, null);
    load(figure);
  }
}

prepare();
document.addEventListener("htmx:afterSwap", prepare);
document.addEventListener("tl:theme", redraw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

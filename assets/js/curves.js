// Metrics of one run or of several: figure[data-curves] reads its series from data-src and draws them by uPlot.
// The tools of the page (x axis, smoothing, log scale) hold for all its charts and stand in the address. Zooming into
// steps fetches that range again, because a long history comes downsampled. A live event adds what is new and leaves
// the zoom alone.
import uPlot from "uplot";
import { axis, colour, number } from "./chartkit.js";
import { element } from "./page.js";
import "./narrow.js";

const charts = new Map();
const tools = document.querySelector("[data-chart-tools]");
const settings = { x: "step", smooth: 0, log: false };
const FETCH_AGAIN_MS = 160;

// --- the tools ------------------------------------------------------------------------------------------------------

if (tools) {
  const given = new URLSearchParams(location.search);
  const { x, smooth, log } = tools.elements;
  if ([...x.options].some((option) => option.value === given.get("x"))) x.value = given.get("x");
  if (given.has("smooth")) smooth.value = given.get("smooth");
  log.checked = given.get("log") === "1";
  const read = () => Object.assign(settings, { x: x.value, smooth: Number(smooth.value), log: log.checked });
  read();
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.addEventListener("input", (event) => {
    if (!["x", "smooth", "log"].includes(event.target.name)) return;
    read();
    remember();
    for (const [figure, chart] of charts) event.target === x ? load(figure) : chart.data && draw(figure);
  });
}

function remember() {
  const url = new URL(location.href);
  const set = (name, value, usual) => (value === usual ? url.searchParams.delete(name) : url.searchParams.set(name, value));
  set("x", settings.x, "step");
  set("smooth", String(settings.smooth), "0");
  set("log", settings.log ? "1" : "", "");
  history.replaceState(null, "", url);
}

// --- loading --------------------------------------------------------------------------------------------------------

const seen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    load(target);
  }
}, { rootMargin: "300px" });

function prepare() {
  for (const [figure, chart] of charts) {
    if (figure.isConnected) continue;
    chart.plot?.destroy();
    charts.delete(figure);
  }
  for (const figure of document.querySelectorAll("figure[data-curves]")) {
    if (charts.has(figure)) continue;
    charts.set(figure, { plot: null, data: null, drawn: "", range: null, timer: 0, asked: 0 });
    figure.addEventListener("live", () => charts.get(figure)?.data && load(figure));
    widths.observe(figure);
    seen.observe(figure);
  }
}

async function load(figure) {
  const chart = charts.get(figure);
  const mine = ++chart.asked;
  const url = new URL(figure.dataset.src, location.href);
  url.searchParams.set("x", settings.x);
  if (settings.x === "step" && chart.range) {
    url.searchParams.set("low", Math.floor(chart.range[0]));
    url.searchParams.set("high", Math.ceil(chart.range[1]));
  }
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (mine !== chart.asked || !figure.isConnected) return;
    if (!answer.ok) throw new Error(`The figures could not be loaded (${answer.status}).`);
    chart.data = await answer.json();
    draw(figure);
  } catch (error) {
    if (!chart.plot) place(figure).replaceChildren(element("p", { class: "blank" }, error.message));
  }
}

const place = (figure) => figure.querySelector("[data-plot]");

// --- drawing --------------------------------------------------------------------------------------------------------

/** The exponential mean, without the pull of its start. */
function smoothed(values, weight) {
  let sum = 0;
  let share = 0;
  return values.map((value) => {
    if (value === null) return null;
    sum = sum * weight + value * (1 - weight);
    share = share * weight + (1 - weight);
    return sum / share;
  });
}

const fit = (values) => (settings.log ? values.map((v) => (v !== null && v > 0 ? v : null)) : values);

function draw(figure) {
  const chart = charts.get(figure);
  const { series, x_label: label, time } = chart.data;
  const filled = series.filter((one) => one.x.length > 0);
  figure.toggleAttribute("data-empty", filled.length === 0);
  note(figure, series);
  if (filled.length === 0) {
    chart.plot?.destroy();
    chart.plot = null;
    place(figure).replaceChildren(element("p", { class: "blank" }, "Nothing measured yet"));
    return;
  }
  const tables = filled.map((one) => [one.x, fit(one.y)]);
  if (settings.smooth) tables.push(...filled.map((one) => [one.x, fit(smoothed(one.y, settings.smooth))]));
  const values = uPlot.join(tables, tables.map((table) => table.map(() => 2)));
  writeTable(figure, label, filled, values, time);
  const shape = JSON.stringify([settings, filled.map((one) => [one.label, one.shade])]);
  if (chart.plot && chart.drawn === shape) {
    chart.plot.setData(values, chart.range === null);
    return;
  }
  chart.plot?.destroy();
  place(figure).replaceChildren();
  chart.drawn = shape;
  chart.range = null;
  chart.plot = new uPlot(options(figure, chart, filled, label, time), values, place(figure));
  chart.ready = true;
}

function options(figure, chart, filled, label, time) {
  const style = axis();
  const faint = settings.smooth > 0;
  return {
    width: place(figure).clientWidth,
    height: Number(figure.dataset.height ?? 210),
    cursor: { sync: { key: "curves" }, points: { size: 7 }, focus: { prox: 24 } },
    focus: { alpha: filled.length > 2 ? 0.35 : 1 },
    scales: { x: { time }, y: settings.log ? { distr: 3 } : {} },
    axes: [{ ...style, grid: { show: false } }, { ...style, size: 58, values: settings.log ? undefined : (_, ticks) => ticks.map(number) }],
    legend: { show: true, live: true },
    series: [
      { label, value: (_, v) => (v === null ? "–" : time ? new Date(v * 1000).toLocaleString() : number(v)) },
      ...filled.map((one, index) => line(one, index, filled, faint)),
      ...(faint ? filled.map((one, index) => ({ ...line(one, index, filled, false), label: `${one.label}, smooth` })) : []),
    ],
    hooks: { setScale: [(plot, key) => key === "x" && zoomed(figure, chart, plot)] },
  };
}

/** A second series of the same colour is dashed: never colour alone. */
function line(one, index, all, faint) {
  const css = one.shade === null ? "" : `run-${one.shade}`;
  const base = one.shade === null ? colour(`--c${(index % 6) + 1}`) : colour("--run", css);
  const twin = all.slice(0, index).some((other) => other.shade === one.shade && one.shade !== null);
  const stroke = faint ? base.replace("rgb(", "rgba(").replace(")", ", 0.28)") : base;
  const points = { show: one.x.length < 40 && !faint, size: 5 };
  return { label: one.label, stroke, width: faint ? 1 : 2, dash: twin ? [6, 4] : undefined, spanGaps: true, points, value: (_, v) => number(v) };
}

function zoomed(figure, chart, plot) {
  if (!chart.plot || plot !== chart.plot || settings.x !== "step") return;
  const xs = plot.data[0];
  const { min, max } = plot.scales.x;
  const whole = chart.data.low !== null && min <= chart.data.low && max >= chart.data.high;
  const range = whole || (chart.range === null && min <= xs[0] && max >= xs[xs.length - 1]) ? null : [min, max];
  if (JSON.stringify(range) === JSON.stringify(chart.range)) return;
  chart.range = range;
  clearTimeout(chart.timer);
  if (chart.data.series.some((one) => one.is_sampled)) chart.timer = setTimeout(() => load(figure), FETCH_AGAIN_MS);
}

// A double click shows everything again.
document.addEventListener("dblclick", ({ target }) => {
  const figure = target.closest("figure[data-curves]");
  const chart = figure && charts.get(figure);
  if (!chart?.range) return;
  chart.range = null;
  load(figure);
});

function note(figure, series) {
  const said = series.filter((one) => one.odd > 0).map((one) => `${one.label}: ${one.odd} not finite`);
  const line = figure.querySelector("[data-odd]");
  if (line) line.textContent = said.join("; ");
}

function writeTable(figure, label, filled, values, time) {
  const table = figure.querySelector("[data-twin]");
  if (!table) return;
  const stride = Math.ceil(values[0].length / 200);
  const head = [label, ...filled.map((one) => one.label)].map((name) => element("th", { class: "r", scope: "col" }, name));
  const rows = values[0].flatMap((x, i) => {
    if (i % stride && i !== values[0].length - 1) return [];
    const first = time ? new Date(x * 1000).toISOString().slice(0, 19).replace("T", " ") : number(x);
    return [element("tr", {}, ...[first, ...filled.map((_, at) => number(values[at + 1][i]))].map((text) => element("td", { class: "r" }, text)))];
  });
  table.replaceChildren(element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows));
}

const widths = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const plot = charts.get(target)?.plot;
    const width = place(target).clientWidth;
    if (plot && width && plot.width !== width) plot.setSize({ width, height: plot.height });
  }
});

/** The colours are drawn on a canvas: a new theme needs new charts. */
function redraw() {
  for (const [figure, chart] of charts) {
    chart.drawn = "";
    if (chart.data) draw(figure);
  }
}

prepare();
document.addEventListener("htmx:afterSwap", prepare);
document.addEventListener("tl:theme", redraw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

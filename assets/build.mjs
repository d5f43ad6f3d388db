// Bundles the front end into build/static/throughline. Run by `npm run build`; `--watch` builds again on each change.
// Each file is named by its content, so that a browser keeps it for ever; manifest.json tells the names (core/static.py).
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const out = join(root, "build", "static", "throughline");

const options = {
  entryPoints: [
    { in: join(here, "css", "app.css"), out: "app" },
    { in: join(here, "js", "app.js"), out: "app" },
    { in: join(here, "js", "theme.js"), out: "theme" },
    { in: join(here, "js", "board.js"), out: "board" },
    { in: join(here, "js", "runs.js"), out: "runs" },
    { in: join(here, "js", "items.js"), out: "items" },
    { in: join(here, "js", "curves.js"), out: "curves" },
    { in: join(here, "js", "studio.js"), out: "studio" },
    { in: join(here, "js", "risks.js"), out: "risks" },
    { in: join(here, "js", "review.js"), out: "review" },
  ],
  outdir: out,
  entryNames: "[name]-[hash]",
  metafile: true,
  plugins: [
    { name: "finish", setup: (build) => build.onEnd(({ metafile }) => metafile && finish(metafile)) },
    { name: "fonts", setup: (build) => build.onLoad({ filter: /@fontsource.*\.css$/ }, atOnceOrNot) },
  ],
  bundle: true,
  minify: true,
  sourcemap: true,
  sourcesContent: false,
  format: "iife",
  target: ["chrome123", "edge123", "firefox121", "safari17.5"],
  loader: { ".woff2": "file" },
  assetNames: "fonts/[name]-[hash]",
  legalComments: "linked",
  logLevel: "info",
};

/** A font that comes late waits for the next page: no line moves while it is read. The page asks for it first of all
 * (templates/ui/base.html), so that it seldom is late. */
async function atOnceOrNot({ path }) {
  const css = await readFile(path, "utf8");
  return { contents: css.replaceAll("font-display: swap", "font-display: optional"), loader: "css" };
}

/** One sprite of the icons named in icons.json: `<svg><use href="icons.svg#house"/></svg>`. */
async function writeSprite() {
  const names = JSON.parse(await readFile(join(here, "icons.json"), "utf8"));
  const symbols = await Promise.all(names.map(symbol));
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg"><!-- Lucide, ISC licence -->${symbols.join("")}</svg>`;
  await writeNamed("icons.svg", sprite);
}

async function symbol(name) {
  const svg = await readFile(join(root, "node_modules", "lucide-static", "icons", `${name}.svg`), "utf8");
  const inner = svg.replace(/^[\s\S]*?<svg[\s\S]*?>/, "").replace(/<\/svg>\s*$/, "");
  return `<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s+/g, " ").trim()}</symbol>`;
}

const names = {};

async function writeNamed(name, content) {
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  names[name] = name.replace(".", `-${digest}.`);
  await writeFile(join(out, names[name]), content);
}

const compressions = { gz: promisify(gzip), br: promisify(brotliCompress) };

/** The names by content, and beside each file the same compressed, which WhiteNoise sends to who takes it. */
async function finish({ outputs }) {
  for (const path of Object.keys(outputs).filter((path) => /-[0-9A-Z]{8}\.(js|css)$/.test(path))) {
    const file = basename(path);
    names[file.replace(/-[0-9A-Z]{8}\./, ".")] = file;
  }
  await Promise.all(Object.values(names).map(compress));
  const inter = Object.keys(outputs).find((path) => basename(path).startsWith("inter-latin-opsz"));
  const told = { ...names, "inter.woff2": `fonts/${basename(inter)}` };
  await writeFile(join(out, "manifest.json"), JSON.stringify(told, null, 1));
}

async function compress(name) {
  const content = await readFile(join(out, name));
  for (const [end, by] of Object.entries(compressions)) await writeFile(join(out, `${name}.${end}`), await by(content));
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await writeSprite();
await writeNamed("favicon.svg", await readFile(join(here, "img", "favicon.svg")));

if (process.argv.includes("--watch")) {
  await (await esbuild.context(options)).watch();
} else {
  await esbuild.build(options);
}

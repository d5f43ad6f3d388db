// Bundles the front end into build/static/throughline. Run by `npm run build`; `--watch` builds again on each change.
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
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
    { in: join(here, "js", "charts.js"), out: "charts" },
    { in: join(here, "js", "runs.js"), out: "runs" },
    { in: join(here, "js", "items.js"), out: "items" },
    { in: join(here, "js", "curves.js"), out: "curves" },
    { in: join(here, "js", "studio.js"), out: "studio" },
    { in: join(here, "js", "risks.js"), out: "risks" },
    { in: join(here, "js", "review.js"), out: "review" },
  ],
  outdir: out,
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

/** One sprite of the icons named in icons.json: `<svg><use href="icons.svg#house"/></svg>`. */
async function writeSprite() {
  const names = JSON.parse(await readFile(join(here, "icons.json"), "utf8"));
  const symbols = await Promise.all(names.map(symbol));
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg"><!-- Lucide, ISC licence -->${symbols.join("")}</svg>`;
  await writeFile(join(out, "icons.svg"), sprite);
}

async function symbol(name) {
  const svg = await readFile(join(root, "node_modules", "lucide-static", "icons", `${name}.svg`), "utf8");
  const inner = svg.replace(/^[\s\S]*?<svg[\s\S]*?>/, "").replace(/<\/svg>\s*$/, "");
  return `<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s+/g, " ").trim()}</symbol>`;
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await writeSprite();
await copyFile(join(here, "img", "favicon.svg"), join(out, "favicon.svg"));

if (process.argv.includes("--watch")) {
  await (await esbuild.context(options)).watch();
} else {
  await esbuild.build(options);
}

// Builds everything the browser gets into dist/: hashed names, precompressed twins and manifest.json.
// `node build.mjs` builds once, `node build.mjs --watch` again on every change. Needs no network.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, watch, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build as esbuild } from "esbuild";
import { bundleAsync } from "lightningcss";
import { generatedCss } from "./generated-css.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");

// Chrome 109 is the last one for Windows 7, and the kernel of the common domestic browsers.
const targets = { chrome: 109 << 16, edge: 109 << 16, safari: 16 << 16, ios_saf: 16 << 16, firefox: 115 << 16 };

/** Writes `text` as `name-hash.ext` and returns the file's name. */
function emit(name, text) {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
  const file = name.replace(/(\.\w+)$/, `-${hash}$1`);
  writeFileSync(join(dist, file), text);
  return file;
}

/** One symbol per line of icons.txt, cut out of the icon package; the page draws them with <use>. */
function sprite() {
  const names = readFileSync(join(here, "icons.txt"), "utf8").split(/\s+/).filter(Boolean).sort();
  const symbols = [...new Set(names)].map((name) => {
    const svg = readFileSync(join(here, "node_modules/lucide-static/icons", `${name}.svg`), "utf8");
    const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="var(--icon-fill, none)" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${inner.replace(/\s+/g, " ").replace(/> </g, "><").trim()}</symbol>`;
  });
  const text = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
  return { text, names: [...new Set(names)] };
}

async function css(font) {
  const { code } = await bundleAsync({
    filename: join(here, "css/index.css"),
    minify: true,
    targets,
    resolver: {
      // hues.css does not exist on disk: it is arithmetic, and arithmetic is better kept as code.
      read: (file) => (file.endsWith("/hues.css") ? generatedCss(font) : readFileSync(file, "utf8")),
      resolve: (specifier, from) => resolve(dirname(from), specifier),
    },
  });
  return code;
}

async function javascript() {
  const { metafile } = await esbuild({
    entryPoints: [join(here, "src/app.ts")],
    outdir: dist,
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    target: ["chrome109", "safari16", "firefox115"],
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  const outputs = Object.entries(metafile.outputs);
  const [entry] = outputs.find(([, output]) => output.entryPoint?.endsWith("src/app.ts"));
  // What app.js imports at once; the page names these too, so that they load side by side and not one after another.
  const imported = new Set();
  const follow = (file) => {
    for (const { path, kind } of metafile.outputs[file].imports) {
      if (kind !== "import-statement" || imported.has(path)) continue;
      imported.add(path);
      follow(path);
    }
  };
  follow(entry);
  const name = (file) => file.split("/").pop();
  return { entry: name(entry), imported: [...imported].map(name) };
}

/** The service worker. It has one address for ever, so it names the files of this build inside. */
async function worker(needed) {
  const address = (file) => `/assets/${file}`;
  const built = readdirSync(dist).filter((file) => !/\.(br|gz)$/.test(file));
  await esbuild({
    entryPoints: [join(here, "src/offline/worker.ts")],
    outfile: join(dist, "sw.js"),
    bundle: true,
    format: "iife",
    minify: true,
    target: ["chrome109", "safari16", "firefox115"],
    legalComments: "none",
    define: { NEEDED: JSON.stringify(needed.map(address)), BUILT: JSON.stringify(built.map(address)) },
    logLevel: "warning",
  });
}

/** Compresses once here with the strongest settings, so that the server never does it per request. */
function compress() {
  for (const file of readdirSync(dist)) {
    if (!/\.(js|css|svg|json|webmanifest)$/.test(file) || file === "manifest.json") continue;
    const raw = readFileSync(join(dist, file));
    const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length } };
    writeFileSync(join(dist, `${file}.br`), brotliCompressSync(raw, brotli));
    writeFileSync(join(dist, `${file}.gz`), gzipSync(raw, { level: 9 }));
  }
}

function report(manifest, imported) {
  const kb = (file) => (gzipSync(readFileSync(join(dist, file))).length / 1024).toFixed(1);
  for (const file of readdirSync(dist).filter((name) => /\.(js|css|svg)$/.test(name)).sort()) {
    console.log(`${kb(file).padStart(7)} KB gz  ${file}`);
  }
  const sum = (files) => files.reduce((total, file) => total + Number(kb(file)), 0);
  const budgets = [["app.js and its imports", [manifest["app.js"], ...imported], 30], ["app.css", [manifest["app.css"]], 25]];
  for (const [name, files, limit] of budgets) {
    console.log(`${sum(files).toFixed(1).padStart(7)} KB gz  ${name}, of ${limit}`);
    if (sum(files) > limit) throw new Error(`${name} is over its budget of ${limit} KB`);
  }
}

async function buildAll() {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  const manifest = {};
  const font = join(here, "node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2");
  manifest["inter.woff2"] = emit("inter.woff2", readFileSync(font));
  const icons = sprite();
  manifest["sprite.svg"] = emit("sprite.svg", icons.text);
  manifest["favicon.svg"] = emit("favicon.svg", readFileSync(join(here, "favicon.svg")));
  manifest["app.css"] = emit("app.css", await css(manifest["inter.woff2"]));
  const { entry, imported } = await javascript();
  manifest["app.js"] = entry;
  await worker([...Object.values(manifest), ...imported]);
  compress();
  // The manifest comes last: the Rust build watches it, and so sees a complete folder.
  writeFileSync(join(dist, "manifest.json"), JSON.stringify({ files: manifest, imported, icons: icons.names }, null, 1));
  report(manifest, imported);
}

await buildAll();

if (process.argv.includes("--watch")) {
  let timer;
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => buildAll().catch((error) => console.error(error.message)), 80);
  };
  for (const folder of ["src", "css"]) watch(join(here, folder), { recursive: true }, again);
  watch(join(here, "icons.txt"), again);
}

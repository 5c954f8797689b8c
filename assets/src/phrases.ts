// The words of the islands come from the server; the code has none. Keys are listed in assets/README.md. A page of
// the program loads them as a module that runs before this one, a sample page holds them as a data block.

interface Table {
  [key: string]: string | Table;
}

declare global {
  var guanxiPhrases: Table | undefined;
}

let phrases: Record<string, string> | undefined;

/** Tables inside tables become keys with points, so that the server may write either. */
function flatten(table: Table, prefix = ""): Record<string, string> {
  return Object.fromEntries(
    Object.entries(table).flatMap(([key, value]) =>
      typeof value === "string" ? [[prefix + key, value]] : Object.entries(flatten(value, `${prefix}${key}.`)),
    ),
  );
}

function load(): Record<string, string> {
  const text = document.getElementById("phrases")?.textContent;
  return flatten(text ? (JSON.parse(text) as Table) : (globalThis.guanxiPhrases ?? {}));
}

/** A phrase with its gaps `{name}` filled; a missing phrase shows its key, so that it is noticed. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  phrases ??= load();
  const phrase = phrases[key] ?? key;
  return phrase.replace(/\{(\w+)\}/g, (gap, name: string) => String(values[name] ?? gap));
}

/** The language of the page, for dates and numbers. */
export const lang = (): string => document.documentElement.lang || "zh-CN";

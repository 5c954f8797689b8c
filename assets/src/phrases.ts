// The words of the islands come with the page; the code has none. Keys are listed in assets/README.md.

let phrases: Record<string, string> | undefined;

function load(): Record<string, string> {
  const text = document.getElementById("phrases")?.textContent;
  return text ? (JSON.parse(text) as Record<string, string>) : {};
}

/** A phrase with its gaps `{name}` filled; a missing phrase shows its key, so that it is noticed. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  phrases ??= load();
  const phrase = phrases[key] ?? key;
  return phrase.replace(/\{(\w+)\}/g, (gap, name: string) => String(values[name] ?? gap));
}

/** The language of the page, for dates and numbers. */
export const lang = (): string => document.documentElement.lang || "zh-CN";

// Pages kept for reading without the network. A page is kept as its sheet and its title; the shell around all of them
// is kept once, because everything but the sheet is the same. Shared by the page and the service worker.

export const PAGES = "guanxi-pages-1";
/** How many record pages are kept. */
export const MOST = 50;

const SHELL = "/~/shell";
const USER = "/~/user";
const PLACE = "<!--sheet-->";

export interface Kept {
  title: string;
  main: string;
  at: number;
}

/** Whether a path is that of a record. */
export const isRecord = (path: string): boolean => /^\/[a-z][a-z0-9_]*\/\d+$/.test(path);

const keyOf = (path: string): string => `/~/page${path}`;
export const pathOf = (key: string): string | undefined => new URL(key, "http://here").pathname.match(/^\/~\/page(\/.*)$/)?.[1];

/** The sheet of a document or fragment, and what stands around it. */
export function cut(text: string): { title: string; main: string; shell?: string; user?: string } | undefined {
  const from = text.indexOf("<main");
  const to = text.lastIndexOf("</main>");
  if (from < 0 || to < 0) return undefined;
  const end = to + "</main>".length;
  const title = text.match(/<title>([^<]*)<\/title>/)?.[1] ?? "";
  const main = text.slice(from, end);
  if (!/^\s*<!doctype/i.test(text)) return { title, main };
  const user = text.match(/<meta name="user" content="([^"]*)"/)?.[1];
  return { title, main, shell: text.slice(0, from) + PLACE + text.slice(end), user };
}

/** A document, or the fragment that htmx swaps in. The time when it was kept stands on the sheet. */
export function joined(kept: Kept, shell: string | undefined): string {
  const main = kept.main.replace("<main", `<main data-kept="${kept.at}"`);
  if (shell === undefined) return `<title>${kept.title}</title>${main}`;
  // Functions, because a `$` in a record would mean something to replace().
  return shell.replace(/<title>[^<]*<\/title>/, () => `<title>${kept.title}</title>`).replace(PLACE, () => main);
}

const store = (): Promise<Cache> => caches.open(PAGES);

async function text(key: string): Promise<string | undefined> {
  return (await (await store()).match(key))?.text();
}

export const userOf = (): Promise<string | undefined> => text(USER);
export const shellOf = (): Promise<string | undefined> => text(SHELL);

/** Keeps the shell of a reader's pages; another reader begins with nothing. */
export async function keepShell(shell: string, user: string): Promise<void> {
  if ((await userOf()) !== user) await caches.delete(PAGES);
  const cache = await store();
  await cache.put(USER, new Response(user));
  await cache.put(SHELL, new Response(shell));
}

/** Keeps a page as the newest and drops the oldest record beyond the limit. */
export async function keepPage(path: string, kept: Kept): Promise<void> {
  const cache = await store();
  const key = keyOf(path);
  await cache.delete(key); // What is put again goes to the end of the keys.
  await cache.put(key, new Response(JSON.stringify(kept), { headers: { "Content-Type": "application/json" } }));
  const records = (await cache.keys()).filter((request) => isRecord(pathOf(request.url) ?? ""));
  for (const request of records.slice(0, Math.max(0, records.length - MOST))) await cache.delete(request);
}

export async function pageOf(path: string): Promise<Kept | undefined> {
  const found = await text(keyOf(path));
  return found ? (JSON.parse(found) as Kept) : undefined;
}

/** The records that can be read, the newest first. */
export async function records(): Promise<{ path: string; title: string; at: number }[]> {
  const found = [];
  for (const request of await (await store()).keys()) {
    const path = pathOf(request.url);
    const kept = path && isRecord(path) ? await pageOf(path) : undefined;
    if (path && kept) found.push({ path, title: kept.title, at: kept.at });
  }
  return found.reverse();
}

// The service worker: keeps the interface's files, the pages of the last records, and takes in what is written without
// the network. It asks the network first for every page, so nobody reads something old while the program is there.

import { cut, isRecord, joined, keepPage, keepShell, pageOf, PAGES, shellOf, userOf } from "./kept.ts";
import { cleaned, isQueueable, isUnreachable, put } from "./outbox.ts";

declare const self: ServiceWorkerGlobalScope;
/** Put in by the build: what every page needs, and everything that belongs to this release. */
declare const NEEDED: string[];
declare const BUILT: string[];

const ASSETS = "guanxi-assets-1";

async function install(): Promise<void> {
  const cache = await caches.open(ASSETS);
  const known = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  await cache.addAll(NEEDED.filter((file) => !known.has(file)));
  await self.skipWaiting();
}

async function activate(): Promise<void> {
  const cache = await caches.open(ASSETS);
  for (const request of await cache.keys()) {
    const { pathname } = new URL(request.url);
    // The words are named by the server; they are few and small.
    if (!BUILT.includes(pathname) && !pathname.startsWith("/assets/phrases-")) await cache.delete(request);
  }
  await self.clients.claim();
}

/** A hashed file never changes, so what is kept is as good as what the network has. */
async function asset(request: Request): Promise<Response> {
  const cache = await caches.open(ASSETS);
  const kept = await cache.match(request.url);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request.url, answer.clone());
  return answer;
}

async function keep(url: URL, answer: Response): Promise<void> {
  if (!answer.headers.get("Content-Type")?.startsWith("text/html")) return;
  const parts = cut(await answer.text());
  if (!parts) return;
  if (parts.shell && parts.user) {
    await keepShell(parts.shell, parts.user);
    if (!(await pageOf("/offline"))) await keepOffline();
  }
  if (isRecord(url.pathname) && (await userOf())) await keepPage(url.pathname, { title: parts.title, main: parts.main, at: Date.now() });
}

async function keepOffline(): Promise<void> {
  const answer = await fetch("/offline", { credentials: "same-origin" });
  const parts = answer.ok ? cut(await answer.text()) : undefined;
  if (parts) await keepPage("/offline", { title: parts.title, main: parts.main, at: Date.now() });
}

async function page(event: FetchEvent, fragment: boolean): Promise<Response> {
  const url = new URL(event.request.url);
  try {
    const answer = await fetch(event.request);
    // The log-in page means that nobody is logged in any more: their pages go.
    if (url.pathname === "/login" && answer.ok) event.waitUntil(caches.delete(PAGES));
    else if (answer.ok && !answer.redirected) event.waitUntil(keep(url, answer.clone()));
    return answer;
  } catch (error) {
    const kept = (await pageOf(url.pathname)) ?? (await pageOf("/offline"));
    const shell = fragment ? undefined : await shellOf();
    if (!kept || (!fragment && !shell)) throw error;
    return new Response(joined(kept, shell), { headers: { "Content-Type": "text/html; charset=utf-8", "X-Kept": String(kept.at) } });
  }
}

/** Sends a form under a key of its own. When the program cannot be reached, the form waits in the outbox. */
async function write(request: Request): Promise<Response> {
  const text = await request.clone().text();
  const key = request.headers.get("Idempotency-Key") ?? crypto.randomUUID();
  const headers = new Headers(request.headers);
  headers.set("Idempotency-Key", key);
  try {
    const answer = await fetch(request.url, { method: "POST", headers, body: text, credentials: "same-origin" });
    if (!isUnreachable(answer.status)) return answer;
  } catch {
    // Falls through to the outbox.
  }
  const user = await userOf();
  if (user === undefined) return Response.error();
  await put({ key, url: new URL(request.url).pathname, user, at: Date.now(), ...cleaned(text) });
  for (const client of await self.clients.matchAll()) client.postMessage({ queued: new URL(request.url).pathname });
  // The page stays as it is: there is nothing to swap in yet.
  return new Response("", { status: 202, headers: { "X-Queued": key, "HX-Reswap": "none", "HX-Push-Url": "false" } });
}

async function leave(request: Request): Promise<Response> {
  const answer = await fetch(request);
  await caches.delete(PAGES);
  return answer;
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => {
  // A page that was loaded before this worker says what it uses.
  const files = (event.data as { uses?: string[] }).uses;
  if (files) event.waitUntil(Promise.all(files.map((file) => asset(new Request(file)).catch(() => undefined))));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin || request.headers.has("X-Outbox")) return;
  const { headers } = request;
  if (request.method === "POST") {
    const form = headers.get("Content-Type")?.startsWith("application/x-www-form-urlencoded") && request.mode !== "navigate";
    if (form && isQueueable(url.pathname)) event.respondWith(write(request));
    else if (url.pathname === "/logout" && request.mode !== "navigate") event.respondWith(leave(request));
    return;
  }
  if (request.method !== "GET") return;
  if (url.pathname.startsWith("/assets/")) return event.respondWith(asset(request));
  const sheet = headers.get("HX-Request") === "true" && (headers.has("HX-Boosted") || headers.get("HX-Target") === "main#main");
  if (/^\/(api|files|events)\b/.test(url.pathname)) return;
  if (request.mode === "navigate" || sheet) event.respondWith(page(event, sheet));
});

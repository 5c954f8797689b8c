// Requests of the islands. Every change carries the token, every answer may carry a toast.

import { showToast, type Toast } from "./toast.ts";
import { t } from "./phrases.ts";

export interface Answer {
  ok: boolean;
  /** Zero when the network failed. */
  status: number;
  text: string;
  headers: Headers;
}

type Form = FormData | URLSearchParams | Record<string, string>;

export const csrf = (): string => document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";

/** Shows the toast of an answer. False when the session has ended and the answer is of no use. */
export function handleHeaders(status: number, headers: Headers): boolean {
  const header = headers.get("X-Toast");
  if (header) showToast(JSON.parse(decodeURIComponent(header)) as Toast);
  if (status !== 401) return true;
  document.dispatchEvent(new CustomEvent("session:ended"));
  return false;
}

const asBody = (form: Form): FormData | URLSearchParams =>
  form instanceof FormData || form instanceof URLSearchParams ? form : new URLSearchParams(form);

/** Sends a request as htmx would, so that the server answers with a fragment. */
export async function send(url: string, form?: Form, signal?: AbortSignal): Promise<Answer> {
  const headers: Record<string, string> = { "HX-Request": "true", "HX-Current-URL": location.href };
  if (form) headers["X-CSRF-Token"] = csrf();
  const init: RequestInit = { method: form ? "POST" : "GET", headers, credentials: "same-origin" };
  if (form) init.body = asBody(form);
  if (signal) init.signal = signal;
  try {
    const response = await fetch(url, init);
    const text = await response.text();
    handleHeaders(response.status, response.headers);
    return { ok: response.ok, status: response.status, text, headers: response.headers };
  } catch (error) {
    const aborted = error instanceof DOMException && error.name === "AbortError";
    if (!aborted) showToast({ text: t("network"), tone: "bad" });
    return { ok: false, status: 0, text: "", headers: new Headers() };
  }
}

/** Fetches JSON; undefined when that failed or was superseded. */
export async function json<T>(url: string, signal?: AbortSignal): Promise<T | undefined> {
  const init: RequestInit = { headers: { Accept: "application/json" }, credentials: "same-origin" };
  if (signal) init.signal = signal;
  try {
    const response = await fetch(url, init);
    if (!handleHeaders(response.status, response.headers) || !response.ok) return undefined;
    return (await response.json()) as T;
  } catch {
    return undefined;
  }
}

// What was written without the network, kept in this browser until it has been sent. Both the page and the service
// worker read and write it.

export interface Waiting {
  /** The Idempotency-Key of every attempt, so that none counts twice. */
  key: string;
  url: string;
  /** The form as it was posted, without its token. */
  body: string;
  /** Whose it is; someone else's session does not send it. */
  user: string;
  /** When it was written. */
  at: number;
  /** Its first words. */
  label: string;
  /** Why the server refused it, in the reader's language; it waits until someone looks at it. */
  error?: string;
}

const STORE = "outbox";

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("guanxi", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function run<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = db.transaction(STORE, mode);
      const request = ask(transaction.objectStore(STORE));
      // Kept means on disk: the promise waits for the transaction and not only for the request.
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    db.close();
  }
}

export const put = (item: Waiting): Promise<unknown> => run("readwrite", (store) => store.put(item));
export const remove = (key: string): Promise<unknown> => run("readwrite", (store) => store.delete(key));

/** Someone's, oldest first. */
export async function waiting(user: string): Promise<Waiting[]> {
  const all = await run<Waiting[]>("readonly", (store) => store.getAll());
  return all.filter((item) => item.user === user).sort((a, b) => a.at - b.at);
}

/** What may be written without the network: follow-ups and tasks. */
export const isQueueable = (path: string): boolean => /^\/(?:[a-z][a-z0-9_]*\/\d+\/compose|(?:activity|task)\/new)$/.test(path);

/** An answer of whatever stands between the program and the network: whether the program heard is unknown. */
export const isUnreachable = (status: number): boolean => status === 502 || status === 503 || status === 504;

/** A posted form without its token, which belongs to a session, and its first words. */
export function cleaned(body: string): { body: string; label: string } {
  const form = new URLSearchParams(body);
  form.delete("csrf");
  const words = form.get("text") ?? form.get("content") ?? form.get("title") ?? "";
  return { body: form.toString(), label: words.trim().slice(0, 80) };
}

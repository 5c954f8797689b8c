// Starts the service worker, where the browser allows one: over https and on the machine itself.

function uses(worker: ServiceWorker | null): void {
  const files = performance.getEntriesByType("resource").map((entry) => new URL(entry.name).pathname);
  worker?.postMessage({ uses: files.filter((file) => file.startsWith("/assets/")) });
}

export function startOffline(): void {
  if (!("serviceWorker" in navigator) || !document.querySelector('meta[name="user"]')) return;
  void navigator.serviceWorker.register("/sw.js").catch(() => undefined);
  void navigator.serviceWorker.ready.then((registration) => {
    uses(registration.active);
    return import("./status.ts").then((status) => status.start());
  });
}

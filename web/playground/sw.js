// The service worker: what the page consists of is kept when it is first opened, and then served without a network.
// The build puts the list of files in and a version that changes with any of them.
const files = "%FILES%";
const cacheName = "betalab-%VERSION%";

async function keep(cache, request) {
  try {
    await cache.add(request);
  } catch (error) {
    if (error.name !== "QuotaExceededError") throw error;
    for (const client of await self.clients.matchAll({ includeUncontrolled: true }))
      client.postMessage(
        "There is no room left to keep the page for use without a network; it works as before while there is one.",
      );
  }
}

self.addEventListener("install", (event) => {
  const all = async () => {
    const cache = await caches.open(cacheName);
    for (const file of files) await keep(cache, file);
    await self.skipWaiting();
  };
  event.waitUntil(all());
});

self.addEventListener("activate", (event) => {
  const clean = async () => {
    for (const name of await caches.keys())
      if (name.startsWith("betalab-") && name !== cacheName) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(clean());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  const answer = async () => {
    const cache = await caches.open(cacheName);
    const kept = await cache.match(request, { ignoreSearch: true });
    if (kept !== undefined) return kept;
    const response = await fetch(request);
    if (response.ok) cache.put(request, response.clone()).catch(() => {});
    return response;
  };
  event.respondWith(answer());
});

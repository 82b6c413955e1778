(()=>{const BUILD={"version":"8b6fc30fee6d","files":["/assets/check-in-BrWnQDv7.js","/assets/decode-Cb39y0Pn.js","/assets/doors-6WX6ccbr.js","/assets/early-5nn295Xi.js","/assets/guard-CNmoMDE9.js","/assets/index-h5-QlPwW.js","/assets/lazy-DPqsoBwA.js","/assets/qr-CjCz5NPJ.js","/assets/qr-D15vRg4X.js","/assets/rolldown-runtime-XKyaHtl9.js","/assets/sanitize-BZ8Yn4Ah.js","/assets/style-B6XQRtVu.css","/assets/vendor-CLMQy2WH.js"]};const worker = self;
/** The path of the scope. Every page below it is the same document. */
const PAGE = new URL(worker.registration.scope).pathname;
/** Each scope has its own caches: it may be of another build than the other scopes. */
const PREFIX = `page ${PAGE} `;
const CACHE = PREFIX + BUILD.version;
/** The timeout after which the server counts as unreachable, in milliseconds. */
const TIMEOUT = 4e3;
worker.addEventListener("install", (event) => event.waitUntil(keepBuild()));
worker.addEventListener("activate", (event) => event.waitUntil(deleteOldBuilds()));
worker.addEventListener("fetch", (event) => {
	const { request } = event;
	const url = new URL(request.url);
	if (request.method !== "GET" || url.origin !== location.origin) return;
	if (request.mode === "navigate") event.respondWith(openPage(request));
	else if (BUILD.files.includes(url.pathname)) event.respondWith(openFile(request));
});
/** Keeps the page and every file of the build. Fails, and keeps nothing, if the server has another build by now. */
async function keepBuild() {
	const page = await fetch(PAGE, {
		cache: "no-cache",
		credentials: "omit"
	});
	if (!page.ok) throw new Error(`the page responded with ${page.status}`);
	const named = [...(await page.clone().text()).matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? "");
	if (named.some((path) => !BUILD.files.includes(path))) throw new Error("the page is of another build");
	const cache = await caches.open(CACHE);
	await cache.addAll(BUILD.files);
	await cache.put(PAGE, page);
	await worker.skipWaiting();
}
/** Keeps the build before this one: pages that are open may still load its files. */
async function deleteOldBuilds() {
	const own = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
	for (const name of own.slice(0, -1)) await caches.delete(name);
}
/** The server has the newest page. Where it gives none, the kept one opens. */
async function openPage(request) {
	const kept = async () => await (await caches.open(CACHE)).match(PAGE) ?? Response.error();
	const late = new Promise((resolve) => setTimeout(() => resolve(null), TIMEOUT));
	const response = await Promise.race([fetch(request).catch(() => null), late]);
	return response && response.status < 500 ? response : kept();
}
/** Returns a cached file, else requests it. The name of a file contains its hash, so a cached file is current. */
async function openFile(request) {
	const kept = await caches.match(new URL(request.url).pathname);
	return kept ?? fetch(request);
}})()

/** The app: the playground at its root. */

import { mount } from "svelte";
import "virtual:betalab.css";
import { element } from "../dom.ts";
import App from "./App.svelte";
import { Workbench } from "./workbench.svelte.ts";

// In tasks of their own, as loading the modules has been one: reading the address, and the page.
setTimeout(() => {
  const bench = new Workbench();
  setTimeout(() => mount(App, { target: element("app"), props: { bench } }));
});
if (location.protocol.startsWith("http")) {
  // Offline once loaded; a browser without service workers has only the network.
  void navigator.serviceWorker?.register(new URL("sw.js", document.baseURI)).catch(() => {});
}

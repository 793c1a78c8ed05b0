/** The app: the playground at its root. */

import { mount } from "svelte";
import "virtual:betalab.css";
import { element } from "../dom.ts";
import App from "./App.svelte";

mount(App, { target: element("app") });
if (location.protocol.startsWith("http")) {
  // Offline once loaded; a browser without service workers has only the network.
  void navigator.serviceWorker?.register(new URL("sw.js", document.baseURI)).catch(() => {});
}

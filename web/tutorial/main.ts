/** The tutorial: one page for each step, its name the last part of the address. */

import { mount } from "svelte";
import "katex/dist/katex.min.css";
import "virtual:betalab.css";
import "./tutorial.css";
import { element } from "../dom.ts";
import { connectTheme } from "../theme.ts";
import Tutorial from "./Tutorial.svelte";

const slug = location.pathname
  .split("/")
  .filter((part) => part !== "" && part !== "index.html")
  .at(-1)!;
// In a task of its own: loading the modules has been one.
setTimeout(() => {
  mount(Tutorial, { target: element("app"), props: { slug } });
  connectTheme();
});

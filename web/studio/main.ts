/** The studio: all runs of a folder, live. */

import { mount } from "svelte";
import "virtual:betalab.css";
import "./studio.css";
import { element } from "../dom.ts";
import App from "./App.svelte";

mount(App, { target: element("app") });

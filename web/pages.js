/** The apps' pages: `index.html` of each app's folder is this folder's, with the app's title and description. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { glossaryBody } from "./glossary/words.js";

const apps = {
  playground: {
    title: "betalab playground",
    description:
      "Train a β-variational autoencoder in this page: nothing to install, nothing leaves the machine.",
  },
  tutorial: {
    title: "betalab tutorial",
    description: "Build a β-variational autoencoder step by step, in this page: nothing to install.",
  },
  studio: {
    title: "betalab studio",
    description: "The runs of a folder: live, compared, started and stopped.",
  },
  glossary: {
    title: "betalab glossary",
    description: "Every word and unit that betalab shows, first in plain words, then exactly.",
    body: glossaryBody,
  },
};

/** Where an app's page stands for vite. */
export const pageOf = (app) => join(import.meta.dirname, app, "index.html");

const appOf = (id) => Object.keys(apps).find((app) => id === pageOf(app));

/** A plugin for vite. */
export function pages() {
  return {
    name: "betalab-pages",
    resolveId: (id) => (appOf(id) === undefined ? undefined : id),
    async load(id) {
      const app = apps[appOf(id)];
      if (app === undefined) return undefined;
      const html = readFileSync(join(import.meta.dirname, "index.html"), "utf8");
      const filled = html.replace("%title%", app.title).replace("%description%", app.description);
      const body = await app.body?.();
      return body === undefined ? filled : filled.replace(/<div id="app">.*<\/div>/, () => body);
    },
  };
}

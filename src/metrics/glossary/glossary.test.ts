/** Every word that is shown has an entry, entries lead to each other, and a person finds them by what they call them. */

import { expect, test } from "vitest";
import type { BetalabError } from "../../base/errors.ts";
import { metricNames } from "../disentanglement/index.ts";
import { anchorOf, explain, formsOf, glossary } from "./index.ts";

const entries = glossary.flatMap((part) => part.entries);

test("no form names two things, and every entry leads to others that are there", () => {
  const forms = entries.flatMap((entry) => formsOf(entry));
  expect(forms.filter((form, i) => forms.indexOf(form) !== i)).toEqual([]);
  const terms = new Set(entries.map(({ term }) => term));
  expect(entries.flatMap(({ see = [] }) => see).filter((term) => !terms.has(term))).toEqual([]);
});

test("every entry has a place of its own in the page of all", () => {
  const places = entries.map(anchorOf);
  expect(places.filter((place, i) => !/^[a-z]+$/.test(place) || places.indexOf(place) !== i)).toEqual([]);
  expect(["KL", "−ELBO", "β_norm", "Σ KL_d"].map((term) => anchorOf(explain(term)))).toEqual([
    "kl",
    "elbo",
    "betanorm",
    "sigmakld",
  ]);
});

test("both lines are sentences; the plain one has no formula", () => {
  for (const { term, plain, exact } of entries) {
    expect(plain, term).toMatch(/^[A-Zβγ].*\.$/s);
    expect(exact, term).toMatch(/\.$/);
    expect(plain, term).not.toMatch(/[Σ‖∑]|q\(z|p\(x/);
  }
});

test("every metric, and every number of an evaluation, is explained", () => {
  const shown = [
    "−ELBO",
    "reconstruction",
    "KL",
    "NLL",
    "effective samples",
    "active units",
    "MI",
    "TC",
    "Σ KL_d",
    "PSNR",
    "SSIM",
    "LPIPS",
    "FID",
    "KID",
  ];
  const units = ["nats/image", "nats per image", "bits/dim", "nats"];
  const judged = ["noise over seeds", "deviations of the noise", "Welch's test", "Holm", "interaction"];
  for (const word of [...metricNames, "udr", ...shown, ...units, ...judged, "chance", "β_norm"]) {
    expect(() => explain(word), word).not.toThrow();
  }
});

test.each([
  ["kl", "KL"],
  ["elbo", "−ELBO"],
  ["beta-VAE score", "beta-vae"],
  ["β-VAE score", "beta-vae"],
  ["beta", "β"],
  ["BETA_NORM", "β_norm"],
  ["sigma KL d", "Σ KL_d"],
  ["tsne", "tsne"],
  ["t-SNE", "tsne"],
  ["Posterior Collapse", "posterior collapse"],
  ["z", "latent"],
  ["q(z)", "aggregate posterior"],
])("%s is %s", (word, term) => {
  expect(explain(word).term).toBe(term);
});

test("a slip leads to the nearest word, nonsense to the list", () => {
  const error = (word: string): BetalabError => {
    try {
      explain(word);
    } catch (thrown) {
      return thrown as BetalabError;
    }
    throw new Error(`${word} was explained`);
  };
  expect(error("recontruction")).toMatchObject({ code: "usage", hint: 'did you mean "reconstruction"?' });
  expect(error("colapse").hint).toBe('did you mean "collapse"?');
  expect(error("xyzzy-frobnicate").hint).toBe("without a word, all are listed");
});

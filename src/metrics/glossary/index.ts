/** Every word and unit that is shown anywhere, and how one is found by what a person calls it. */

import { BetalabError, nearest } from "../../base/errors.ts";
import { disentanglement } from "./disentanglement.ts";
import type { Entry } from "./entry.ts";
import { evaluation } from "./evaluation.ts";
import { experiment } from "./experiment.ts";
import { model } from "./model.ts";

export type { Entry };

export const glossary: readonly { readonly title: string; readonly entries: readonly Entry[] }[] = [
  { title: "The model and what is minimised", entries: model },
  { title: "What it is worth, and what its latents carry", entries: evaluation },
  { title: "Disentanglement", entries: disentanglement },
  { title: "Runs, comparisons, pictures", entries: experiment },
];

const entries = glossary.flatMap((part) => part.entries);

/** All forms of a word as they are shown, by the entry that explains them. */
export const formsOf = ({ term, also = [] }: Entry): readonly string[] => [term, ...also];

/** Letters alone, so that "Sigma KL d", "beta-VAE" and "β-vae" meet. */
const plain = (word: string): string =>
  word
    .toLowerCase()
    .replaceAll("β", "beta")
    .replaceAll("γ", "gamma")
    .replaceAll("σ", "sigma")
    .replaceAll("ρ", "rho")
    .replaceAll(/[^a-z0-9()|;]+/g, "");

/** The name of an entry's place in the page of all: "kl", "elbo". */
export const anchorOf = ({ term }: Entry): string => plain(term).replaceAll(/[^a-z0-9]/g, "");

/** The entry of a word in any of its forms. Throws "usage" with the nearest one when there is none. */
export function explain(word: string): Entry {
  const wanted = plain(word);
  const named = entries.flatMap((entry) => formsOf(entry).map((form) => [form, entry] as const));
  const found =
    named.find(([form]) => form === word) ?? named.find(([form]) => wanted !== "" && plain(form) === wanted);
  if (found !== undefined) return found[1];
  const forms = named.map(([form]) => form);
  const near =
    nearest(word, forms) ?? forms.find((form) => plain(form) === nearest(wanted, forms.map(plain)));
  throw new BetalabError(
    "usage",
    `the glossary has no "${word}"`,
    near === undefined ? "without a word, all are listed" : `did you mean "${near}"?`,
  );
}

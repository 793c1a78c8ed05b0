/** The metrics room: what a model is worth, and what its latents mean. Pure: knows codes and factors, no files. */

export * from "./disentanglement/index.ts";
export { entry as glossaryEntry } from "./glossary/entry.ts";
export * from "./glossary/index.ts";
export { entryOf, wordsIn } from "./glossary/words-in.ts";
export * from "./learners/index.ts";
export * from "./likelihood/index.ts";
export * from "./pictures/index.ts";
export * from "./words/index.ts";
export { said } from "./words/said.ts";

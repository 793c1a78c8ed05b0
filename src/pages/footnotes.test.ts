import { expect, test } from "vitest";
import { Footnotes } from "./footnotes.ts";

const link = (form: string, number: number) =>
  `<a class="word" href="#word-${number}" aria-describedby="word-${number}">${form}<sup>${number}</sup></a>`;

test("a word leads to its footnote, each entry once in a text, numbered as they come", () => {
  const words = new Footnotes();
  expect(words.mark("KL (nats) of the KL").text).toBe(`${link("KL", 1)} (${link("nats", 2)}) of the KL`);
  expect(words.mark("held-out −ELBO").text).toBe(link("held-out −ELBO", 3)); // The longest form.
  expect(words.mark("total correlation").text).toBe(link("total correlation", 4));
  expect(words.mark("TC").text).toBe(link("TC", 4)); // Another form of one entry.
  expect(words.mark("what KL costs in bits/dim", true).text).toBe(`what KL costs in ${link("bits/dim", 5)}`);
});

test("a word within another, and everyday words, are no words of the glossary", () => {
  const words = new Footnotes();
  for (const text of ["KLx", "migrate", "xKL", "a code of z", "seed 3, step 4", "C"]) {
    expect(words.mark(text).text).toBe(text);
  }
  expect(words.section()).toBe(false);
});

test("text is escaped around the words", () => {
  expect(new Footnotes().mark("<b>KL</b>").text).toBe(`&#60;b&#62;${link("KL", 1)}&#60;/b&#62;`);
});

test("the footnotes say both lines and the unit", () => {
  const words = new Footnotes();
  words.mark("β and KL");
  const section = words.section();
  if (section === false) throw new Error("no footnotes");
  expect(section.text).toContain(
    '<div id="word-1"><dt>1 β <span>nats per nat</span></dt><dd class="plain">How dear a nat',
  );
  expect(section.text).toContain('<div id="word-2"><dt>2 KL <span>nats per image</span></dt>');
});

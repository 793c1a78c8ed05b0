/** A word as a shell takes it: quoted where it would not stand for itself. */
export const shellWord = (word: string): string =>
  /^[\p{L}\p{N}_@%+=:,./…-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** `text` for the inside of an element or an attribute, of HTML and XML alike. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

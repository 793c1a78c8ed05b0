/** Names that are too long for their place. */

/**
 * Names of at most so many letters, 3 at least: of longer ones the beginning and the end, which tell paths apart. Where different
 * names would then look alike, each keeps what differs between them as well: "a-very…0.001…seed-1".
 */
export function shortenedNames(names: readonly string[], letters: number): string[] {
  const most = Math.max(3, letters);
  const short = names.map((name) => cut(name, most));
  return names.map((name, i) => {
    const alike = [...new Set(names.filter((_, at) => short[at] === short[i]))];
    return alike.length === 1 ? short[i]! : apart(alike, most)[alike.indexOf(name)]!;
  });
}

function cut(name: string, most: number): string {
  if (name.length <= most) return name;
  const end = Math.floor((most - 1) / 2);
  return `${name.slice(0, most - 1 - end)}…${name.slice(name.length - end)}`;
}

const isOfWord = (letter: string): boolean => /[\p{L}\p{N}.]/u.test(letter);

/** Different names whose beginnings and ends are the same. */
function apart(names: readonly string[], most: number): string[] {
  const first = names[0]!;
  const shortest = Math.min(...names.map(({ length }) => length));
  const isSame = (at: (name: string) => string | undefined): boolean =>
    names.every((name) => at(name) === at(first));
  let [begin, end] = [0, 0];
  while (begin < shortest && isSame((name) => name[begin])) begin++;
  while (end < shortest - begin && isSame((name) => name.at(-1 - end))) end++;
  // A whole number or word, where there is room for it: "0.001", not "1".
  let [from, to] = [begin, end];
  while (from > 0 && isOfWord(first[from - 1]!)) from--;
  while (to > 0 && isOfWord(first.at(-to)!)) to--;
  if (Math.max(...names.map(({ length }) => length)) - from - to <= most - 2) [begin, end] = [from, to];
  const middles = shortenedNames(
    names.map((name) => name.slice(begin, name.length - end)),
    most - 2,
  );
  const room = Math.max(0, most - 2 - Math.max(...middles.map(({ length }) => length)));
  const [before, after] = [Math.min(begin, Math.ceil(room / 2)), Math.min(end, Math.floor(room / 2))];
  return names.map(
    (name, i) =>
      `${name.slice(0, before)}${before < begin ? "…" : ""}${middles[i]}${after < end ? "…" : ""}${name.slice(name.length - after)}`,
  );
}

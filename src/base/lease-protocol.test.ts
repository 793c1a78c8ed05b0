/**
 * Every interleaving of the lease's protocol, on a disk that is a table: each call of each actor is a moment at which
 * all others may go on, and at which it may have died for good. Actors take over from whomever they find, as if every
 * lease were old: a lease protects nobody by its age.
 */
import { expect, test } from "vitest";
import {
  type Answer,
  chain,
  claim,
  type DiskCall,
  formatHolder,
  type Holder,
  holds,
} from "./lease-protocol.ts";

/** Names to numbers of files, and files to texts: two names can be one file. */
interface Disk {
  readonly names: Record<string, number>;
  readonly texts: readonly string[];
}

/** Actors count from 0, processes from 1. */
const temporary = (what: string, actor: number): string => `.${what}.${actor + 1}.tmp`;

function carryOut(disk: Disk, made: DiskCall): { disk: Disk; answer: Answer } {
  const { names, texts } = disk;
  const as = (next: Record<string, number>, answer?: Answer) => ({ disk: { names: next, texts }, answer });
  switch (made.call) {
    case "create": {
      const next = { ...names, [made.name]: texts.length };
      return { disk: { names: next, texts: [...texts, made.text] }, answer: undefined };
    }
    case "link":
      if (!(made.from in names) || made.to in names) return as(names, false);
      return as({ ...names, [made.to]: names[made.from]! }, true);
    case "rename": {
      if (!(made.from in names)) return as(names, false);
      const { [made.from]: file, ...rest } = names;
      return as({ ...rest, [made.to]: file! }, true);
    }
    case "remove": {
      const { [made.name]: _, ...rest } = names;
      return as(rest);
    }
    case "read":
      return as(names, made.name in names ? texts[names[made.name]!] : undefined);
    case "temporaries":
      return as(
        names,
        Object.keys(names)
          .filter((name) => name.endsWith(`.${made.pid}.tmp`))
          .sort(),
      );
  }
}

/** What an actor tells of itself between its calls, for the invariants. */
type Moment = DiskCall | { readonly call: "wrote" } | { readonly call: "release" };
type Actor = Generator<Moment, void, Answer>;

interface Parts {
  readonly claim: typeof claim;
  readonly holds: typeof holds;
}

const holder = (actor: number): Holder => ({
  token: `t${actor}`,
  pid: actor + 1,
  host: "h",
  period: 60,
  released: false,
});

/** Takes the folder over, writes, lets go. */
function* actor(pid: number, { claim, holds }: Parts, writes = 1): Actor {
  const seen = yield* chain();
  if (!(yield* claim(holder(pid), seen, temporary("lease", pid)))) return;
  for (let i = 0; i < writes; i++) {
    yield { call: "create", name: temporary("data", pid), text: `of ${pid}` };
    if (!(yield* holds(`t${pid}`))) return;
    if (!(yield { call: "rename", from: temporary("data", pid), to: "data" })) return;
    yield { call: "wrote" };
  }
  yield { call: "release" };
}

interface World {
  readonly disk: Disk;
  /** What each actor was answered so far: all that it knows. */
  readonly histories: readonly (readonly Answer[])[];
  /** Those that came to hold the folder, in their order: the last file that was named `lease` is the last one's. */
  readonly ready: readonly number[];
}

interface Found {
  worlds: number;
  wrongWrites: number;
  /** Worlds from which a newcomer, alone, does not get the lease at once. */
  stuck: number;
  /** How many actors wrote, over all worlds that are at their end. */
  writers: Set<number>;
}

interface Setting {
  readonly actors: number;
  readonly parts?: Partial<Parts>;
  readonly writes?: number;
  /** The first actor is in the middle of its work when the others come: about to rename what it wrote. */
  readonly begun?: boolean;
}

/** All worlds that can come of it. */
function explore({ actors, parts = {}, writes = 1, begun = false }: Setting): Found {
  const all = { claim, holds, ...parts };
  const found: Found = { worlds: 0, wrongWrites: 0, stuck: 0, writers: new Set() };
  let first: World = {
    disk: { names: {}, texts: [] },
    histories: Array.from({ length: actors }, () => []),
    ready: [],
  };
  const next = (pid: number, history: readonly Answer[]): Moment | undefined => {
    const run = actor(pid, all, writes);
    let at = run.next();
    for (const answer of history) at = run.next(answer);
    return at.done ? undefined : at.value;
  };
  const advance = ({ disk, histories, ready }: World, pid: number, moment: Moment): World => {
    const history = histories[pid]!;
    if (moment.call === "wrote" || moment.call === "release") {
      const after = moment.call === "release" ? released(disk, pid) : disk;
      return { disk: after, histories: histories.with(pid, [...history, undefined]), ready };
    }
    const done = carryOut(disk, moment);
    const names = "to" in moment && done.answer === true ? moment.to : undefined;
    if (names === "data" && ready.at(-1) !== pid) found.wrongWrites++;
    return {
      disk: done.disk,
      histories: histories.with(pid, [...history, done.answer]),
      ready: names === "lease" ? [...ready, pid] : ready,
    };
  };
  for (let moment = next(0, []); begun && !(moment && "to" in moment && moment.to === "data"); ) {
    first = advance(first, 0, moment!);
    moment = next(0, first.histories[0]!);
  }
  const seen = new Set<string>();
  const gotten = new Map<string, boolean>();
  const stack = [first];
  while (stack.length > 0) {
    const world = stack.pop()!;
    const table = JSON.stringify(world.disk);
    const key = table + JSON.stringify([world.histories, world.ready]);
    if (seen.has(key)) continue;
    seen.add(key);
    found.worlds++;
    if (!gotten.has(table)) gotten.set(table, newcomerGetsIt(world.disk, actors, all));
    if (!gotten.get(table)) found.stuck++;
    let over = true;
    world.histories.forEach((history, pid) => {
      const moment = next(pid, history);
      if (moment === undefined) return;
      over = false;
      stack.push(advance(world, pid, moment));
    });
    if (over) {
      found.writers.add(world.histories.filter((history, pid) => wrote(pid, history, all, writes)).length);
    }
  }
  return found;
}

function wrote(pid: number, history: readonly Answer[], parts: Parts, writes: number): boolean {
  const run = actor(pid, parts, writes);
  let at = run.next();
  let said = false;
  for (const answer of history) {
    said ||= !at.done && at.value.call === "wrote";
    at = run.next(answer);
  }
  return said;
}

/** The mark in place: of the actor's own file, whatever its name is by then. */
function released({ names, texts }: Disk, pid: number): Disk {
  const own = formatHolder(holder(pid));
  return {
    names,
    texts: texts.map((text) => (text === own ? formatHolder({ ...holder(pid), released: true }) : text)),
  };
}

function newcomerGetsIt(disk: Disk, pid: number, parts: Parts): boolean {
  const run = actor(pid, parts);
  let answer: Answer;
  for (let now = disk; ; ) {
    const at = run.next(answer);
    if (at.done) return false;
    answer = undefined;
    if (at.value.call === "wrote") return true;
    if (at.value.call !== "release") ({ disk: now, answer } = carryOut(now, at.value));
  }
}

test.each<[string, Setting]>([
  ["two that write twice", { actors: 2, writes: 2 }],
  ["two that come upon one in the middle of its work", { actors: 3, begun: true }],
])("%s: no write but the holder's, and whoever died, the next one gets it", (_, setting) => {
  const { worlds, ...found } = explore(setting);
  console.log(`${JSON.stringify(setting)}: ${worlds} states`);
  expect(worlds).toBeGreaterThan(500);
  expect(found).toMatchObject({ wrongWrites: 0, stuck: 0 });
  // All of them may write, one after another; at least one always does.
  expect([...found.writers].sort()).toEqual(Array.from({ length: setting.actors }, (_, i) => i + 1));
});

/** What is wrong with a protocol that leaves one of its precautions out: the exploration would notice. */
test("the temporary files of the one before must go", () => {
  const forgetful: typeof claim = function* (...given) {
    const steps = claim(...given);
    for (let at = steps.next(); ; ) {
      if (at.done) return at.value;
      at = steps.next(at.value.call === "temporaries" ? [] : yield at.value);
    }
  };
  expect(explore({ actors: 2, parts: { claim: forgetful } }).wrongWrites).toBeGreaterThan(0);
});

test("who got the link must look whether that was still the end of the chain", () => {
  const rash: typeof claim = function* (mine, seen, name) {
    const steps = claim(mine, seen, name);
    for (let at = steps.next(), linked = false; ; ) {
      if (at.done) return at.value;
      const { value } = at;
      // After the link it is told what it hopes for: that what it saw is still there, followed by itself.
      at = steps.next(linked && value.call === "read" ? hoped(value.name, mine, seen) : yield value);
      linked ||= value.call === "link";
    }
  };
  const hoped = (name: string, mine: Holder, seen: readonly Holder[]): string | undefined => {
    if (name === "lease") return formatHolder(seen.at(-1)!);
    return name === `.lease-after-${seen.at(-1)!.token}` ? formatHolder(mine) : undefined;
  };
  expect(explore({ actors: 3, parts: { claim: rash }, begun: true }).wrongWrites).toBeGreaterThan(0);
});

test("who writes must look whether it still holds the lease", () => {
  const blind: typeof holds = function* (token) {
    yield* holds(token);
    return true;
  };
  expect(explore({ actors: 2, parts: { holds: blind }, writes: 2 }).wrongWrites).toBeGreaterThan(0);
});

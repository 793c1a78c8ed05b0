/**
 * Who may write into a folder that several machines share: the steps of the protocol, one disk call at a time, and no
 * disk. `lease-disk.ts` carries the calls out; `lease-protocol.test.ts` runs every interleaving of two, three and four actors.
 *
 * `lease` names a holder by a random token. Whoever takes over from the holder T creates `.lease-after-T` by a hard link,
 * which only one can; the end of that chain is the holder. The new one then removes the temporary files of all before it
 * in the chain, and renames its own file over `lease`. A holder makes each file under a temporary name, looks whether
 * it still holds the lease, and renames it: a holder that was stalled in between finds its temporary file gone. The file
 * `lease` stays when its holder lets go, marked as released in place, so that no name is ever free twice.
 */

/** What a lease file says. Its text has one length, so that marks are made in place. */
export interface Holder {
  /** Never used twice. */
  readonly token: string;
  /** Part of the names of its temporary files. */
  readonly pid: number;
  readonly host: string;
  /** Differs between machines that happen to have one host name; absent where the system doesn't tell. */
  readonly machine?: string;
  /** Tells the process from a later one with its number; absent where the system doesn't tell. */
  readonly started?: string;
  /** Seconds without a beat after which anybody may take over. */
  readonly period: number;
  readonly released: boolean;
}

/** A disk call by names within the folder. `link` and `rename` answer whether they could; `read` and `list` what is there. */
export type DiskCall =
  | { readonly call: "create"; readonly name: string; readonly text: string }
  | { readonly call: "link" | "rename"; readonly from: string; readonly to: string }
  | { readonly call: "remove" | "read"; readonly name: string }
  /** The temporary files of a process, in all folders below. */
  | { readonly call: "temporaries"; readonly pid: number };

export type Answer = boolean | string | undefined | readonly string[];
/** A part of the protocol: yields calls, is given their answers. */
export type Steps<R> = Generator<DiskCall, R, Answer>;

export const LEASE = "lease";
const after = ({ token }: Pick<Holder, "token">): string => `.${LEASE}-after-${token}`;

/** Whether a file of that name belongs to the lease of its folder. */
export const isLeaseName = (name: string): boolean => name === LEASE || name.startsWith(`.${LEASE}-after-`);

/**
 * The holders that took over one from another, the present one last; empty where nobody ever held the folder. A file that
 * names a holder of before, as only damage can do, is one that nobody holds: so the chain has an end.
 */
export function* chain(): Steps<readonly Holder[]> {
  for (;;) {
    const found: Holder[] = [];
    let text = (yield { call: "read", name: LEASE }) as string | undefined;
    const first = text;
    for (; text !== undefined; text = (yield { call: "read", name: after(found.at(-1)!) }) as typeof text) {
      const holder = parseHolder(text, found.length);
      const isNew = found.every(({ token }) => token !== holder.token);
      found.push(isNew ? holder : nobody(found.length));
    }
    // It was read one file after another: only when its first is still the first were they all there together.
    const now = (yield { call: "read", name: LEASE }) as string | undefined;
    if (tokenOf(now) === tokenOf(first)) return found;
  }
}

/**
 * Takes over from the last of `seen`, or takes a folder that nobody ever held. `temporary` is a name for the claim.
 * Returns whether it could: of any number that try at once, one can.
 */
export function* claim(mine: Holder, seen: readonly Holder[], temporary: string): Steps<boolean> {
  const last = seen.at(-1);
  yield { call: "create", name: temporary, text: formatHolder(mine) };
  const won = yield { call: "link", from: temporary, to: last === undefined ? LEASE : after(last) };
  if (!won || last === undefined) {
    yield { call: "remove", name: temporary };
    return won === true;
  }
  const now = yield* chain();
  if (now.at(-1)?.token !== mine.token) {
    // The one that it was to follow had been followed, tidied up and forgotten; or somebody took over again already.
    if (!now.some(({ token }) => token === mine.token)) yield { call: "remove", name: after(last) };
    yield { call: "remove", name: temporary };
    return false;
  }
  const before = now.slice(0, -1);
  for (const { pid } of before) {
    const names = (yield { call: "temporaries", pid }) as readonly string[];
    for (const name of names) if (name !== temporary) yield { call: "remove", name };
  }
  if (!(yield { call: "rename", from: temporary, to: LEASE })) return false;
  for (const one of before) yield { call: "remove", name: after(one) };
  return true;
}

/** Whether `token` still holds the folder. What was made under a temporary name before may be renamed if so. */
export function* holds(token: string): Steps<boolean> {
  // In this order: a successor that has tidied up its name away has its own in the file by then.
  if ((yield { call: "read", name: after({ token }) }) !== undefined) return false;
  return tokenOf((yield { call: "read", name: LEASE }) as string | undefined) === token;
}

const BEAT_DIGITS = 12;
const FIELDS = { released: '"released":', beat: '"beat":"' };

/** The text of a lease file, and where in it the two marks stand that are made in place. */
export function formatHolder(holder: Holder): string {
  const { released, ...rest } = holder;
  const known = JSON.stringify(rest).slice(0, -1);
  return `${known},${FIELDS.released}${String(released).padEnd(5)},${FIELDS.beat}${"0".repeat(BEAT_DIGITS)}"}\n`;
}

/** The mark of a beat: other digits at each. */
export const beatMark = (text: string, beat: number): { readonly text: string; readonly at: number } => ({
  text: String(beat).padStart(BEAT_DIGITS, "0"),
  at: Buffer.byteLength(text.slice(0, text.lastIndexOf(FIELDS.beat))) + FIELDS.beat.length,
});

/** The mark of a lease that its holder let go. */
export const releaseMark = (text: string): { readonly text: string; readonly at: number } => ({
  text: "true ",
  at: Buffer.byteLength(text.slice(0, text.lastIndexOf(FIELDS.released))) + FIELDS.released.length,
});

/** Who "holds" by a file that can't be used; in a chain, by its place, so that no two have one name. */
const nobody = (place: number): Holder => ({
  token: `unreadable-${place}`,
  pid: 0,
  host: "",
  period: 0,
  released: true,
});

/** A file that a crash left empty or broken is a lease that nobody holds. */
export function parseHolder(text: string, place = 0): Holder {
  try {
    const value = JSON.parse(text) as Partial<Record<keyof Holder, unknown>> | null;
    const { token, pid, host, machine, started, period, released } = value ?? {};
    const sound = typeof token === "string" && /^[\w-]+$/.test(token) && typeof host === "string";
    // A signal to 0, or to a number below it, would reach whole groups of processes.
    const isProcess = Number.isSafeInteger(pid) && (pid as number) > 0;
    if (!sound || !isProcess || typeof period !== "number") return nobody(place);
    return {
      token,
      pid: pid as number,
      host,
      ...(typeof machine === "string" && { machine }),
      ...(typeof started === "string" && { started }),
      period,
      released: released === true,
    };
  } catch {
    return nobody(place);
  }
}

const tokenOf = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : parseHolder(text).token;

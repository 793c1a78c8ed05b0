/** What of a solution the learner is to write: its regions. */

const REGION = /^( *)\/\/#region yours\n[\s\S]*?^ *\/\/#endregion\n/gm;

/** A solution with what the learner is to write taken out. */
export function starter(solution: string): string {
  return solution.replace(
    REGION,
    (_, indent: string) => `${indent}// Your code.\n${indent}throw new Error("not written yet");\n`,
  );
}

/** A solution without the marks of what is the learner's. */
export function shown(solution: string): string {
  return solution.replace(/^ *\/\/#(end)?region.*\n/gm, "");
}

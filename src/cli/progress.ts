/**
 * Progress on stderr: one live line on a terminal; elsewhere a plain line an epoch and a stage, and one at least every half
 * minute. It only shows; what it shows is made by `progress-lines.ts`.
 */
import { say, type TextStream } from "./io.ts";
import {
  type StageProgress,
  stageLine,
  type TrainingProgress,
  trainingLine,
  truncate,
} from "./progress-lines.ts";

export interface ProgressOptions {
  readonly stream: TextStream;
  readonly mode: "live" | "plain" | "off";
  /** Milliseconds. */
  readonly now: () => number;
}

/** Ten redraws a second look alive; more only cost. */
const REDRAW_MILLISECONDS = 100;
/** Elsewhere than on a terminal nobody waits longer for a sign of life. */
const PLAIN_MILLISECONDS = 30_000;
const CLEAR_LINE = "\r\x1b[2K";
const CLEAR_LINE_ABOVE = "\x1b[1A\x1b[2K";

export class Progress {
  private readonly options: ProgressOptions;
  private drawnAt = Number.NEGATIVE_INFINITY;
  /** When the last plain line was written. */
  private saidAt: number;
  private line = "";
  private stageShown: string | undefined;

  constructor(options: ProgressOptions) {
    this.options = options;
    this.saidAt = options.now();
  }

  /** Call it as often as you like: the live line is redrawn at most ten times a second. */
  training(progress: TrainingProgress): void {
    this.sayAgain(() => trainingLine(progress));
    this.draw((width) => trainingLine(progress, width));
  }

  /** At the end of an epoch: a plain line where there is no live one. */
  epoch(progress: TrainingProgress): void {
    if (this.options.mode === "plain") this.say(trainingLine(progress));
    else this.training(progress);
  }

  /** A stage of preparation; elsewhere than on a terminal, a line when a stage begins. */
  stage(progress: StageProgress): void {
    const begins = progress.stage !== this.stageShown;
    this.stageShown = progress.stage;
    // How far it is when it has just begun is no news.
    if (this.options.mode === "plain" && begins) this.say(progress.stage);
    this.sayAgain(() => stageLine(progress));
    if (begins) this.drawnAt = Number.NEGATIVE_INFINITY;
    this.draw((width) => stageLine(progress, width));
  }

  private say(line: string): void {
    this.saidAt = this.options.now();
    say(this.options.stream, line);
  }

  private sayAgain(line: () => string): void {
    const { mode, now } = this.options;
    if (mode === "plain" && now() - this.saidAt >= PLAIN_MILLISECONDS) this.say(line());
  }

  /** Several lines that are redrawn in place, at most ten times a second; elsewhere than on a terminal, `line` in their stead. */
  table(lines: readonly string[], line: string): void {
    this.sayAgain(() => line);
    this.draw((width) => lines.map((line) => truncate(line, width)).join("\n"));
  }

  /** Writes `text` above the live line. The stage goes on. */
  above(text: string): void {
    const { line, stageShown } = this;
    this.clear();
    say(this.options.stream, text);
    this.stageShown = stageShown;
    if (line !== "") this.redraw(line);
  }

  /** Takes the live line away. Before a result, an error, or the end. */
  clear(): void {
    if (this.line !== "") this.options.stream.write(this.erasure());
    this.line = "";
    this.stageShown = undefined;
    this.drawnAt = Number.NEGATIVE_INFINITY;
  }

  private draw(line: (width: number) => string): void {
    if (this.options.mode !== "live") return;
    if (this.options.now() - this.drawnAt < REDRAW_MILLISECONDS) return;
    // The last column stays free: writing it makes some terminals wrap.
    this.redraw(line(this.options.stream.columns - 1));
  }

  private redraw(line: string): void {
    this.options.stream.write(this.erasure() + line);
    this.line = line;
    this.drawnAt = this.options.now();
  }

  /** What takes away all lines that are drawn. */
  private erasure(): string {
    return CLEAR_LINE + CLEAR_LINE_ABOVE.repeat(this.line.split("\n").length - 1);
  }
}

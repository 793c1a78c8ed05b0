/** Progress as text: pure functions from where a training is to one line of at most so many characters. */

import { formatNumber } from "../base/format.ts";
import type { Stage } from "../jobs/index.ts";
import { printable } from "./io.ts";

export interface TrainingProgress {
  /** The epoch being worked on, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Training steps done since the run began, and in all. */
  readonly step: number;
  readonly steps: number;
  /** Nats per image, by name, the most important first. */
  readonly terms: Readonly<Record<string, number>>;
  /** Weights that change while it trains: "β". Default: none do. */
  readonly weights?: Readonly<Record<string, number>> | undefined;
  /** Absent where nothing was trained since it was asked. */
  readonly imagesPerSecond?: number | undefined;
  /** Seconds to the end, when they can be told. */
  readonly secondsLeft?: number | undefined;
}

export interface StageProgress extends Stage {
  /** Seconds to the end of the stage, when they can be told. */
  readonly secondsLeft?: number | undefined;
}

const GAP = "  ";

/**
 * `epoch 3/10  step 1200/4690  reconstruction 80.12  kl 25.10 nats/image  8120 images/s  0:43 left`; where that is
 * wider than `width`, the step goes first, then the speed, then the weights, then the terms from the last on: KL stays as
 * long as it can.
 */
export function trainingLine(progress: TrainingProgress, width = Number.POSITIVE_INFINITY): string {
  const { epoch, epochs, step, steps, imagesPerSecond, secondsLeft } = progress;
  const terms = Object.entries(progress.terms).map(([name, value]) => `${name} ${formatNumber(value)}`);
  const where = `epoch ${epoch}/${epochs}`;
  const stepping = `step ${step}/${steps}`;
  const speed = imagesPerSecond === undefined ? [] : [`${formatRate(imagesPerSecond)} images/s`];
  const left = secondsLeft === undefined ? [] : [`${formatDuration(secondsLeft)} left`];

  const withTerms = (count: number): string[] =>
    count === 0 ? [] : [`${terms.slice(0, count).join(GAP)} nats/image`];
  const weights = Object.entries(progress.weights ?? {}).map(
    ([name, value]) => `${name} ${formatNumber(value)}`,
  );
  const fewer = terms.map((_, index) => terms.length - index);
  const candidates = [
    [where, stepping, ...withTerms(terms.length), ...weights, ...speed, ...left],
    [where, ...withTerms(terms.length), ...weights, ...speed, ...left],
    [where, ...withTerms(terms.length), ...weights, ...left],
    ...fewer.map((count) => [where, ...withTerms(count), ...left]),
    [where, ...left],
  ].map((segments) => segments.join(GAP));
  return truncate(candidates.find((line) => line.length <= width) ?? candidates.at(-1)!, width);
}

/** `reading pictures  1200/60000  2 %  0:43 left`. */
export function stageLine(
  { stage, done, total, secondsLeft }: StageProgress,
  width = Number.POSITIVE_INFINITY,
): string {
  const count = total === undefined ? (done > 0 ? String(done) : "") : `${done}/${total}`;
  const percent = total === undefined || total === 0 ? "" : `${Math.floor((100 * done) / total)} %`;
  const left = secondsLeft === undefined ? "" : `${formatDuration(secondsLeft)} left`;
  return truncate([stage, count, percent, left].filter((segment) => segment !== "").join(GAP), width);
}

/** `0:43`, `12:05`, `1:02:05`; `?` when the time isn't finite. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

function formatRate(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : perSecond.toFixed(0);
}

/** At most `width` characters, the last of them "…" where something is missing; what a terminal would obey is shown. */
export function truncate(line: string, width: number): string {
  const shown = printable(line);
  const characters = Array.from(shown);
  if (characters.length <= width) return shown;
  return width < 1 ? "" : `${characters.slice(0, width - 1).join("")}…`;
}

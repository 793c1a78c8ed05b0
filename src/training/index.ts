/** Training: the compiled step, the loop, evaluation, state. Runs anywhere; writes nothing. */

export { type Evaluation, Evaluator, evaluationProgram } from "./evaluate.ts";
export { fillOneHot } from "./feeds.ts";
export type { Progress } from "./progress.ts";
export { State } from "./state.ts";
export { elbo, type OptimizerOptions, type StepFeeds, type StepProgram, trainingProgram } from "./step.ts";
export type { TermValues } from "./terms.ts";
export { type LogRecord, type TrainingEvent, type TrainingJob, train } from "./train.ts";

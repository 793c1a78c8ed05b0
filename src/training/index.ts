/** Training: the compiled step, the loop, evaluation, state. Runs anywhere; writes nothing. */

export { type Evaluation, Evaluator, evaluationProgram } from "./evaluate.ts";
export { State } from "./state.ts";
export { type OptimizerOptions, type StepProgram, trainingProgram } from "./step.ts";
export type { TermValues } from "./terms.ts";
export { type LogRecord, type Progress, type TrainingEvent, type TrainingJob, train } from "./train.ts";

/** Training: the compiled step, the loop, evaluation, state. Runs anywhere; writes nothing. */

export { batchCoupling } from "./accumulation.ts";
export { type Evaluation, Evaluator, evaluationProgram } from "./evaluate.ts";
export { type Forecast, forecastOf, memoryOf, type Speed, secondsPerEpoch } from "./forecast.ts";
export { type LogRecord, type Monitor, monitors, type TrainingEvent, type TrainingJob } from "./job.ts";
export { initialProgress, type Progress, progressSchema } from "./progress.ts";
export { State, usedTensors } from "./state.ts";
export { elbo, optimizerScalar, type StepFeeds, type StepProgram, trainingProgram } from "./step.ts";
export type { TermValues } from "./terms.ts";
export { train } from "./train.ts";

/** Whole jobs, each declared once: what a person, a sweep or a server asks for. */

export { type Artifact, type Encoded, encodeArtifact } from "./artifacts.ts";
export { jobs } from "./catalogue.ts";
export { compareInWords } from "./compare/in-words.ts";
export type { ComparisonValue } from "./compare/value.ts";
export type { Examination } from "./doctor.ts";
export { type Drawing, type LookOptions, withModel } from "./draw/with-model.ts";
export { describeEvaluation } from "./evaluation-rows.ts";
export {
  type JobEvent,
  type RunEvent,
  type Stage,
  type SweptRun,
  sweptRun,
  type TaskProgress,
  type Teller,
  telling,
  throwIfStopped,
  unlessStopped,
} from "./events.ts";
export {
  type AnyExecutor,
  type Executor,
  type ExecutorDefinition,
  type ExecutorPlace,
  executor,
  resources,
  type Step,
  TASK_FORMAT,
  type Task,
  type TaskOutcome,
  type TaskStatus,
  taskOutcome,
  taskSchema,
} from "./executor.ts";
export type { Explained } from "./explain.ts";
export type { ExportValue } from "./export.ts";
export { follow } from "./follow.ts";
export type { ImportValue } from "./import.ts";
export {
  type AnyJob,
  type Context,
  defineJob,
  type Job,
  type Outcome,
  type Subjects,
  type Takes,
} from "./job.ts";
export { placeOf } from "./open.ts";
export { data, device, epochs, flag, repeated, set, text, whole } from "./options.ts";
export { checkOptions, runJob, saveOutcome, subjectNouns } from "./run-job.ts";
export { continueRun, freePath, startRun } from "./run-training.ts";
export { type Delivery, fileSink, type Sink } from "./sinks.ts";
export type { SuggestionValue } from "./suggest/value.ts";
export { taskFollower } from "./task-log.ts";
export type { TrainingValue } from "./train.ts";
export { FORECAST } from "./training-notes.ts";
export type { VerifyValue } from "./verify.ts";

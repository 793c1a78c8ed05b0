/** All commands, in the order of the help. A new one is one file here and one line below. */
import type { Commands } from "../program.ts";
import { compare } from "./compare.ts";
import { configCommand } from "./config.ts";
import { curves } from "./curves.ts";
import { data } from "./data.ts";
import { demo } from "./demo.ts";
import { doctor } from "./doctor.ts";
import { embed } from "./embed.ts";
import { evaluate } from "./evaluate.ts";
import { exportCommand } from "./export.ts";
import { interpolate } from "./interpolate.ts";
import { manifold } from "./manifold.ts";
import { metrics } from "./metrics.ts";
import { presetsCommand } from "./presets.ts";
import { progress } from "./progress.ts";
import { reconstruct } from "./reconstruct.ts";
import { report } from "./report.ts";
import { resume } from "./resume.ts";
import { sample } from "./sample.ts";
import { suggestCommand } from "./suggest.ts";
import { sweep } from "./sweep.ts";
import { train } from "./train.ts";
import { traverse } from "./traverse.ts";
import { usage } from "./usage.ts";

export const commands: Commands = [
  demo,
  train,
  resume,
  suggestCommand,
  sweep,
  reconstruct,
  sample,
  interpolate,
  traverse,
  embed,
  usage,
  manifold,
  curves,
  progress,
  evaluate,
  metrics,
  compare,
  report,
  exportCommand,
  data,
  presetsCommand,
  configCommand,
  doctor,
];

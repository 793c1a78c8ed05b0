/** All commands, in the order of the help. A new one is one file here and one line below. */
import type { Commands } from "../program.ts";
import { configCommand } from "./config.ts";
import { data } from "./data.ts";
import { demo } from "./demo.ts";
import { doctor } from "./doctor.ts";
import { evaluate } from "./evaluate.ts";
import { exportCommand } from "./export.ts";
import { presetsCommand } from "./presets.ts";
import { reconstruct } from "./reconstruct.ts";
import { resume } from "./resume.ts";
import { sample } from "./sample.ts";
import { train } from "./train.ts";

export const commands: Commands = [
  demo,
  train,
  resume,
  reconstruct,
  sample,
  evaluate,
  exportCommand,
  data,
  presetsCommand,
  configCommand,
  doctor,
];

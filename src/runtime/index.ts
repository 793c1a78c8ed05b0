/** The runtime's pure door: interfaces only. The machines themselves are in `node.ts`. */

export {
  type Device,
  devices,
  type EngineInformation,
  type EngineName,
  type Feeds,
  type KeepingSession,
  type Resident,
  type Runtime,
  type Session,
} from "./runtime.ts";

/** The runtime's pure door: interfaces, and how fast a machine is. The machines themselves are in `node.ts`. */

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
export { measureSpeed } from "./speed.ts";
export { openWasmRuntime } from "./wasm-runtime.ts";

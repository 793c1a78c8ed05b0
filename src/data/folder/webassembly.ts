/** What of `WebAssembly` is used here: TypeScript has it among the types of pages alone. */

export interface Memory {
  readonly buffer: ArrayBuffer;
}

interface WebAssembly {
  readonly Module: {
    new (bytes: Uint8Array): object;
    imports(module: object): { readonly module: string; readonly name: string }[];
  };
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
}

export const { WebAssembly: wasm } = globalThis as unknown as { WebAssembly: WebAssembly };

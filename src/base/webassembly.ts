/** What of `WebAssembly` is used: TypeScript has it among the types of pages alone. */

export interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface WebAssembly {
  readonly Memory: new (size: { initial: number; maximum: number; shared: boolean }) => Memory;
  readonly Module: {
    new (bytes: Uint8Array): object;
    imports(module: object): { readonly module: string; readonly name: string }[];
  };
  readonly Instance: new (
    module: object,
    imports: Imports,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  instantiate(
    bytes: Uint8Array,
    imports: Imports,
  ): Promise<{
    readonly module: unknown;
    readonly instance: { readonly exports: Readonly<Record<string, (...args: number[]) => void>> };
  }>;
}

export const { WebAssembly: wasm } = globalThis as unknown as { WebAssembly: WebAssembly };

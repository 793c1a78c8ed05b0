/**
 * The little of jsdom that is used. Its published types bring the whole of `lib.dom` along, and with it a global
 * `window` into every file of the project.
 */
declare module "jsdom" {
  export class JSDOM {
    constructor(html: string);
    readonly window: { readonly document: object };
  }
}

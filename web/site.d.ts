/** Builds the site into `folder`, with a model of so many steps (0: without one). Needs `dist/`. */
export function buildSite(folder: string, options?: { readonly steps?: number }): Promise<void>;

/** What of figures pages need in a browser too: colours and letters. Charts need a document. */

export { dark, fontFamily, light, type Theme } from "./theme.ts";

/**
 * Where the shipped font lies. Node only. It is a subset of Inter (SIL Open Font License, beside it in
 * `assets/fonts`): Latin, Greek, super- and subscript digits, the arrows and the mathematical signs we write.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

// Two levels up is the package's root from src/figures and from dist/figures alike.
const folder = new URL("../../assets/fonts/", import.meta.url);

/**
 * Paths of the font files, regular (400) and semibold (600); their family is `fontFamily` of the theme.
 * Throws when the package is incomplete: resvg would leave every text out without a word.
 */
export function fontFiles(): string[] {
  return ["Inter-Regular.ttf", "Inter-SemiBold.ttf"].map((file) => {
    const path = fileURLToPath(new URL(file, folder));
    if (!existsSync(path)) throw new Error(`internal: the shipped font is missing: ${path}`);
    return path;
  });
}

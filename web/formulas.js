/** The formulas in the tutorial's texts, set by KaTeX when the site is built: a page needs its fonts and its style alone. */
import katex from "katex";

/** A text with HTML between its dollars. Throws what KaTeX says of a formula that it can't read. */
export const setFormulas = (text) =>
  text.replace(/(\$\$?)([^$]+)\1/g, (_, mark, tex) => {
    const html = katex.renderToString(tex, { displayMode: mark === "$$", throwOnError: true });
    return mark + html + mark;
  });

/** A plugin for vite. */
export function formulas() {
  return {
    name: "betalab-formulas",
    enforce: "pre",
    transform: (code, id) =>
      /tutorial[\\/]steps[\\/][\w-]+\.ts$/.test(id)
        ? code.replace(/prose`(?:\\`|[^`])*`/g, setFormulas)
        : // In the one format that every browser with WebAssembly reads.
          id.includes("katex.min.css")
          ? code.replace(/,url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)/g, "")
          : undefined,
  };
}

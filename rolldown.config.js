/** The scripts that pages carry, each as one file: `npm run build` writes them to `dist/web/`, where `src/pages` finds them. */
const script = (input, name) => ({
  input: `web/${input}.ts`,
  platform: "browser",
  output: { file: `dist/web/${name}.js`, format: "iife", minify: true },
});

export default [
  script("main", "theme"),
  script("explorer/main", "explorer"),
  script("explorer/worker", "decoder"),
];
